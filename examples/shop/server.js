// A shop's own server, as small as it can be: its pages, who is signed in, and tokens for its viewers. No dependencies.
const { randomUUID } = require("node:crypto");
const { readFile } = require("node:fs/promises");
const { createServer } = require("node:http");
const { extname, join } = require("node:path");

const LIVE = process.env.LIVE ?? "http://127.0.0.1:8080";
const PORT = Number(process.env.PORT ?? 8090);
const BRAND_TOKEN = process.env.DROPCAST_TOKEN; // never leaves this process
const TOKEN_TTL_MS = Number(process.env.TOKEN_TTL_MS ?? 15 * 60_000);
const TYPES = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml" };
const POLICY = [
  "default-src 'none'",
  `script-src 'self' ${LIVE}`,
  "style-src 'self'",
  `img-src 'self' ${LIVE}`,
  `connect-src 'self' ${LIVE} ${LIVE.replace("http", "ws")}`,
  `media-src ${LIVE} blob:`,
  "worker-src blob:",
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
].join("; ");

/** Who is signed in: the viewer of each session. A real shop has accounts. */
const viewers = new Map();
const viewerOf = (request) => viewers.get(/(?:^|; )session=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1]);

async function tokenFor(principal) {
  const response = await fetch(`${LIVE}/v1/tokens`, {
    method: "POST",
    headers: { authorization: `Bearer ${BRAND_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify({ role: "viewer", principal, show: "atelier-noor", ttl_ms: TOKEN_TTL_MS }),
  });
  if (!response.ok) throw new Error(`POST /v1/tokens answered ${response.status}: ${await response.text()}`);
  return (await response.json()).token;
}

async function answer(request, response) {
  const { pathname } = new URL(request.url, "http://shop");
  if (request.method === "POST" && pathname === "/sign-in") {
    const session = randomUUID();
    viewers.set(session, `shopper-${randomUUID()}`);
    response.setHeader("set-cookie", `session=${session}; HttpOnly; SameSite=Strict; Path=/`);
    return response.writeHead(204).end();
  }
  if (request.method === "POST" && pathname === "/live-token") {
    const viewer = viewerOf(request);
    if (!viewer) return response.writeHead(401).end();
    const token = await tokenFor(viewer);
    return response.setHeader("content-type", "application/json").end(JSON.stringify({ token }));
  }
  const path = pathname.startsWith("/pictures/") ? `../atelier-noor${pathname}` : `public${pathname}`;
  const file = await readFile(join(__dirname, pathname === "/" ? "public/index.html" : path)).catch(() => null);
  if (request.method !== "GET" || !file) return response.writeHead(404).end();
  const type = TYPES[extname(path)] ?? TYPES[".html"];
  const isText = type !== TYPES[".svg"];
  return response.setHeader("content-type", type).end(isText ? `${file}`.replaceAll("https://live.example", LIVE) : file);
}

createServer((request, response) => {
  response.setHeader("content-security-policy", POLICY).setHeader("cache-control", "no-store");
  answer(request, response).catch((error) => {
    console.error(error.message);
    response.writeHead(502).end();
  });
}).listen(PORT, "127.0.0.1", () => console.log(`The shop is open: http://127.0.0.1:${PORT}/`));
