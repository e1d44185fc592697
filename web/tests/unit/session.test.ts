import type { Status } from "@dropcast/client";
import { beforeEach, expect, test, vi } from "vitest";
import { forgetRefused, keepToken, keptToken, renewSession } from "../../shared/session";

const kept = new Map<string, string>();
vi.stubGlobal("sessionStorage", {
  getItem: (name: string) => kept.get(name) ?? null,
  setItem: (name: string, value: string) => kept.set(name, value),
  removeItem: (name: string) => kept.delete(name),
});
const answers = (body: unknown, status = 200) =>
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify(body), { status }));

beforeEach(() => {
  kept.clear();
  keepToken("host", "first");
});

test("a token that only people can renew is kept until it is not taken any more", async () => {
  answers({}, 404);
  expect(await renewSession("host")).toBeNull();
  expect(keptToken("host")).toBe("first");

  const waiting: Status = { phase: "waiting", retryAt: 0, code: 1006 };
  for (const status of [waiting, { phase: "closed", reason: "done", code: 1000 } as const]) {
    forgetRefused("host", status);
    expect(keptToken("host")).toBe("first");
  }
  forgetRefused("host", { phase: "closed", reason: "token", code: 4001 });
  expect(keptToken("host")).toBeNull();
});

test("a token that the demo renews takes the place of the old one", async () => {
  answers({ show: "evening", token: "second" });
  expect(await renewSession("host")).toBe("second");
  expect(keptToken("host")).toBe("second");
});
