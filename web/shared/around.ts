import { text } from "./language";
import type { Text } from "./texts/en";

/** What is around a component: the server's own page, or the element in a shop's page. */
export interface Around {
  /** The server that the show comes from, as an origin; empty on the server's own pages. */
  readonly server: string;
  /** What is said in the spoken language. */
  text(): Text;
  /** Where what components tell each other ends; `null`: nowhere. */
  readonly edge: EventTarget | null;
}

const OWN_PAGE: Around = { server: "", text, edge: null };
const known = new WeakMap<Node, Around>();

/** Says what is around all components in the shadow root of `host`, and in theirs. */
export function surround(host: Element, around: Around): void {
  known.set(host, around);
}

export function around(node: Node): Around {
  for (let root = node.getRootNode(); root instanceof ShadowRoot; root = root.host.getRootNode()) {
    const found = known.get(root.host);
    if (found) {
      return found;
    }
  }
  return OWN_PAGE;
}
