import {
  type DrawRecord,
  drawRecord,
  type Entrant,
  type PublicState,
  publicState,
  type ShowCard,
  showList,
} from "@dropcast/client";

/** The most shows that a page lists. */
const SHOWS_MAX = 50;
/** The most entrants of a draw in one answer. */
const ENTRANTS_MAX = 10_000;

/** The shows that anyone may see, and with a brand's token also its drafts. Rejects when they can't be read. */
export async function listShows(token: string | null = null): Promise<readonly ShowCard[]> {
  return showList.read(await read(`/v1/shows?limit=${SHOWS_MAX}`, token), "shows").shows;
}

/** A show as it stands, at `server`, by its origin, or here. Rejects when it can't be read. */
export async function readShow(show: string, token: string | null, server = ""): Promise<PublicState> {
  const answer = (await read(`${server}/v1/shows/${encodeURIComponent(show)}`, token)) as { public?: unknown };
  return publicState.read(answer.public, "public");
}

/** A draw with all of its entrants. Rejects when it can't be read. */
export async function readDraw(show: string, drop: string, token: string | null): Promise<DrawRecord> {
  const address = `/v1/shows/${encodeURIComponent(show)}/drops/${encodeURIComponent(drop)}/draw?limit=${ENTRANTS_MAX}`;
  const entrants: Entrant[] = [];
  for (let after: number | null = 0; ; ) {
    const page: DrawRecord = drawRecord.read(await read(`${address}&after=${after}`, token), "draw");
    entrants.push(...page.entrants);
    after = page.next;
    if (after === null) {
      return { ...page, entrants };
    }
  }
}

async function read(address: string, token: string | null): Promise<unknown> {
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const response = await fetch(address, { headers });
  if (!response.ok) {
    throw new Error(`GET ${address} answered ${response.status}`);
  }
  return response.json();
}
