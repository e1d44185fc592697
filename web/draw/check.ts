import type { DrawRecord, Entrant } from "@dropcast/client";

/** How many lots are computed at once. */
const LOTS_AT_ONCE = 1_000;

/** What checking a draw finds. */
export type Verdict =
  /** The lots are not drawn yet. */
  | { readonly kind: "waiting" }
  /** Every place is as seed and digest say, and the seed is the one that was committed to. */
  | { readonly kind: "holds" }
  /** The seed is not the one that was committed to. */
  | { readonly kind: "unbound" }
  /** These tickets have other places than seed and digest say. */
  | { readonly kind: "misplaced"; readonly tickets: ReadonlySet<string> };

/** Whether this browser can check: it hashes only for pages that came over a secure connection. */
export function canCheck(): boolean {
  return globalThis.crypto?.subtle !== undefined;
}

/** Computes a draw anew from what is published about it, and compares. */
export async function check({ commitment, seed, digest, entrants }: DrawRecord): Promise<Verdict> {
  if (seed === null || digest === null) {
    return { kind: "waiting" };
  }
  if ((await sha256(bytesOf(seed))) !== commitment) {
    return { kind: "unbound" };
  }
  const lots = await lotsOf(entrants, seed, digest);
  // Hexadecimal of the same length is in the order of the bytes.
  const inOrder = entrants.toSorted((a, b) => ((lots.get(a) ?? "") < (lots.get(b) ?? "") ? -1 : 1));
  const misplaced = inOrder.filter((entrant, index) => entrant.place !== index + 1);
  return misplaced.length === 0
    ? { kind: "holds" }
    : { kind: "misplaced", tickets: new Set(misplaced.map((entrant) => entrant.ticket)) };
}

/** The ticket of a viewer, in hexadecimal. */
export function ticketOf(viewer: string): Promise<string> {
  return sha256(new TextEncoder().encode(viewer));
}

async function lotsOf(entrants: readonly Entrant[], seed: string, digest: string): Promise<Map<Entrant, string>> {
  const lots = new Map<Entrant, string>();
  for (let first = 0; first < entrants.length; first += LOTS_AT_ONCE) {
    const some = entrants.slice(first, first + LOTS_AT_ONCE);
    const computed = await Promise.all(some.map(({ ticket }) => sha256(bytesOf(seed + digest + ticket))));
    some.forEach((entrant, index) => {
      lots.set(entrant, computed[index] ?? "");
    });
  }
  return lots;
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function bytesOf(hexadecimal: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hexadecimal.match(/../g) ?? [], (two) => Number.parseInt(two, 16));
}
