import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

/** What the client library weighs with JSON alone, as a shop's own build would make it, compressed, in bytes. */
export async function clientWeight(): Promise<number> {
  const entry = fileURLToPath(new URL("../../client/src/index.ts", import.meta.url));
  const built = await build({
    configFile: false,
    logLevel: "error",
    build: { write: false, target: "es2022", minify: true, lib: { entry, formats: ["es"] } },
  });
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((one) => ("output" in one ? one.output : []));
  return outputs.reduce((sum, one) => sum + (one.type === "chunk" ? gzipSync(one.code).length : 0), 0);
}
