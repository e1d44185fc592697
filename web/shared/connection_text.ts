import type { Status } from "@dropcast/client";
import type { Text } from "./texts/en";

/** How the connection stands, in words; nothing when it stands well. */
export function connectionText(status: Status, t: Text): string {
  switch (status.phase) {
    case "connected":
      return "";
    case "connecting":
      return t.connecting;
    case "waiting": {
      const seconds = Math.ceil((status.retryAt - Date.now()) / 1_000);
      return seconds > 1 ? t.reconnecting(seconds) : t.reconnectingNow;
    }
    case "closed":
      return t.connectionClosed[status.reason];
  }
}

/** How a connection stands that was lost, in words that stay as they are while it is tried again. */
export function lostText(status: Status, t: Text): string {
  return status.phase === "waiting" || status.phase === "connecting" ? t.reconnectingNow : connectionText(status, t);
}
