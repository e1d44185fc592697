import type { Status } from "@dropcast/client";
import { listShows } from "./http";
import { isTurnedAway } from "./turned_away";

export type PageRole = "viewer" | "host" | "brand";

/** Whom a page acts for, and in which show. */
export interface Session {
  /** `null`: the address names none, and there is none to choose. */
  readonly show: string | null;
  readonly token: string | null;
}

interface DemoSession {
  readonly show: string;
  readonly token: string;
}

/**
 * Finds out who is here: who signed in to this tab before, else whom the demo gives (only the demo does), else nobody.
 * The show is the one in the address, else the demo's, else the one that is live.
 */
export async function openSession(role: PageRole): Promise<Session> {
  const wanted = new URLSearchParams(location.search).get("show");
  const kept = keptToken(role);
  const demo = kept && wanted ? null : await demoSession(role);
  const token = kept ?? demo?.token ?? null;
  if (demo && !kept) {
    keepToken(role, demo.token);
  }
  return { token, show: wanted ?? demo?.show ?? (await liveShow(token)) };
}

/** Another token of the same role; `null` where only people can give one: then the one that is kept may still be good. */
export async function renewSession(role: PageRole): Promise<string | null> {
  const demo = await demoSession(role);
  if (demo) {
    keepToken(role, demo.token);
  }
  return demo?.token ?? null;
}

/** Keeps a token for this tab; never in the address, where it would be logged and shared. */
export function keepToken(role: PageRole, token: string): void {
  withStorage((storage) => storage.setItem(name(role), token));
}

export function forgetToken(role: PageRole): void {
  withStorage((storage) => storage.removeItem(name(role)));
}

/** Forgets the token of this tab once the server doesn't take it any more, as a connection's status says. */
export function forgetRefused(role: PageRole, status: Status): void {
  if (isTurnedAway(status)) {
    forgetToken(role);
  }
}

/** Who signed in to this tab before. */
export function keptToken(role: PageRole): string | null {
  return withStorage((storage) => storage.getItem(name(role)));
}

function name(role: PageRole): string {
  return `dropcast.token.${role}`;
}

/** Where storage is forbidden a token lasts as long as the page. */
function withStorage<T>(use: (storage: Storage) => T): T | null {
  try {
    return use(sessionStorage);
  } catch {
    return null;
  }
}

async function demoSession(role: PageRole): Promise<DemoSession | null> {
  const response = await fetch(`/demo/session?role=${role}`);
  if (!response.ok) {
    return null;
  }
  const session: unknown = await response.json();
  return isDemoSession(session) ? session : null;
}

function isDemoSession(value: unknown): value is DemoSession {
  const session = value as Partial<DemoSession> | null;
  return typeof session?.show === "string" && typeof session.token === "string";
}

async function liveShow(token: string | null): Promise<string | null> {
  const shows = await listShows(token);
  return shows.find((show) => show.phase === "live")?.show ?? null;
}
