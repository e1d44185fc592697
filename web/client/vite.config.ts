import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Makes of what is built a package: the sources' own one leads to the sources, for who works on them. */
const published: Plugin = {
  name: "published",
  generateBundle() {
    const { private: _, scripts, ...sources } = JSON.parse(readFileSync(here("package.json"), "utf8"));
    const exports = {
      ".": { types: "./types/index.d.ts", default: "./dropcast.js" },
      "./protobuf": { types: "./types/protobuf.d.ts", default: "./protobuf.js" },
      "./package.json": "./package.json",
    };
    this.emitFile({
      type: "asset",
      fileName: "package.json",
      source: `${JSON.stringify({ ...sources, exports }, null, 2)}\n`,
    });
    for (const [fileName, path] of [
      ["README.md", "README.md"],
      ["LICENSE", "../../LICENSE"],
    ] as const) {
      this.emitFile({ type: "asset", fileName, source: readFileSync(here(path)) });
    }
  },
};

/** The client as one file, and what may be added to it, which takes everything else from there. */
export default defineConfig({
  root: here("."),
  publicDir: false,
  plugins: [published],
  build: {
    target: "es2022",
    lib: { entry: { dropcast: here("src/index.ts"), protobuf: here("src/protobuf.ts") }, formats: ["es"] },
    rollupOptions: {
      external: /\/index\.js$/,
      output: { minify: true, paths: () => "./dropcast.js" },
    },
  },
});
