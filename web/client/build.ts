import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";

const CONFIG = fileURLToPath(new URL("vite.config.ts", import.meta.url));

/** The scripts of the package by the names of their files, built in memory. */
export async function clientScripts(): Promise<ReadonlyMap<string, string>> {
  const built = (await build({
    configFile: CONFIG,
    logLevel: "warn",
    build: { write: false },
  })) as Rolldown.RolldownOutput[];
  const files = built.flatMap(({ output }) => output);
  return new Map(files.flatMap((file) => (file.type === "chunk" ? [[file.fileName, file.code]] : [])));
}

/** How many bytes of the client a page loads: its JSON build, gzipped. */
export async function clientGzipBytes(): Promise<number> {
  return gzipSync((await clientScripts()).get("dropcast.js") ?? "", { level: 9 }).length;
}
