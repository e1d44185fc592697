import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const page = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Where `npm run dev` finds the server. */
const SERVER = process.env.DROPCAST_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  appType: "mpa",
  build: {
    target: "es2022",
    // Inlined files would be data: addresses, which the pages' content security policy allows for pictures only.
    assetsInlineLimit: 0,
    rollupOptions: {
      input: {
        landing: page("index.html"),
        viewer: page("viewer/index.html"),
        host: page("host/index.html"),
        brand: page("brand/index.html"),
        draw: page("draw/index.html"),
      },
    },
  },
  server: {
    proxy: {
      "/v1": { target: SERVER, ws: true },
      "/demo": SERVER,
      "/examples": SERVER,
    },
  },
});
