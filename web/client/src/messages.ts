/**
 * Every message of the protocol (`proto/dropcast/v1/*.proto`), its type and its reader in one place. Fields stand in the
 * order of their numbers there. Times are Unix milliseconds, as in protobuf; amounts are integers in a currency's minor
 * unit.
 */
import {
  bytes,
  flag,
  integer,
  list,
  message,
  name,
  numbered,
  type Of,
  oneof,
  optional,
  text,
  texts,
  time,
} from "./schema.js";

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

const reservationState = name("held", "sold", "released", "expired", "offered", "revoked");
export type ReservationState = Of<typeof reservationState>;

const waiterState = name("waiting", "offered", "left", "closed");
export type WaiterState = Of<typeof waiterState>;

const fairness = name("first_come", "draw");
export type Fairness = Of<typeof fairness>;

const waitlist = name("off", "ask", "automatic");
export type Waitlist = Of<typeof waitlist>;

/** 32 bytes. */
const digest = bytes;

const orderState = name("placed", "paid");
export type OrderState = Of<typeof orderState>;

/** What keeps viewers from hoarding, over the whole show. */
const holdRules = message({
  limit_per_viewer: optional(integer),
  open_holds_per_viewer: optional(integer),
  payment_extension_ms: integer,
  cool_down: optional(message({ lapses_allowed: integer, for_ms: integer })),
});
export type HoldRules = Of<typeof holdRules>;

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
  hold_rules: optional(holdRules),
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

export const dropItem = message({
  sku: text,
  price: money,
  list_price: money,
  available: integer,
  waiting: integer,
  next_place: optional(integer),
});
export type DropItem = Of<typeof dropItem>;

/** What decided a draw, once the lots are drawn. */
const lots = message({ drawn_at: time, seed: digest, digest });
export type Lots = Of<typeof lots>;

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
  shared_cap: optional(integer),
  fairness,
  entry_ms: optional(integer),
  entries_close_at: optional(time),
  commitment: optional(digest),
  lots: optional(lots),
  waitlist,
  offer_ttl_ms: integer,
  undo_until: optional(time),
});
export type Drop = Of<typeof drop>;

/** What a bundle has besides its first SKU. */
const bundleLine = message({ sku: text, quantity: integer, unit_price: money });
export type BundleLine = Of<typeof bundleLine>;

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
  with: list(bundleLine),
  extended: flag,
});
export type Reservation = Of<typeof reservation>;

/** A place in the line for one SKU of a drop, or in the draw of one. */
export const waiter = message({
  waiter: integer,
  drop: text,
  sku: text,
  quantity: integer,
  state: waiterState,
  joined_at: time,
  place: optional(integer),
  ahead: optional(integer),
  reservation: optional(integer),
});
export type Waiter = Of<typeof waiter>;

export const order = message({
  order: integer,
  reservation: integer,
  drop: text,
  sku: text,
  quantity: integer,
  total: money,
  state: orderState,
  placed_at: time,
  with: list(bundleLine),
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
  with: list(bundleLine),
});
export type BrokenPromise = Of<typeof brokenPromise>;

const skuNumbers = message({
  sku: text,
  allotted: integer,
  free: integer,
  held: integer,
  sold: integer,
  revenue: money,
  offered: integer,
  waiting: integer,
  sold_elsewhere: integer,
});
export type SkuNumbers = Of<typeof skuNumbers>;

/** How often units were asked for in vain, and why. */
const turnedAway = message({ sold_out: integer, limited: integer, closed: integer, other: integer, units: integer });
export type TurnedAway = Of<typeof turnedAway>;

const sourceCount = message({ source: text, viewers: integer });
export type SourceCount = Of<typeof sourceCount>;

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
  units_offered: integer,
  waiting: integer,
  units_sold_elsewhere: integer,
  units_short: integer,
  watched: integer,
  saw: integer,
  clicked: integer,
  held: integer,
  bought: integer,
  turned_away: optional(turnedAway),
  sources: list(sourceCount),
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

/** The answer of `GET /v1/shows/{show}/drops/{drop}/draw`, a page of it: all that it takes to check a draw. */
export const drawRecord = message({
  drop: text,
  fairness,
  entry_ms: optional(integer),
  entries_close_at: optional(time),
  commitment: optional(digest),
  seed: optional(digest),
  digest: optional(digest),
  drawn_at: optional(time),
  entrant_count: integer,
  entrants: list(message({ ticket: digest, sku: text, quantity: integer, place: integer, offered: flag })),
  next: optional(integer),
});
export type DrawRecord = Of<typeof drawRecord>;
export type Entrant = DrawRecord["entrants"][number];

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
  "show_limit_reached",
  "open_holds_reached",
  "cooling_down",
  "bundle_invalid",
  "waitlist_off",
  "already_waiting",
  "waiter_unknown",
  "waiter_over",
  "draw_pending",
  "draw_uncommitted",
  "draw_not_due",
  "seed_foreign",
  "extension_over",
  "undo_over",
);
export type RefusalCode = Of<typeof refusalCode>;

const refusal = message({
  code: refusalCode,
  detail: text,
  available: optional(integer),
  limit: optional(integer),
  drop_phase: dropPhase,
  reservation_state: reservationState,
  ends_at: optional(time),
  waiter: optional(integer),
});
export type Refusal = Of<typeof refusal>;

const attempted = { key: text, attempt: optional(integer) };
const ofDrop = message({ ...attempted, drop: text });
const ofReservation = message({ ...attempted, reservation: integer });

const wantedLine = message({ sku: text, quantity: integer });
export type WantedLine = Of<typeof wantedLine>;

/** What changes something: carries an idempotency key. */
const commands = {
  reserve: numbered(10, message({ ...attempted, drop: text, sku: text, quantity: integer, with: list(wantedLine) })),
  confirm: ofReservation,
  release: ofReservation,
  join_waitlist: message({ ...attempted, drop: text, sku: text, quantity: integer }),
  leave_waitlist: message({ ...attempted, waiter: integer }),
  extend_hold: ofReservation,
  start_show: numbered(20, message(attempted)),
  end_show: message(attempted),
  open_drop: ofDrop,
  schedule_drop: message({ ...attempted, drop: text, opens_at: optional(time) }),
  pause_drop: ofDrop,
  resume_drop: ofDrop,
  extend_drop: message({ ...attempted, drop: text, by_ms: integer }),
  close_drop: ofDrop,
  add_units: message({ ...attempted, drop: optional(text), sku: text, units: integer }),
  withdraw_units: message({ ...attempted, sku: text, units: integer, force: flag }),
  undo_drop: ofDrop,
};
export const command = oneof(commands);
export type Command = NonNullable<Of<typeof command>>;

export const clientMessage = oneof({
  hello: message({ show: text, token: optional(text), cursor: optional(text), source: optional(text) }),
  refresh: message({ token: text }),
  clock: message({ echo_ms: integer }),
  ...commands,
});
export type ClientMessage = NonNullable<Of<typeof clientMessage>>;

export const publicState = message({ show, products: list(product), drops: list(drop), viewers: integer });
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
  waiter,
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
  waiters: list(waiter),
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

/** What can be reserved of a SKU in a drop now, and who waits for it. */
const stock = message({ drop: text, sku: text, available: integer, waiting: integer, next_place: optional(integer) });
export type Stock = Of<typeof stock>;

export const serverMessage = oneof({
  welcome,
  snapshot,
  answer: message({ key: text, outcome: answerOutcome, receipt: optional(text) }),
  reservation_changed: message({ reservation }),
  order_changed: message({ order }),
  clock: message({ echo_ms: integer, server_at: time }),
  problem,
  refreshed: message({ token_expires_at: time }),
  promise_broken: brokenPromise,
  waiter_changed: message({ waiter }),
  show_changed: numbered(20, message({ cursor: text, show })),
  catalogue_changed: message({ cursor: text, products: list(product) }),
  drop_changed: message({ cursor: text, drop }),
  drop_removed: message({ cursor: text, drop: text }),
  stock: numbered(40, stock),
  audience: message({ viewers: integer }),
  numbers_changed: message({ numbers }),
  sales_changed: message({ bucket: salesBucket }),
});
export type ServerMessage = NonNullable<Of<typeof serverMessage>>;
