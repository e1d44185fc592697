import { type Order, order } from "@dropcast/client";
import { unitsOf } from "../shared/lines";

/** The most orders in one answer, and the most answers that are read for a report. */
const PAGE_ORDERS = 1_000;
const PAGES_MAX = 20;

/** What a drop sold. */
export interface DropSales {
  readonly orders: number;
  readonly units: number;
  readonly revenueMinor: number;
}

/** What each drop sold, by its name. */
export function salesByDrop(orders: readonly Order[]): ReadonlyMap<string, DropSales> {
  const found = new Map<string, DropSales>();
  for (const one of orders) {
    const { orders, units, revenueMinor } = found.get(one.drop) ?? { orders: 0, units: 0, revenueMinor: 0 };
    const more = { units: units + unitsOf(one), revenueMinor: revenueMinor + one.total.amount_minor };
    found.set(one.drop, { orders: orders + 1, ...more });
  }
  return found;
}

/** All orders of a show; `null` when there are more than a page should add up. Rejects when they can't be read. */
export async function readOrders(show: string, token: string): Promise<readonly Order[] | null> {
  const address = `/v1/shows/${encodeURIComponent(show)}/orders?limit=${PAGE_ORDERS}`;
  const all: Order[] = [];
  let after: number | null = 0;
  for (let page = 0; after !== null && page < PAGES_MAX; page += 1) {
    const response = await fetch(`${address}&after=${after}`, { headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) {
      throw new Error(`GET ${address} answered ${response.status}`);
    }
    const answer = (await response.json()) as { orders: unknown[]; next: number | null };
    all.push(...answer.orders.map((one) => order.read(one, "order")));
    after = answer.next;
  }
  return after === null ? all : null;
}
