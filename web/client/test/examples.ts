import type {
  AnswerOutcome,
  BrokenPromise,
  Drop,
  Order,
  PublicState,
  Reservation,
  ServerMessage,
  Waiter,
} from "../src/index";

const euro = (amount_minor: number) => ({ amount_minor, currency: "EUR" });

export const RESERVATION: Reservation = {
  reservation: 7,
  drop: "opening",
  sku: "scarf-red",
  quantity: 1,
  unit_price: euro(3_995),
  total: euro(3_995),
  state: "held",
  held_at: 1_000,
  expires_at: 121_000,
  order: null,
  with: [],
  extended: false,
};

export const WAITER: Waiter = {
  waiter: 5,
  drop: "opening",
  sku: "scarf-red",
  quantity: 1,
  state: "waiting",
  joined_at: 1_500,
  place: 40,
  ahead: 12,
  reservation: null,
};

/** What a snapshot has of somebody who did nothing yet. */
export const NOTHING_OWN = {
  reservations: [],
  orders: [],
  numbers: null,
  sales: null,
  broken_promises: [],
  waiters: [],
} as const;

export const ORDER: Order = {
  order: 3,
  reservation: 7,
  drop: "opening",
  sku: "scarf-red",
  quantity: 1,
  total: euro(3_995),
  state: "placed",
  placed_at: 2_000,
  with: [],
};

export const BROKEN_PROMISE: BrokenPromise = {
  reservation: 9,
  drop: "opening",
  sku: "scarf-red",
  quantity: 1,
  total: euro(3_995),
  promised: "held",
  broken_at: 3_000,
  with: [],
};

export const DROP: Drop = {
  drop: "opening",
  place: 1,
  title: { en: "Opening" },
  phase: "open",
  items: [
    {
      sku: "scarf-red",
      price: euro(3_995),
      list_price: euro(4_995),
      available: 5,
      waiting: 0,
      next_place: null,
    },
  ],
  limit_per_viewer: 2,
  hold_ttl_ms: 120_000,
  opens_at: null,
  opened_at: 500,
  closes_at: null,
  closed_at: null,
  closed_reason: "unspecified",
  duration_ms: null,
  close_when_sold_out: true,
  shared_cap: null,
  fairness: "first_come",
  entry_ms: null,
  entries_close_at: null,
  commitment: null,
  lots: null,
  waitlist: "ask",
  offer_ttl_ms: 120_000,
  undo_until: null,
};

export const PUBLIC: PublicState = {
  show: {
    show: "spring",
    brand: "atelier",
    title: { en: "Spring" },
    description: {},
    host_name: "Noor",
    picture: "",
    video: "",
    phase: "live",
    currency: "EUR",
    starts_at: null,
    started_at: 100,
    ended_at: null,
    hold_ttl_ms: 120_000,
    watch_without_token: true,
    return_policy: {},
    delivery: {},
    hold_rules: null,
  },
  products: [],
  drops: [DROP, { ...DROP, drop: "zero", place: 0 }],
  viewers: 12,
};

/** A press on *buy*. */
export const RESERVE = {
  kind: "reserve",
  value: { drop: "opening", sku: "scarf-red", quantity: 1, with: [] },
} as const;

export function snapshot(cursor = "c", changed: Partial<PublicState> = {}) {
  const everyones = { ...PUBLIC, ...changed };
  return { kind: "snapshot", value: { cursor, server_at: 0, public: everyones, ...NOTHING_OWN } } as const;
}

export function answer(key: string, outcome: AnswerOutcome, receipt: string | null = null): ServerMessage {
  return { kind: "answer", value: { key, outcome, receipt } };
}
