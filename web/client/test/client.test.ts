import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Command, Outcome } from "../src/index";
import { NOTHING_OWN, PUBLIC, RESERVATION } from "./examples";
import { FakeServer } from "./fake_server";

const RESERVE = { kind: "reserve", value: { drop: "opening", sku: "scarf-red", quantity: 1, with: [] } } as const;
let server: FakeServer;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  server = new FakeServer();
});
afterEach(() => vi.useRealTimers());

describe("the connection", () => {
  test("says hello first, and is connected once welcomed", () => {
    const client = server.client();
    server.socket.opens();
    expect(server.socket.sent).toEqual([
      { kind: "hello", value: { show: "spring", token: "t1", cursor: null, source: null } },
    ]);
    expect(client.status.phase).toBe("connecting");
    server.welcomes();
    expect(client.status.phase).toBe("connected");
    expect(client.state.principal).toBe("v1");
  });

  test("resumes from the newest cursor", () => {
    server.client();
    const socket = server.welcomes();
    socket.says(snapshot("c1"));
    socket.says({ kind: "drop_removed", value: { cursor: "c2", drop: "zero" } });
    socket.closes(1006);
    vi.advanceTimersByTime(250);
    server.socket.opens();
    expect(server.socket.of("hello")[0]?.cursor).toBe("c2");
  });

  test("keeps what it knows when it resumes, and takes its own from the snapshot", () => {
    const client = server.client();
    server.welcomes().says(snapshot("c1"));
    server.socket.closes(1012, "retry_after_ms=10");
    vi.advanceTimersByTime(1_000);
    const socket = server.welcomes({ resumed: true });
    const own = { ...NOTHING_OWN, reservations: [RESERVATION] };
    socket.says({ kind: "snapshot", value: { cursor: "c1", server_at: 0, public: null, ...own } });
    expect(client.state.drops.map((drop) => drop.drop)).toEqual(["zero", "opening"]);
    expect(client.state.reservations).toEqual([RESERVATION]);
  });

  test("keeps its cursor until what it missed has come: a resumed snapshot's own lies behind that", () => {
    server.client();
    server.welcomes().says(snapshot("c1"));
    server.socket.closes(1006);
    vi.advanceTimersByTime(1_000);
    const resumed = { ...snapshot("c9").value, public: null };
    server.welcomes({ resumed: true }).says({ kind: "snapshot", value: resumed });
    server.socket.closes(1006);
    vi.advanceTimersByTime(1_000);
    server.socket.opens();
    expect(server.socket.of("hello")[0]?.cursor).toBe("c1");
  });

  test("waits longer with every failure, and never less than the server asks", () => {
    const client = server.client();
    for (const [code, reason, waitMs] of [
      [1006, "", 250],
      [1006, "", 500],
      [1006, "", 1_000],
      [1012, "retry_after_ms=9000", 9_000],
      [1008, "", 10_000],
    ] as const) {
      server.socket.closes(code, reason);
      expect(client.status).toEqual({ phase: "waiting", retryAt: Date.now() + waitMs, code });
      vi.advanceTimersByTime(waitMs);
    }
  });

  test.each([
    [1000, "done"],
    [1003, "protocol"],
    [4003, "forbidden"],
    [4004, "show_unknown"],
  ])("does not come back after %i", (code, reason) => {
    const client = server.client();
    server.welcomes().closes(code);
    expect(client.status).toEqual({ phase: "closed", reason, code });
    expect(vi.getTimerCount()).toBe(0);
  });

  test("comes back with a new token after 4001, and closes when there is none", async () => {
    const renewToken = vi.fn(async (): Promise<string | null> => "t2");
    const client = server.client({ renewToken });
    server.welcomes().closes(4001);
    await vi.advanceTimersByTimeAsync(250);
    server.socket.opens();
    expect(server.socket.of("hello")[0]?.token).toBe("t2");
    renewToken.mockResolvedValue(null);
    server.socket.closes(4001);
    await vi.advanceTimersByTimeAsync(1);
    expect(client.status).toEqual({ phase: "closed", reason: "token", code: 4001 });
  });

  test("renews the token in the open connection a minute before it ends, by the server's clock", async () => {
    const renewToken = vi.fn(async () => "t2");
    server.client({ renewToken });
    const serverAt = Date.now() + 5_000;
    const socket = server.welcomes({ server_at: serverAt, token_expires_at: serverAt + 300_000 });
    await chat(socket, 239_000);
    expect(renewToken).not.toHaveBeenCalled();
    await chat(socket, 2_000);
    expect(socket.of("refresh")).toEqual([{ token: "t2" }]);
  });

  test("asks again for a token that it could not get, while there is time", async () => {
    const renewToken = vi.fn(async (): Promise<string | null> => Promise.reject(new Error("offline")));
    server.client({ renewToken });
    const socket = server.welcomes({ token_expires_at: Date.now() + 300_000 });
    await chat(socket, 240_000);
    expect(renewToken).toHaveBeenCalledTimes(1);
    renewToken.mockResolvedValue("t2");
    await chat(socket, 31_000);
    expect(socket.of("refresh")).toEqual([{ token: "t2" }]);
  });

  test("leaves a network that is dead, although the socket doesn't notice", () => {
    const client = server.client();
    const socket = server.welcomes();
    client.ask(RESERVE);
    vi.advanceTimersByTime(5_000);
    expect(socket.isClosed).toBe(true);
    expect(client.status.phase).toBe("waiting");
  });

  test("asks for a whole snapshot after a message that it can't read", () => {
    server.client();
    const socket = server.welcomes();
    socket.says(snapshot("c1"));
    socket.saysData('{"audience":{"viewers":"many"}}');
    vi.advanceTimersByTime(250);
    server.socket.opens();
    expect(server.socket.of("hello")[0]?.cursor).toBeNull();
  });

  test("skips a message of a later version", () => {
    const client = server.client();
    server.welcomes().saysData('{"poll_changed":{"poll":"p1"}}');
    expect(client.status.phase).toBe("connected");
  });
});

describe("a command", () => {
  test("ends with its answer, and its reservation is in the state", async () => {
    const client = server.client();
    const socket = server.welcomes();
    const asked = client.ask(RESERVE);
    expect(socket.of("reserve")).toEqual([{ ...RESERVE.value, key: asked.key, attempt: null }]);
    expect(client.unanswered).toHaveLength(1);
    socket.says(answer(asked.key, { kind: "held", value: RESERVATION }));
    expect(await asked.outcome).toEqual({ kind: "held", value: RESERVATION });
    expect(client.state.reservations).toEqual([RESERVATION]);
    expect(client.unanswered).toEqual([]);
    expect(server.storage.kept.size).toBe(0);
  });

  test("pressed twice is asked once", () => {
    const client = server.client();
    const socket = server.welcomes();
    const first = client.ask(RESERVE);
    expect(client.ask(RESERVE).key).toBe(first.key);
    expect(socket.of("reserve")).toHaveLength(1);
    expect(client.ask({ ...RESERVE, value: { ...RESERVE.value, with: [] } }).key).toBe(first.key);
    expect(client.ask({ ...RESERVE, value: { ...RESERVE.value, quantity: 2 } }).key).not.toBe(first.key);
    const together = [{ sku: "hat", quantity: 1 }];
    expect(client.ask({ ...RESERVE, value: { ...RESERVE.value, with: together } }).key).not.toBe(first.key);
  });

  test("asked while disconnected leaves with the next welcome", () => {
    const client = server.client();
    client.ask(RESERVE);
    expect(server.socket.of("reserve")).toHaveLength(0);
    expect(server.welcomes().of("reserve")).toHaveLength(1);
  });

  test.each(["retry", "pending"] as const)("told %s is sent again later, with its key", (kind) => {
    const client = server.client();
    const socket = server.welcomes();
    const { key } = client.ask(RESERVE);
    const later = kind === "retry" ? { after_ms: 200, reason: "busy" as const } : { after_ms: 200 };
    socket.says(answer(key, { kind, value: later } as Parameters<typeof answer>[1]));
    vi.advanceTimersByTime(249);
    expect(socket.of("reserve")).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(socket.of("reserve")[1]).toEqual({ ...RESERVE.value, key, attempt: 1 });
  });

  test("without an answer is sent again with its key after the connection came back", () => {
    const client = server.client();
    server.welcomes();
    const { key } = client.ask(RESERVE);
    server.socket.closes(1006);
    vi.advanceTimersByTime(250);
    expect(server.welcomes().of("reserve")).toEqual([{ ...RESERVE.value, key, attempt: 1 }]);
  });

  test("outlives a reload with its key", () => {
    const before = server.client();
    server.welcomes();
    const { key } = before.ask(RESERVE);
    before.close();

    const after = server.client();
    const ended: [Command, Outcome, string | null][] = [];
    after.on("answered", (...told) => ended.push(told));
    expect(after.unanswered.map((command) => command.value.key)).toEqual([key]);
    const socket = server.welcomes();
    expect(socket.of("reserve")).toEqual([{ ...RESERVE.value, key, attempt: 1 }]);
    socket.says(answer(key, { kind: "held", value: RESERVATION }, "receipt of the hold"));
    expect(ended.map(([command, outcome, receipt]) => [command.value.key, outcome.kind, receipt])).toEqual([
      [key, "held", "receipt of the hold"],
    ]);
  });

  test("of another principal is not sent", () => {
    const before = server.client();
    server.welcomes();
    before.ask(RESERVE);
    before.close();
    const after = server.client();
    expect(server.welcomes({ principal: "v2" }).of("reserve")).toEqual([]);
    expect(after.unanswered).toEqual([]);
  });

  test("that nobody answers for a minute ends as unknown", async () => {
    const client = server.client();
    const asked = client.ask(RESERVE);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await asked.outcome).toEqual({ kind: "unknown" });
    expect(client.unanswered).toEqual([]);
  });

  test("that can't be understood ends with the problem", async () => {
    const client = server.client();
    const socket = server.welcomes();
    const asked = client.ask(RESERVE);
    const problem = { code: "malformed_message", detail: "no", key: asked.key };
    socket.says({ kind: "problem", value: problem });
    expect(await asked.outcome).toEqual({ kind: "problem", value: problem });
  });

  test("more than may wait is turned away at once", async () => {
    const client = server.client();
    for (let quantity = 1; quantity <= 32; quantity++) {
      client.ask({ ...RESERVE, value: { ...RESERVE.value, quantity } });
    }
    const outcome = await client.ask({ kind: "start_show", value: {} }).outcome;
    expect(outcome).toMatchObject({ kind: "problem", value: { code: "too_many_unanswered" } });
  });

  test("in a storage that holds rubbish is no command", () => {
    server.storage.setItem("dropcast.unanswered.spring", '[{"command":{"reserve":{"key":5}}},7,{"command":{}}]');
    expect(server.client().unanswered).toEqual([]);
  });
});

function snapshot(cursor: string) {
  return { kind: "snapshot", value: { cursor, server_at: 0, public: PUBLIC, ...NOTHING_OWN } } as const;
}

function answer(
  key: string,
  outcome: Extract<Outcome, { value: unknown }> | { kind: "retry" | "pending"; value: object },
  receipt: string | null = null,
) {
  return { kind: "answer", value: { key, outcome, receipt } } as Parameters<FakeServer["socket"]["says"]>[0];
}

/** Lets time pass on a connection whose server answers every measurement of the clock. */
async function chat(socket: FakeServer["socket"], ms: number) {
  for (let passed = 0; passed < ms; passed += 1_000) {
    await vi.advanceTimersByTimeAsync(Math.min(1_000, ms - passed));
    socket.says({ kind: "audience", value: { viewers: 1 } });
  }
}
