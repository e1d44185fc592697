import type { Window } from "./browser";

/** What stands between a page and the server. */
export interface Wire {
  /** Whether the answers to purchases are kept from the page. */
  holdsBack: boolean;
  /** Answers that were kept from the page. */
  heldBack: number;
  /** The key of every press that left the page, in order. */
  readonly keys: string[];
}

/** Stands between a page, once it is loaded anew, and the server, and can keep the answers from the page. */
export async function interceptAnswers(viewer: Window): Promise<Wire> {
  const wire: Wire = { holdsBack: true, heldBack: 0, keys: [] };
  await viewer.page.routeWebSocket(/\/v1\/ws$/, (page) => {
    const server = page.connectToServer();
    page.onMessage((message) => {
      const reserve = JSON.parse(String(message)).reserve;
      if (reserve) {
        wire.keys.push(reserve.key);
      }
      server.send(message);
    });
    server.onMessage((message) => {
      const kinds = Object.keys(JSON.parse(String(message)));
      if (wire.holdsBack && kinds.some((kind) => kind === "answer" || kind === "reservation_changed")) {
        wire.heldBack += kinds.includes("answer") ? 1 : 0;
      } else {
        page.send(message);
      }
    });
  });
  return wire;
}
