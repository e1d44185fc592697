import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Client } from "../src/index";
import { protobuf } from "../src/protobuf";
import { answer, NOTHING_OWN, RESERVATION, RESERVE, snapshot } from "./examples";
import { FakeServer } from "./fake_server";

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

  test("begins anew after a reload: it has nothing that a cursor could add to", () => {
    server.client();
    server.welcomes().says(snapshot("c1"));
    const after = server.client();
    const socket = server.welcomes();
    expect(socket.of("hello")[0]?.cursor).toBeNull();
    expect(after.state.show).toBeNull();
    socket.says(snapshot("c2", { viewers: 99 }));
    expect(after.state.viewers).toBe(99);
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
    socket.says({ kind: "refreshed", value: { token_expires_at: serverAt + 600_000 } });
    await chat(socket, 299_000);
    expect(socket.of("refresh")).toHaveLength(2);
    expect(server.sockets).toHaveLength(1);
    server.socket.closes(1006);
    await vi.advanceTimersByTimeAsync(250);
    server.socket.opens();
    expect(server.socket.of("hello")[0]?.token).toBe("t2");
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

  test("does not wait for ever for who should give it a token", async () => {
    const renewToken = vi.fn((): Promise<string | null> => new Promise(() => {}));
    const client = server.client({ renewToken });
    server.welcomes().closes(4001);
    await vi.advanceTimersByTimeAsync(10_250);
    expect(server.sockets).toHaveLength(2);
    server.socket.opens();
    expect(server.socket.of("hello")[0]?.token).toBe("t1");
    renewToken.mockResolvedValue("t2");
    server.socket.closes(4001);
    await vi.advanceTimersByTimeAsync(500);
    server.welcomes();
    expect(server.socket.of("hello")[0]?.token).toBe("t2");
    expect(client.status.phase).toBe("connected");
  });

  test("asks once for each token whoever gives the one that it has kept, and again when that has ended", async () => {
    const renewToken = vi.fn(async () => "t1");
    server.client({ renewToken });
    const token_expires_at = Date.now() + 120_000;
    const socket = server.welcomes({ token_expires_at });
    for (let second = 0; second < 119; second++) {
      const before = socket.of("refresh").length;
      await chat(socket, 1_000);
      if (socket.of("refresh").length > before) {
        socket.says({ kind: "refreshed", value: { token_expires_at } });
      }
    }
    expect(renewToken).toHaveBeenCalledTimes(1);
    socket.closes(1006);
    await vi.advanceTimersByTimeAsync(250);
    await chat(server.welcomes({ token_expires_at }), 500);
    expect(renewToken).toHaveBeenCalledTimes(1);
    server.socket.closes(4001);
    await vi.advanceTimersByTimeAsync(1);
    expect(renewToken).toHaveBeenCalledTimes(2);
  });

  test("asks nobody for tokens more than every 2 s, however soon they end", async () => {
    const renewToken = vi.fn(async () => "t2");
    server.client({ renewToken });
    const socket = server.welcomes({ token_expires_at: Date.now() + 500 });
    for (let second = 0; second < 20; second++) {
      await chat(socket, 1_000);
      socket.says({ kind: "refreshed", value: { token_expires_at: Date.now() + 500 } });
    }
    expect(renewToken.mock.calls.length).toBeLessThanOrEqual(10);
  });

  test("takes no token that a script without types gives for none", async () => {
    const client = server.client({ renewToken: async () => undefined as never });
    server.welcomes().closes(4001);
    await vi.advanceTimersByTimeAsync(1);
    expect(client.status).toEqual({ phase: "closed", reason: "token", code: 4001 });
  });

  test.each<[string, (client: Client, close: () => void) => void]>([
    ["is lost", (client, close) => client.on("status", ({ phase }) => phase === "waiting" && close())],
    ["connects", (client, close) => client.on("status", ({ phase }) => phase === "connecting" && close())],
    ["is connected", (client, close) => client.on("status", ({ phase }) => phase === "connected" && close())],
    ["is welcomed", (client, close) => client.on("message", ({ kind }) => kind === "welcome" && close())],
    ["can't read what came", (client, close) => client.on("problem", close)],
  ])("is closed for good by who listens and closes when it %s", (_, listen) => {
    const client = server.client();
    listen(client, () => client.close());
    server.welcomes().saysData("rubbish");
    vi.advanceTimersByTime(60_000);
    expect(client.status).toEqual({ phase: "closed", reason: "stopped", code: 1000 });
    expect(server.sockets.filter((socket) => !socket.isClosed)).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("closed when its token has ended asks for no other", async () => {
    const renewToken = vi.fn(async () => "t2");
    const client = server.client({ renewToken });
    client.on("status", ({ phase }) => phase === "waiting" && client.close());
    server.welcomes().closes(4001);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([renewToken.mock.calls.length, server.sockets.length]).toEqual([0, 1]);
  });

  test("leaves a network that is dead, although the socket doesn't notice", () => {
    const client = server.client();
    const socket = server.welcomes();
    client.ask(RESERVE);
    vi.advanceTimersByTime(5_000);
    expect(socket.isClosed).toBe(true);
    expect(client.status.phase).toBe("waiting");
  });

  test("finds out when asked whether the connection still stands", () => {
    const client = server.client();
    client.check();
    const socket = server.welcomes();
    const before = socket.of("clock").length;
    client.check();
    expect(socket.of("clock")).toHaveLength(before + 1);
    vi.advanceTimersByTime(5_000);
    expect(client.status.phase).toBe("waiting");
    const opened = server.sockets.length;
    client.check();
    expect(server.sockets).toHaveLength(opened);
  });

  test("says that it can't read a message, and asks for a whole snapshot", () => {
    const told = vi.fn();
    server.client().on("problem", told);
    const socket = server.welcomes();
    socket.says(snapshot("c1"));
    socket.saysData('{"audience":{"viewers":"many"}}');
    const detail = "message.audience.viewers is not an integer from 0 below 2^53";
    expect(told).toHaveBeenCalledWith({ code: "unreadable_message", detail, key: null });
    vi.advanceTimersByTime(250);
    server.socket.opens();
    expect(server.socket.of("hello")[0]?.cursor).toBeNull();
  });

  test("says where the viewer came from, as far as a server takes it", () => {
    server.client({ source: "Spring sale!" });
    expect(server.welcomes().of("hello")[0]?.source).toBe("Springsale");
    server.client({ source: null });
    expect(server.welcomes().of("hello")[0]?.source).toBeNull();
  });

  test("measures the server's clock", () => {
    const client = server.client();
    const socket = server.welcomes({ server_at: Date.now() + 7_000 });
    expect(client.clock.now()).toBe(Date.now() + 7_000);
    vi.advanceTimersByTime(0);
    const echo_ms = socket.of("clock")[0]?.echo_ms ?? 0;
    socket.says({ kind: "clock", value: { echo_ms, server_at: echo_ms + 7_100 } });
    expect(client.clock.now()).toBe(Date.now() + 7_100);
  });

  test("speaks protobuf where it is told to", async () => {
    const client = server.client({ encoding: protobuf });
    const socket = server.welcomes();
    expect(socket.binaryType).toBe("arraybuffer");
    socket.says(snapshot());
    expect(client.state.drops.map((drop) => drop.drop)).toEqual(["zero", "opening"]);
    const { key, outcome } = client.ask(RESERVE);
    expect(socket.of("reserve")).toEqual([{ ...RESERVE.value, key, attempt: null }]);
    socket.says(answer(key, { kind: "held", value: RESERVATION }));
    expect(await outcome).toEqual({ kind: "held", value: RESERVATION });
    socket.saysData("{}");
    expect(client.status.phase).toBe("waiting");
    expect(server.subprotocols).toEqual(["dropcast.v1.proto"]);
  });

  test("skips a message of a later version", () => {
    const client = server.client();
    server.welcomes().saysData('{"poll_changed":{"poll":"p1"}}');
    expect(client.status.phase).toBe("connected");
  });
});

/** Lets time pass on a connection whose server answers every measurement of the clock. */
async function chat(socket: FakeServer["socket"], ms: number) {
  for (let passed = 0; passed < ms; passed += 1_000) {
    await vi.advanceTimersByTimeAsync(Math.min(1_000, ms - passed));
    socket.says({ kind: "audience", value: { viewers: 1 } });
  }
}
