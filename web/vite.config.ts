import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { clientScripts } from "./client/build.ts";

const page = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Where `npm run dev` finds the server. */
const SERVER = process.env.DROPCAST_URL ?? "http://127.0.0.1:8080";

/** The client library beside the pages, under names that stay, for pages that are built without it. */
const clientLibrary: Plugin = {
  name: "client-library",
  apply: "build",
  async generateBundle() {
    for (const [name, source] of await clientScripts()) {
      this.emitFile({ type: "asset", fileName: `client/${name}`, source });
    }
  },
};

export default defineConfig({
  appType: "mpa",
  plugins: [clientLibrary],
  build: {
    target: "es2022",
    // Inlined files would be data: addresses, which the pages' content security policy allows for pictures only.
    assetsInlineLimit: 0,
    // Would look for the element's chunks at the shop that embeds it.
    modulePreload: false,
    rollupOptions: {
      input: {
        landing: page("index.html"),
        viewer: page("viewer/index.html"),
        host: page("host/index.html"),
        brand: page("brand/index.html"),
        draw: page("draw/index.html"),
        "live-show": page("element/index.ts"),
      },
      // What shops' pages import keeps its name and its exports; all else is named by its content.
      preserveEntrySignatures: "exports-only",
      output: {
        entryFileNames: ({ name }) => (name === "live-show" ? "element/[name].js" : "assets/[name]-[hash].js"),
      },
    },
  },
  server: {
    proxy: {
      "/v1": { target: SERVER, ws: true },
      "/client/dropcast.js": SERVER,
      "/demo": SERVER,
      "/examples": SERVER,
    },
  },
});
