/** Texts that attack the page that shows them. */
export const ATTACKS = {
  picture: "<img src=x onerror=alert(1)>",
  script: '"><script>alert(2)</script>',
  quotes: "'-alert(3)-'<svg/onload=alert(4)> {{7*7}}",
  /** Right-to-left override and isolate, never ended. */
  turned: "\u202egpj.efas \u2067\u05e9\u05dc\u05d5\u05dd",
  endless: "W".repeat(300),
  emoji: `👩‍👩‍👧‍👦🏴‍☠️${"🎉".repeat(60)}`,
};

const { picture, script, quotes, turned, endless, emoji } = ATTACKS;
const said = (text: string) => ({ en: text, nl: text });

/** A show of which every text attacks, as `PUT /v1/shows/{show}` takes it. */
export const HOSTILE_SHOW = {
  show: "hostile",
  brand: "atelier",
  title: said(`${picture}${script}`),
  description: said(quotes),
  host_name: `${picture}${turned}`,
  picture: '/"onerror="alert(5)',
  currency: "EUR",
  watch_without_token: true,
  delivery: said(picture),
  return_policy: said(endless),
  products: [
    {
      product: "markup",
      title: said(picture),
      description: said(`${script}${endless}`),
      picture: '/"onerror="alert(6)',
      variants: [
        { sku: "markup-1", title: said(script), list_price_minor: 1_000, units: 3 },
        { sku: "markup-2", title: said(quotes), list_price_minor: 99_999_999, units: 3 },
      ],
    },
    {
      product: "endless",
      title: said(endless),
      description: said(endless),
      variants: [
        { sku: "endless-1", title: said(turned), list_price_minor: 1, units: 1 },
        { sku: "endless-2", title: said(emoji), list_price_minor: 1, units: 100_000_000 },
      ],
    },
  ],
  drops: [
    {
      drop: "markup",
      title: said(`${script}${emoji}`),
      limit_per_viewer: 2,
      duration_ms: 600_000,
      items: [{ sku: "markup-1" }, { sku: "markup-2" }, { sku: "endless-1" }, { sku: "endless-2" }],
    },
    { drop: "endless", title: said(endless), limit_per_viewer: 1, waitlist: "ask", items: [{ sku: "endless-1" }] },
    {
      drop: "turned",
      title: said(turned),
      limit_per_viewer: 1,
      draw: { entry_ms: 600_000 },
      items: [{ sku: "markup-2" }],
    },
  ],
};
