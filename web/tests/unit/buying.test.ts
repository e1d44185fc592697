import { type Client, type Command, NOTHING_KNOWN, type Outcome, type Status, type Wish } from "@dropcast/client";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { WAITER } from "../../client/test/examples";
import type { LiveController } from "../../shared/live";

vi.stubGlobal("navigator", { languages: ["en-GB"] });
const { Purchases } = await import("../../viewer/buying");

/** A client that keeps what it is asked until it is answered. */
class StandIn {
  state = { ...NOTHING_KNOWN, role: "viewer", principal: "anna" } as const;
  status: Status = { phase: "connected" };
  unanswered: Command[] = [];
  #answered: (command: Command, outcome: Outcome) => void = () => {};

  /** What a page has of its client. */
  readonly live = {
    client: this as unknown as Client,
    unanswered: (): never[] => [],
    onAnswered: (listener: (command: Command, outcome: Outcome) => void) => {
      this.#answered = listener;
    },
  } as unknown as LiveController;

  on(): void {}

  ask(wish: Wish): { outcome: Promise<Outcome> } {
    this.unanswered.push({ kind: wish.kind, value: { ...wish.value, key: "k", attempt: null } } as Command);
    return { outcome: new Promise(() => {}) };
  }

  answer(outcome: Outcome): void {
    this.#answered(this.unanswered.shift() as Command, outcome);
  }
}

const asked = ({ unanswered }: StandIn) => unanswered.map(({ kind, value }) => ({ kind, ...value }));
const together = (...skus: string[]) => skus.map((sku) => ({ sku, quantity: 1 }));

let client: StandIn;
let purchases: InstanceType<typeof Purchases>;

beforeEach(() => {
  client = new StandIn();
  purchases = new Purchases(client.live, true);
});

describe("a second press while the first waits for its answer", () => {
  test("buys nothing, however many it would be for", () => {
    purchases.buy("opening", "scarf-red", 2);
    purchases.buy("opening", "scarf-red", 1);
    expect(asked(client)).toMatchObject([{ kind: "reserve", sku: "scarf-red", quantity: 2 }]);
  });

  test("joins no line where the last unit went while it was asked for, and buys nothing where a place is", () => {
    purchases.buy("opening", "scarf-red", 1);
    purchases.join("opening", "scarf-red");
    purchases.join("opening", "scarf-blue");
    purchases.buy("opening", "scarf-blue", 1);
    expect(asked(client)).toMatchObject([
      { kind: "reserve", sku: "scarf-red" },
      { kind: "join_waitlist", sku: "scarf-blue" },
    ]);
  });

  test("takes no other things together", () => {
    expect(purchases.buyTogether("opening", together("scarf-red", "hat"))).toBeInstanceOf(Promise);
    expect(purchases.buyTogether("opening", together("scarf-blue", "hat"))).toBeUndefined();
    expect(asked(client)).toMatchObject([{ kind: "reserve", sku: "scarf-red" }]);
  });

  test("counts again once there is an answer, and for anything else at once", () => {
    purchases.buy("opening", "scarf-red", 1);
    purchases.buy("opening", "hat", 1);
    purchases.buy("second", "scarf-red", 1);
    client.answer({ kind: "refused", value: { code: "sold_out" } } as Outcome);
    expect(purchases.in("opening").answer("scarf-red")?.kind).toBe("refused");
    purchases.buy("opening", "scarf-red", 1);
    expect(purchases.in("opening").answer("scarf-red")).toBeUndefined();
    expect(asked(client)).toMatchObject([{ sku: "hat" }, { drop: "second" }, { drop: "opening", sku: "scarf-red" }]);
  });
});

describe("who may buy", () => {
  const canBuy = () => purchases.in(WAITER.drop).canBuy;

  test("is a viewer, also while the connection is lost", () => {
    expect(canBuy()).toBe(true);
    client.status = { phase: "waiting", retryAt: 0, code: 1006 };
    expect(canBuy()).toBe(true);
  });

  test("is nobody whose token is over, until they sign in", () => {
    client.status = { phase: "closed", reason: "token", code: 4001 };
    expect(canBuy()).toBe(false);
    expect(purchases.in(WAITER.drop).canSignIn).toBe(true);
  });
});
