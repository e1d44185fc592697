import { expect, test, vi } from "vitest";
import { clientGzipBytes, clientScripts } from "../build";

/** A build takes as long as the machine lets it. */
vi.setConfig({ testTimeout: 120_000 });

/** What a page may load for the client. */
const GZIP_BYTES_MAX = 15 * 1024;

test("the JSON build stays small, and carries no other encoding", async () => {
  const size = await clientGzipBytes();
  process.stdout.write(`client, JSON build: ${size} bytes gzipped\n`);
  expect(size).toBeGreaterThan(1_000);
  expect(size).toBeLessThan(GZIP_BYTES_MAX);
  const scripts = await clientScripts();
  expect([...scripts.keys()].sort()).toEqual(["dropcast.js", "protobuf.js"]);
  expect(scripts.get("dropcast.js")).not.toContain("dropcast.v1.proto");
  expect(scripts.get("dropcast.js")).not.toMatch(/\bimport\b/);
});
