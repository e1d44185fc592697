import { Client, type ClientOptions, type Drop, type Socket } from "@dropcast/client";
import { expect, vi } from "vitest";
import { WebSocket } from "ws";
import type { Server } from "./server";

interface Session {
  readonly show: string;
  readonly token: string;
}

/** Somebody new whom the demo lets in; hosts and brands are always the same. */
export async function demoSession(server: Server, role: "viewer" | "host" | "brand"): Promise<Session> {
  const answer = await fetch(`${server.url}/demo/session?role=${role}`);
  return (await answer.json()) as Session;
}

/** A client without a browser, on real sockets; `sockets` gets each that it opens. */
export function clientOf(
  server: Server,
  session: Session,
  options: Partial<ClientOptions> = {},
  sockets: WebSocket[] = [],
): Client {
  const openSocket = (url: string, subprotocol: string) => {
    const socket = new WebSocket(url, subprotocol);
    // Told as a close as well, which the client listens to.
    socket.on("error", () => {});
    sockets.push(socket);
    return socket as unknown as Socket;
  };
  return new Client({ ...session, server: server.url, storage: null, openSocket, ...options });
}

/** Opens the next drop of the demo as its host. */
export async function openNextDrop(server: Server): Promise<Drop> {
  const host = clientOf(server, await demoSession(server, "host"));
  try {
    const next = await vi.waitFor(() => {
      const planned = host.state.drops.find((drop) => drop.phase === "planned");
      return planned ?? Promise.reject(new Error("no drop is planned"));
    });
    const { outcome } = host.ask({ kind: "open_drop", value: { drop: next.drop } });
    expect(await outcome).toMatchObject({ kind: "done" });
    return next;
  } finally {
    host.close();
  }
}
