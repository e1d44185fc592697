/** What a rem is where a component lives: on the server's own pages the root's, in a shop's page what the element says. */
const REM = "var(--live-show-rem, 1rem)";

/**
 * Styles whose lengths in rem don't depend on a shop's root element, whose font size is the shop's own business. What a
 * query asks for is left as it is: there a rem is the browser's own already, and nothing else is taken.
 */
export function scaled(css: string): string {
  return css.replace(/@(?:media|container)[^{]*|(-?\d*\.?\d+)rem\b/g, (whole, count?: string) =>
    count === undefined ? whole : `calc(${count} * ${REM})`,
  );
}
