import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

/** Compilers take as long as the machine lets them. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const PACKAGE = fileURLToPath(new URL("../", import.meta.url));
const TSC = fileURLToPath(new URL("../../node_modules/.bin/tsc", import.meta.url));

/** What a shop writes that installed the package. */
const SHOP = `
import { Client, type ClientOptions, isOpen, type Outcome } from "@dropcast/client";
import { protobuf } from "@dropcast/client/protobuf";

export const options: ClientOptions = { server: "https://live.example", show: "spring", encoding: protobuf };
export async function buy(client: Client): Promise<number | null> {
  client.on("sold_out", (drop, item) => console.log(drop.title.en?.length, item.price.amount_minor));
  // @ts-expect-error: there is no such event
  client.on("sold-out", () => {});
  const { outcome } = client.ask({ kind: "reserve", value: { drop: "d", sku: "s", quantity: 1, with: [] } });
  const ended: Outcome = await outcome;
  return ended.kind === "held" && isOpen(ended.value) ? ended.value.reservation : null;
}
`;

let shop: string;

beforeAll(() => {
  execFileSync("npm", ["run", "build"], { cwd: PACKAGE, stdio: "pipe" });
  shop = mkdtempSync(`${tmpdir()}/dropcast-shop-`);
  cpSync(`${PACKAGE}dist`, `${shop}/node_modules/@dropcast/client`, { recursive: true });
  writeFileSync(`${shop}/package.json`, '{ "type": "module" }');
  writeFileSync(`${shop}/shop.ts`, SHOP);
});
afterAll(() => rmSync(shop, { recursive: true, force: true }));

test.each([
  ["Bundler", "ESNext"],
  ["NodeNext", "NodeNext"],
])("its types are found and right with moduleResolution %s", (resolution, module) => {
  const strict = ["--strict", "--exactOptionalPropertyTypes", "--noEmit", "--skipLibCheck", "false", "--types", ""];
  const how = ["--moduleResolution", resolution, "--module", module, "--target", "ES2022"];
  expect(run(TSC, [...strict, ...how, "shop.ts"])).toBe("");
});

test("its scripts are found, and share one client", () => {
  const program = `
    import { Client, ReadError, serverMessage } from "@dropcast/client";
    import { protobuf } from "@dropcast/client/protobuf";
    try { protobuf.read(serverMessage, "no bytes"); } catch (error) { console.log(error instanceof ReadError); }
    console.log(typeof Client, protobuf.subprotocol);`;
  expect(run(process.execPath, ["--input-type=module", "--eval", program])).toBe("true\nfunction dropcast.v1.proto\n");
});

function run(program: string, commands: string[]): string {
  try {
    return execFileSync(program, commands, { cwd: shop, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return stdout + stderr;
  }
}
