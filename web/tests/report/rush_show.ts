const DROPS = 5;
const SKUS_PER_DROP = 4;

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const said = (en: string, nl: string) => ({ en, nl });

/** Several drops that are open at once, each with sizes to choose from, as `PUT /v1/shows/{show}` takes it. */
export const RUSH_SHOW = {
  show: "rush",
  brand: "atelier",
  title: said("An evening with a rush", "Een avond vol drukte"),
  host_name: "Noor",
  picture: "/examples/atelier-noor/pictures/cover.svg",
  currency: "EUR",
  hold_ttl_ms: 600_000,
  watch_without_token: true,
  products: numbers(DROPS).map((drop) => ({
    product: `jumper-${drop}`,
    title: said(`Jumper ${drop}`, `Trui ${drop}`),
    picture: "/examples/atelier-noor/pictures/kade.svg",
    variants: numbers(SKUS_PER_DROP).map((size) => ({
      sku: `jumper-${drop}-${size}`,
      title: said(`Size ${size}`, `Maat ${size}`),
      list_price_minor: 8_900,
      units: 500,
    })),
  })),
  drops: numbers(DROPS).map((drop) => ({
    drop: `jumper-${drop}`,
    title: said(`Jumper ${drop} in all sizes`, `Trui ${drop} in alle maten`),
    limit_per_viewer: 2,
    duration_ms: 3_600_000,
    items: numbers(SKUS_PER_DROP).map((size) => ({ sku: `jumper-${drop}-${size}` })),
  })),
};

/** What the rush is for. */
export const RUSH_ARTICLES = RUSH_SHOW.drops.flatMap(({ drop, items }) => items.map(({ sku }) => ({ drop, sku })));
