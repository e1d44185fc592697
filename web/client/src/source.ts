/** The longest name of a source that a server takes. */
const LENGTH_MAX = 64;

/** What is used of a page. */
interface Page {
  readonly location?: Pick<Location, "search" | "origin"> | undefined;
  readonly document?: Pick<Document, "referrer"> | undefined;
}

/** Where a page's visitor came from: its `utm_source`, else the host of another site that led here; `null`: unknown. */
export function sourceOf({ location, document }: Page): string | null {
  const campaign = new URLSearchParams(location?.search).get("utm_source");
  return asSource(campaign) ?? asSource(hostOf(document?.referrer ?? "", location?.origin));
}

/** A source as a server takes it: the letters, digits and `. _ : -` of a name, up to 64; `null` when none are left. */
export function asSource(name: string | null): string | null {
  return name?.replaceAll(/[^\w.:-]/g, "").slice(0, LENGTH_MAX) || null;
}

function hostOf(referrer: string, ownOrigin: string | undefined): string | null {
  if (referrer === "") {
    return null;
  }
  const from = new URL(referrer);
  return from.origin === ownOrigin ? null : from.hostname;
}
