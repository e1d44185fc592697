import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What the package leads to. */
const published = {
  ".": { types: "./types/index.d.ts", default: "./dropcast.js" },
  "./protobuf": { types: "./types/protobuf.d.ts", default: "./protobuf.js" },
  "./package.json": "./package.json",
};

/** Makes a package of what is written: the sources' own leads to the sources, for who works on them. */
const toPublish: Plugin = {
  name: "to-publish",
  writeBundle() {
    const { private: _, scripts, ...sources } = JSON.parse(readFileSync(here("package.json"), "utf8"));
    writeFileSync(here("dist/package.json"), `${JSON.stringify({ ...sources, exports: published }, null, 2)}\n`);
    copyFileSync(here("README.md"), here("dist/README.md"));
    copyFileSync(here("../../LICENSE"), here("dist/LICENSE"));
  },
};

/** The client as one file, and what may be added to it, which takes everything else from there. */
export default defineConfig({
  root: here("."),
  publicDir: false,
  plugins: [toPublish],
  build: {
    target: "es2022",
    lib: { entry: { dropcast: here("src/index.ts"), protobuf: here("src/protobuf.ts") }, formats: ["es"] },
    rollupOptions: {
      external: /\/index\.js$/,
      output: { minify: true, paths: () => "./dropcast.js" },
    },
  },
});
