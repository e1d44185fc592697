import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { WebSocket as NodeSocket, type WebSocket, WebSocketServer } from "ws";
import {
  Client,
  type ClientMessage,
  clientMessage,
  json,
  type ServerMessage,
  type Socket,
  serverMessage,
} from "../src/index";
import { NOTHING_OWN, PUBLIC, RESERVATION } from "./examples";

/** A server on a real socket that says what the test tells it to. */
let server: WebSocketServer;
let client: Client;
const heard: ClientMessage[] = [];

beforeEach(async () => {
  heard.length = 0;
  server = new WebSocketServer({ host: "127.0.0.1", port: 0, path: "/v1/ws" });
  await once(server, "listening");
  client = new Client({
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    show: "spring",
    token: "t1",
    storage: null,
    random: () => 0,
    openSocket: (url, subprotocol) => new NodeSocket(url, subprotocol) as unknown as Socket,
  });
});
afterEach(async () => {
  client.close();
  server.close();
  await once(server, "close");
});

test("a click survives a cut connection on a real socket, with its key, and the feed resumes", async () => {
  const first = await accept();
  expect(first.protocol).toBe("dropcast.v1.json");
  const everything = { cursor: "c1", server_at: Date.now(), public: PUBLIC, ...NOTHING_OWN };
  say(first, { kind: "snapshot", value: everything });
  await vi.waitFor(() => expect(client.state.show?.show).toBe("spring"));

  const { key, outcome } = client.ask({
    kind: "reserve",
    value: { drop: "opening", sku: "scarf-red", quantity: 1, with: [] },
  });
  await vi.waitFor(() => expect(heard.some((message) => message.kind === "reserve")).toBe(true));
  const next = accept();
  first.terminate();

  const second = await next;
  await vi.waitFor(() => expect(reserves()).toHaveLength(2));
  expect(heard.filter((message) => message.kind === "hello").map((message) => message.value.cursor)).toEqual([
    null,
    "c1",
  ]);
  expect(reserves().map((reserve) => [reserve.key, reserve.attempt])).toEqual([
    [key, null],
    [key, 1],
  ]);
  say(second, { kind: "answer", value: { key, outcome: { kind: "held", value: RESERVATION }, receipt: null } });
  expect(await outcome).toEqual({ kind: "held", value: RESERVATION });
});

async function accept(): Promise<WebSocket> {
  const [socket] = (await once(server, "connection")) as [WebSocket];
  socket.on("message", (data) => {
    const message = json.read(clientMessage, data);
    if (message) {
      heard.push(message);
    }
    if (message?.kind === "hello") {
      const welcome = {
        role: "viewer",
        principal: "v1",
        token_expires_at: null,
        resumed: message.value.cursor !== null,
      };
      say(socket, { kind: "welcome", value: { ...welcome, role: "viewer", server_at: Date.now() } });
    }
  });
  return socket;
}

function say(socket: WebSocket, message: ServerMessage): void {
  socket.send(json.write(serverMessage, message));
}

function reserves() {
  return heard.filter((message) => message.kind === "reserve").map((message) => message.value);
}
