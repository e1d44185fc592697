import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Command, Outcome } from "../src/index";
import { answer, RESERVATION, RESERVE } from "./examples";
import { FakeServer } from "./fake_server";

/** Another press than {@link RESERVE}. */
const TWO = { ...RESERVE, value: { ...RESERVE.value, quantity: 2 } };

let server: FakeServer;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  server = new FakeServer();
});
afterEach(() => vi.useRealTimers());

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

  test.each([
    { kind: "retry", value: { after_ms: 200, reason: "busy" } },
    { kind: "pending", value: { after_ms: 200 } },
  ] as const)("told $kind is sent again later, with its key", (later) => {
    const client = server.client();
    const socket = server.welcomes();
    const { key } = client.ask(RESERVE);
    socket.says(answer(key, later));
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

  test("pressed just before a reload is sent after it, for the first time", () => {
    const { key } = server.client().ask(RESERVE);
    expect(server.socket.sent).toEqual([]);
    const after = server.client();
    expect(server.welcomes().of("reserve")).toEqual([{ ...RESERVE.value, key, attempt: null }]);
    expect(after.unanswered).toHaveLength(1);
  });

  test("pressed again after a reload is the same command, and both presses have its end", async () => {
    server.client().ask(RESERVE);
    const after = server.client();
    const again = after.ask(RESERVE);
    const socket = server.welcomes();
    expect(socket.of("reserve").map((reserve) => reserve.key)).toEqual([again.key]);
    socket.says(answer(again.key, { kind: "held", value: RESERVATION }));
    expect((await again.outcome).kind).toBe("held");
    expect(after.unanswered).toEqual([]);
  });

  test("that is answered is forgotten: the same press is another command after it", () => {
    const client = server.client();
    const socket = server.welcomes();
    const { key } = client.ask(RESERVE);
    socket.says(answer(key, { kind: "held", value: RESERVATION }));
    expect(client.ask(RESERVE).key).not.toBe(key);
    expect(server.client().unanswered).toHaveLength(1);
  });

  test("from a storage of long ago ends as unknown, however the machine's clock was set since", async () => {
    server.client().ask(RESERVE);
    vi.setSystemTime(1_000);
    const after = server.client();
    await vi.advanceTimersByTimeAsync(59_999);
    expect(after.unanswered).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(after.unanswered).toEqual([]);
  });

  test("is asked where nothing can be kept, too", async () => {
    const client = server.client({ storage: null });
    const socket = server.welcomes();
    const { key, outcome } = client.ask(RESERVE);
    socket.closes(1006);
    await vi.advanceTimersByTimeAsync(250);
    server.welcomes().says(answer(key, { kind: "held", value: RESERVATION }));
    expect((await outcome).kind).toBe("held");
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

  test("asked while disconnected is of who was connected last", () => {
    const anna = server.client();
    server.welcomes({ principal: "anna" }).closes(1006);
    anna.ask(RESERVE);
    anna.close();
    server.client();
    expect(server.welcomes({ principal: "bob" }).of("reserve")).toEqual([]);
  });

  test("of another principal ends without a word to whoever is there now", () => {
    const anna = server.client();
    server.welcomes({ principal: "anna" });
    anna.ask(RESERVE);
    anna.close();
    const bob = server.client();
    const answered = vi.fn();
    bob.on("answered", answered);
    server.welcomes({ principal: "bob" });
    expect(bob.unanswered).toEqual([]);
    vi.advanceTimersByTime(60_000);
    expect(answered).not.toHaveBeenCalled();
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

  test("of one client stays in the storage, whatever another client of the show asks", () => {
    const [one, other] = [server.client(), server.client()];
    const keys = [one.ask(RESERVE).key, other.ask(TWO).key];
    expect(server.client().unanswered.map(({ value }) => value.key)).toEqual(keys);
  });

  test("in a storage that holds rubbish is no command", () => {
    server.storage.setItem("dropcast.unanswered.spring", '[{"command":{"reserve":{"key":5}}},7,{"command":{}}]');
    expect(server.client().unanswered).toEqual([]);
  });
});

describe("a client that takes another's place", () => {
  /** A client that is in use, and the one that is to take its place. */
  function two() {
    const old = server.client();
    const oldSocket = server.welcomes({ principal: "anna" });
    const next = server.client({ token: "t2", storage: null });
    const told: string[] = [];
    for (const client of [old, next]) {
      client.on("answered", ({ value }) => told.push(value.key));
    }
    return { old, oldSocket, next, told };
  }

  test("asks what that one has no answer for, and who asked has it", async () => {
    const { old, oldSocket, next, told } = two();
    const { key, outcome } = old.ask(RESERVE);
    oldSocket.says(answer(key, { kind: "retry", value: { after_ms: 2_000, reason: "busy" } }));
    const socket = server.welcomes({ principal: "anna" });
    expect(socket.of("reserve")).toEqual([]);
    next.takeOver(old);
    expect(oldSocket.isClosed).toBe(true);
    expect(socket.of("reserve")).toEqual([{ ...RESERVE.value, key, attempt: 1 }]);
    expect(next.ask(RESERVE).key).toBe(key);
    socket.says(answer(key, { kind: "held", value: RESERVATION }));
    expect((await outcome).kind).toBe("held");
    expect(told).toEqual([key]);
    expect(server.storage.kept.size).toBe(0);
  });

  test("does so as well before it is welcomed", () => {
    const { old, next } = two();
    const { key } = old.ask(RESERVE);
    next.takeOver(old);
    expect(next.unanswered.map(({ value }) => value.key)).toEqual([key]);
    expect(server.welcomes({ principal: "anna" }).of("reserve")).toHaveLength(1);
  });

  test("hears nothing of what was answered before", () => {
    const { old, oldSocket, next, told } = two();
    const { key } = old.ask(RESERVE);
    const socket = server.welcomes({ principal: "anna" });
    oldSocket.says(answer(key, { kind: "held", value: RESERVATION }));
    next.takeOver(old);
    expect(socket.of("reserve")).toEqual([]);
    expect(told).toEqual([key]);
  });

  test("as another principal lets go of it, without a word", async () => {
    const { old, next, told } = two();
    const { outcome } = old.ask(RESERVE);
    const socket = server.welcomes({ principal: "bob" });
    next.takeOver(old);
    expect(await outcome).toEqual({ kind: "unknown" });
    expect([socket.of("reserve"), next.unanswered, told]).toEqual([[], [], []]);
    expect(server.storage.kept.size).toBe(0);
  });

  test("keeps what it was asked itself, for the minute and where the other kept it", async () => {
    const { old, next, told } = two();
    const { key } = next.ask(TWO);
    next.takeOver(old);
    expect(server.client().unanswered.map(({ value }) => value.key)).toEqual([key]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toEqual([key]);
  });
});
