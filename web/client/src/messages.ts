/**
 * Every message of the protocol (`proto/dropcast/v1/*.proto`), its type and its reader in one place. Times are Unix
 * milliseconds, as in protobuf; amounts are integers in a currency's minor unit.
 */
import { flag, integer, list, message, name, type Of, oneof, optional, ReadError, text, texts, time } from "./schema";

export const money = message({ amount_minor: integer, currency: text });
export type Money = Of<typeof money>;

const role = name("viewer", "host", "brand", "system");
export type Role = Of<typeof role>;

const showPhase = name("draft", "live", "ended");
export type ShowPhase = Of<typeof showPhase>;

const dropPhase = name("planned", "open", "paused", "closed");
export type DropPhase = Of<typeof dropPhase>;

const closeReason = name("host", "time", "sold_out", "show_ended");
export type CloseReason = Of<typeof closeReason>;

const reservationState = name("held", "sold", "released", "expired");
export type ReservationState = Of<typeof reservationState>;

const orderState = name("placed", "paid");
export type OrderState = Of<typeof orderState>;

export const show = message({
  show: text,
  brand: text,
  title: texts,
  description: texts,
  host_name: text,
  picture: text,
  video: text,
  phase: showPhase,
  currency: text,
  starts_at: optional(time),
  started_at: optional(time),
  ended_at: optional(time),
  hold_ttl_ms: integer,
  watch_without_token: flag,
  return_policy: texts,
  delivery: texts,
});
export type Show = Of<typeof show>;

export const variant = message({ sku: text, title: texts, list_price: money });
export type Variant = Of<typeof variant>;

export const product = message({
  product: text,
  title: texts,
  description: texts,
  picture: text,
  variants: list(variant),
});
export type Product = Of<typeof product>;

export const dropItem = message({ sku: text, price: money, list_price: money, available: integer });
export type DropItem = Of<typeof dropItem>;

export const drop = message({
  drop: text,
  place: integer,
  title: texts,
  phase: dropPhase,
  items: list(dropItem),
  limit_per_viewer: integer,
  hold_ttl_ms: integer,
  opens_at: optional(time),
  opened_at: optional(time),
  closes_at: optional(time),
  closed_at: optional(time),
  closed_reason: closeReason,
  duration_ms: optional(integer),
  close_when_sold_out: flag,
});
export type Drop = Of<typeof drop>;

export const reservation = message({
  reservation: integer,
  drop: text,
  sku: text,
  quantity: integer,
  unit_price: money,
  total: money,
  state: reservationState,
  held_at: time,
  expires_at: time,
  order: optional(integer),
});
export type Reservation = Of<typeof reservation>;

export const order = message({
  order: integer,
  reservation: integer,
  drop: text,
  sku: text,
  quantity: integer,
  total: money,
  state: orderState,
  placed_at: time,
});
export type Order = Of<typeof order>;

/** What was acknowledged to a viewer, was lost, and could not be made good. Nothing is owed for it. */
export const brokenPromise = message({
  reservation: integer,
  drop: text,
  sku: text,
  quantity: integer,
  total: money,
  promised: reservationState,
  broken_at: time,
});
export type BrokenPromise = Of<typeof brokenPromise>;

const skuNumbers = message({
  sku: text,
  allotted: integer,
  free: integer,
  held: integer,
  sold: integer,
  revenue: money,
});
export type SkuNumbers = Of<typeof skuNumbers>;

export const numbers = message({
  viewers: integer,
  viewers_peak: integer,
  clicks: integer,
  refused: integer,
  units_allotted: integer,
  units_held: integer,
  units_sold: integer,
  orders: integer,
  orders_paid: integer,
  revenue: money,
  skus: list(skuNumbers),
  promises_broken: integer,
});
export type Numbers = Of<typeof numbers>;

const salesBucket = message({ starts_at: time, units: integer, orders: integer, revenue: money, viewers: integer });
export type SalesBucket = Of<typeof salesBucket>;

export const sales = message({ bucket_ms: integer, buckets: list(salesBucket) });
export type Sales = Of<typeof sales>;

export const showCard = message({
  show: text,
  brand: text,
  title: texts,
  host_name: text,
  picture: text,
  phase: showPhase,
  starts_at: optional(time),
  started_at: optional(time),
  ended_at: optional(time),
  watch_without_token: flag,
});
export type ShowCard = Of<typeof showCard>;

/** The answer of `GET /v1/shows`. */
export const showList = message({ shows: list(showCard), next: optional(text) });
export type ShowList = Of<typeof showList>;

const refusalCode = name(
  "show_unknown",
  "not_your_show",
  "role_forbidden",
  "key_missing",
  "key_conflict",
  "show_not_live",
  "show_already_live",
  "show_ended",
  "drop_unknown",
  "drop_phase",
  "drop_without_end",
  "sku_unknown",
  "quantity_invalid",
  "duration_invalid",
  "moment_passed",
  "sold_out",
  "not_enough",
  "limit_reached",
  "reservation_unknown",
  "reservation_state",
  "order_unknown",
  "order_paid",
  "full",
  "plan_invalid",
);
export type RefusalCode = Of<typeof refusalCode>;

const refusal = message({
  code: refusalCode,
  detail: text,
  available: optional(integer),
  limit: optional(integer),
  drop_phase: dropPhase,
  reservation_state: reservationState,
});
export type Refusal = Of<typeof refusal>;

const attempted = { key: text, attempt: optional(integer) };
const ofDrop = message({ ...attempted, drop: text });
const ofReservation = message({ ...attempted, reservation: integer });

/** What changes something: carries an idempotency key. */
const commands = {
  reserve: message({ ...attempted, drop: text, sku: text, quantity: integer }),
  confirm: ofReservation,
  release: ofReservation,
  start_show: message(attempted),
  end_show: message(attempted),
  open_drop: ofDrop,
  schedule_drop: message({ ...attempted, drop: text, opens_at: optional(time) }),
  pause_drop: ofDrop,
  resume_drop: ofDrop,
  extend_drop: message({ ...attempted, drop: text, by_ms: integer }),
  close_drop: ofDrop,
  add_units: message({ ...attempted, drop: optional(text), sku: text, units: integer }),
};
const command = oneof(commands);
export type Command = NonNullable<Of<typeof command>>;

const clientMessage = oneof({
  hello: message({ show: text, token: optional(text), cursor: optional(text) }),
  refresh: message({ token: text }),
  clock: message({ echo_ms: integer }),
  ...commands,
});
export type ClientMessage = NonNullable<Of<typeof clientMessage>>;

const publicState = message({ show, products: list(product), drops: list(drop), viewers: integer });
export type PublicState = Of<typeof publicState>;

const retryReason = name("busy", "unavailable", "stopping", "rate_limited");
export type RetryReason = Of<typeof retryReason>;

const purchase = message({ reservation, order });
export type Purchase = Of<typeof purchase>;

const answerOutcome = oneof({
  held: reservation,
  sold: purchase,
  released: reservation,
  done: message({}),
  refused: refusal,
  retry: message({ after_ms: integer, reason: retryReason }),
  pending: message({ after_ms: integer }),
});
export type AnswerOutcome = NonNullable<Of<typeof answerOutcome>>;

const snapshot = message({
  cursor: text,
  server_at: time,
  public: optional(publicState),
  reservations: list(reservation),
  orders: list(order),
  numbers: optional(numbers),
  sales: optional(sales),
  broken_promises: list(brokenPromise),
});
export type Snapshot = Of<typeof snapshot>;

const welcome = message({
  role,
  principal: optional(text),
  server_at: time,
  token_expires_at: optional(time),
  resumed: flag,
});
export type Welcome = Of<typeof welcome>;

const problem = message({ code: text, detail: text, key: optional(text) });
export type Problem = Of<typeof problem>;

const serverMessage = oneof({
  welcome,
  snapshot,
  answer: message({ key: text, outcome: answerOutcome, receipt: optional(text) }),
  reservation_changed: message({ reservation }),
  order_changed: message({ order }),
  clock: message({ echo_ms: integer, server_at: time }),
  problem,
  refreshed: message({ token_expires_at: time }),
  promise_broken: brokenPromise,
  show_changed: message({ cursor: text, show }),
  catalogue_changed: message({ cursor: text, products: list(product) }),
  drop_changed: message({ cursor: text, drop }),
  drop_removed: message({ cursor: text, drop: text }),
  stock: message({ drop: text, sku: text, available: integer }),
  audience: message({ viewers: integer }),
  numbers_changed: message({ numbers }),
  sales_changed: message({ bucket: salesBucket }),
});
export type ServerMessage = NonNullable<Of<typeof serverMessage>>;

/** Reads what a server sent; `null` for a kind of a later version. Throws {@link ReadError} on rubbish. */
export function readServerMessage(frame: string): ServerMessage | null {
  return serverMessage.read(parse(frame), "message");
}

/** Writes a server's message: for tests and for servers that stand in for the real one. */
export function writeServerMessage(value: ServerMessage): string {
  return JSON.stringify(serverMessage.write(value));
}

/** Reads what a client sent; `null` for a kind of a later version. Throws {@link ReadError} on rubbish. */
export function readClientMessage(frame: string): ClientMessage | null {
  return clientMessage.read(parse(frame), "message");
}

export function writeClientMessage(value: ClientMessage): string {
  return JSON.stringify(clientMessage.write(value));
}

/** Whether this is a command, as it comes out of a storage that anyone may have written to. */
export function readCommand(json: unknown): Command | null {
  return command.read(json, "command");
}

export function writeCommand(value: Command): unknown {
  return command.write(value);
}

function parse(frame: string): unknown {
  try {
    return JSON.parse(frame);
  } catch {
    throw new ReadError("message is not JSON");
  }
}
