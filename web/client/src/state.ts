import type {
  BrokenPromise,
  Drop,
  Numbers,
  Order,
  Product,
  PublicState,
  Reservation,
  Role,
  Sales,
  SalesBucket,
  ServerMessage,
  Show,
  Snapshot,
  Stock,
  Waiter,
} from "./messages.js";
import { movedUp, withWaiter } from "./waiters.js";

/** The most sales buckets that are kept; the oldest leave. */
const BUCKETS_MAX = 5_000;

/** What is known of a show. Immutable: a change makes a new one, and what did not change is the same object. */
export interface State {
  /** `null` until the first snapshot. */
  readonly show: Show | null;
  readonly products: readonly Product[];
  /** In the order of the run of show. */
  readonly drops: readonly Drop[];
  readonly viewers: number;
  /** Who one is: `unspecified` until welcomed. */
  readonly role: Role;
  /** `null` without a token. */
  readonly principal: string | null;
  /** One's own, newest last. */
  readonly reservations: readonly Reservation[];
  /** One's own, newest last. */
  readonly orders: readonly Order[];
  /** What was acknowledged to one and could not be kept, newest last. */
  readonly brokenPromises: readonly BrokenPromise[];
  /** One's own places in lines and draws: all that are waited in, and those that ended since the last snapshot. */
  readonly waiters: readonly Waiter[];
  /** Host and brand only. */
  readonly numbers: Numbers | null;
  /** Brand only. */
  readonly sales: Sales | null;
}

export const NOTHING_KNOWN: State = {
  show: null,
  products: [],
  drops: [],
  viewers: 0,
  role: "unspecified",
  principal: null,
  reservations: [],
  orders: [],
  brokenPromises: [],
  waiters: [],
  numbers: null,
  sales: null,
};

/** The state after a message. Messages that change nothing return the same object. */
export function fold(state: State, message: ServerMessage): State {
  switch (message.kind) {
    case "welcome":
      return { ...state, role: message.value.role, principal: message.value.principal };
    case "snapshot":
      return foldSnapshot(state, message.value);
    case "answer":
      return foldAnswer(state, message.value.outcome);
    case "reservation_changed":
      return { ...state, reservations: withReservation(state.reservations, message.value.reservation) };
    case "order_changed":
      return { ...state, orders: withOrder(state.orders, message.value.order) };
    case "waiter_changed":
      return withOwnWaiter(state, message.value.waiter);
    case "promise_broken":
      return { ...state, brokenPromises: replaced(state.brokenPromises, message.value, brokenPromiseId) };
    case "show_changed":
      return { ...state, show: message.value.show };
    case "catalogue_changed":
      return { ...state, products: message.value.products };
    case "drop_changed":
      return withDrops(state, withDrop(state.drops, message.value.drop));
    case "drop_removed":
      return { ...state, drops: state.drops.filter((drop) => drop.drop !== message.value.drop) };
    case "stock":
      return withDrops(state, withStock(state.drops, message.value));
    case "audience":
      return { ...state, viewers: message.value.viewers };
    case "numbers_changed":
      return { ...state, numbers: message.value.numbers };
    case "sales_changed":
      return { ...state, sales: withBucket(state.sales, message.value.bucket) };
    default:
      return state;
  }
}

/**
 * Where to resume after this message, if it says so. The snapshot of a resumed connection doesn't: what was missed lies
 * before its cursor and follows it, and would be lost if the connection broke in between.
 */
export function cursorOf(message: ServerMessage): string | null {
  switch (message.kind) {
    case "snapshot":
      return message.value.public === null ? null : message.value.cursor;
    case "show_changed":
    case "catalogue_changed":
    case "drop_changed":
    case "drop_removed":
      return message.value.cursor;
    default:
      return null;
  }
}

function foldSnapshot(state: State, snapshot: Snapshot): State {
  const { reservations, orders, numbers, sales, broken_promises: brokenPromises, waiters } = snapshot;
  const theirs = { numbers: numbers ?? state.numbers, sales: sales ?? state.sales };
  const own = { reservations, orders, brokenPromises, ...theirs };
  const everyones = snapshot.public ? { ...state, ...publicPart(snapshot.public) } : state;
  return { ...everyones, ...own, waiters: movedUp(waiters, everyones.drops) };
}

function withDrops(state: State, drops: readonly Drop[]): State {
  return { ...state, drops, waiters: movedUp(state.waiters, drops) };
}

function withOwnWaiter(state: State, waiter: Waiter): State {
  return { ...state, waiters: movedUp(withWaiter(state.waiters, waiter), state.drops) };
}

function publicPart(given: PublicState): Pick<State, "show" | "products" | "drops" | "viewers"> {
  return { ...given, drops: inOrder(given.drops) };
}

/** Tells a broken promise from others: its number may be another's by now, and has been lost with it before. */
export function brokenPromiseId(promise: BrokenPromise): string {
  return `${promise.reservation} ${promise.broken_at}`;
}

type Outcome = Extract<ServerMessage, { kind: "answer" }>["value"]["outcome"];

function foldAnswer(state: State, outcome: Outcome): State {
  switch (outcome?.kind) {
    case "held":
    case "released":
      return { ...state, reservations: withReservation(state.reservations, outcome.value) };
    case "waiter":
      return withOwnWaiter(state, outcome.value);
    case "sold":
      return {
        ...state,
        reservations: withReservation(state.reservations, outcome.value.reservation),
        orders: withOrder(state.orders, outcome.value.order),
      };
    default:
      return state;
  }
}

/** Whether it can be bought: what is held, or offered to who waited. */
export function isOpen(reservation: Reservation): boolean {
  return reservation.state === "held" || reservation.state === "offered";
}

/** An answer and a change may arrive in either order: what is over is never held or offered again. */
function withReservation(all: readonly Reservation[], changed: Reservation): readonly Reservation[] {
  const isOver = (one: Reservation) => one.reservation === changed.reservation && !isOpen(one);
  return isOpen(changed) && all.some(isOver) ? all : replaced(all, changed, (one) => one.reservation);
}

function withOrder(all: readonly Order[], changed: Order): readonly Order[] {
  const isPaid = (one: Order) => one.order === changed.order && one.state === "paid";
  return changed.state === "placed" && all.some(isPaid) ? all : replaced(all, changed, (one) => one.order);
}

function withDrop(all: readonly Drop[], changed: Drop): readonly Drop[] {
  return inOrder(replaced(all, changed, (drop) => drop.drop));
}

function withStock(all: readonly Drop[], { drop: of, sku, ...stock }: Stock): readonly Drop[] {
  const items = (drop: Drop) => drop.items.map((item) => (item.sku === sku ? { ...item, ...stock } : item));
  return all.map((drop) => (drop.drop === of ? { ...drop, items: items(drop) } : drop));
}

function withBucket(sales: Sales | null, bucket: SalesBucket): Sales | null {
  if (!sales) {
    return null;
  }
  const buckets = replaced(sales.buckets, bucket, (one) => one.starts_at);
  return { ...sales, buckets: [...buckets].sort((a, b) => a.starts_at - b.starts_at).slice(-BUCKETS_MAX) };
}

function inOrder(drops: readonly Drop[]): readonly Drop[] {
  return [...drops].sort((a, b) => a.place - b.place);
}

function replaced<T>(all: readonly T[], changed: T, id: (one: T) => string | number): readonly T[] {
  const index = all.findIndex((one) => id(one) === id(changed));
  return index < 0 ? [...all, changed] : all.with(index, changed);
}
