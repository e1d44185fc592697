import { type ShowCard, showList } from "@dropcast/client";

/** The most shows that a page lists. */
const SHOWS_MAX = 50;

/** The shows that anyone may see, and with a brand's token also its drafts. Rejects when they can't be read. */
export async function listShows(token: string | null = null): Promise<readonly ShowCard[]> {
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const response = await fetch(`/v1/shows?limit=${SHOWS_MAX}`, { headers });
  if (!response.ok) {
    throw new Error(`GET /v1/shows answered ${response.status}`);
  }
  return showList.read(await response.json(), "shows").shows;
}
