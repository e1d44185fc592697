import type { Client, ClientEvents, Command, Outcome, State, Status, Wish } from "@dropcast/client";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { asks, buttonNames } from "../../host/asks";
import type { Added, Change } from "../../host/changes";
import { Desk } from "../../host/desk";
import { Lookout } from "../../host/lookout";
import { GUARD_MS } from "../../host/rests";
import { live, opened, planned } from "./desk_states";

const FIRST = planned("first", 0, ["hat"]);
const SECOND = planned("second", 1, ["scarf"]);
const ON = opened(FIRST, 1_000);

/** A client that keeps what it is asked, and learns what it is told. */
class StandIn {
  state: State;
  status: Status = { phase: "connected" };
  unanswered: Command[] = [];
  readonly clock = { now: () => Date.now() };
  readonly #listeners: Partial<ClientEvents> = {};

  constructor(state: State) {
    this.state = state;
  }

  on<E extends keyof ClientEvents>(event: E, listener: ClientEvents[E]): void {
    this.#listeners[event] = listener;
  }

  ask(wish: Wish): void {
    this.unanswered.push({ kind: wish.kind, value: { ...wish.value, key: "k", attempt: null } } as Command);
  }

  learn(state: State): void {
    this.state = state;
    this.#listeners.message?.({ kind: "audience", value: { viewers: 0 } });
  }

  answer(outcome: Outcome): void {
    const command = this.unanswered.shift() as Command;
    this.#listeners.answered?.(command, outcome, null);
  }
}

function desk(state: State) {
  const client = new StandIn(state);
  const news: string[] = [];
  const changed = ({ kind, by, drop }: Change) => news.push(`${drop.drop} ${kind} by ${by}`);
  const added = ({ sku, units, by }: Added) => news.push(`${units} ${sku} added by ${by}`);
  return { client, news, desk: new Desk(client as unknown as Client, { changed, added, answered: () => {} }) };
}

const refused = { kind: "refused", value: { code: "drop_phase" } } as Outcome;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a press", () => {
  test("asks once, however often it is repeated within its rest", () => {
    const { client, desk: host } = desk(live([FIRST, SECOND]));
    const press = () => {
      const ask = asks.press(host.press());
      return ask !== null && host.ask(ask);
    };
    expect([press(), press(), press()]).toEqual([true, false, false]);
    expect(client.unanswered.map((command) => command.value)).toMatchObject([{ drop: "first" }]);

    client.unanswered = [];
    client.learn(live([ON, SECOND]));
    expect([host.press().kind, press()]).toEqual(["undo", false]);
    vi.advanceTimersByTime(GUARD_MS);
    expect([host.press().kind, press()]).toEqual(["undo", true]);
  });

  test("rests whenever it comes to mean something else", () => {
    const { client, desk: host } = desk(live([ON, SECOND]));
    expect([host.press().kind, host.resting.has(buttonNames.press)]).toEqual(["undo", false]);
    client.learn(live([ON, SECOND], { hat: { sold: 1 } }));
    expect([host.press().kind, host.resting.has(buttonNames.press)]).toEqual(["open", true]);
    vi.advanceTimersByTime(GUARD_MS);
    expect(host.resting.has(buttonNames.press)).toBe(false);
  });

  test("on what another changed a moment ago does not turn it back", () => {
    const { client, desk: host } = desk(live([ON]));
    client.learn(live([{ ...ON, phase: "paused" }]));
    expect(host.ask(asks.resume("first"))).toBe(false);
    vi.advanceTimersByTime(GUARD_MS);
    expect(host.ask(asks.resume("first"))).toBe(true);
  });
});

describe("a press while nothing can be asked", () => {
  test("is kept while the connection is lost, and is none once it is closed for good", () => {
    const { client, desk: host } = desk(live([FIRST]));
    client.status = { phase: "closed", reason: "token", code: 4001 };
    expect(host.ask(asks.open("first"))).toBe(false);
    expect(client.unanswered).toEqual([]);
    client.status = { phase: "waiting", retryAt: 0, code: 1006 };
    expect(host.ask(asks.open("first"))).toBe(true);
  });
});

describe("a laptop's clock that is set back by an hour", () => {
  test("lets a button rest no longer, and a change be another's no later", () => {
    const { client, news, desk: host } = desk(live([ON]));
    host.ask(asks.pause("first"));
    vi.setSystemTime(Date.now() - 3_600_000);
    vi.advanceTimersByTime(GUARD_MS);
    expect([...host.resting]).toEqual([]);
    vi.advanceTimersByTime(60_000);
    client.learn(live([{ ...ON, phase: "paused" }]));
    expect(news).toEqual(["first paused by other"]);
  });
});

describe("news", () => {
  test("is this page's own when it asked for it, once", () => {
    const { client, news, desk: host } = desk(live([ON]));
    host.ask(asks.pause("first"));
    client.learn(live([{ ...ON, phase: "paused" }]));
    client.learn(live([ON]));
    client.learn(live([{ ...ON, phase: "paused" }]));
    expect(news).toEqual(["first paused by me", "first resumed by other", "first paused by other"]);
  });

  test("is another's when this page was refused", () => {
    const { client, news, desk: host } = desk(live([FIRST]));
    host.ask(asks.open("first"));
    client.answer(refused);
    client.learn(live([ON]));
    expect(news).toEqual(["first opened by other"]);
  });

  test("is this page's own when it was asked before a reload", () => {
    const client = new StandIn(live([FIRST]));
    client.ask(asks.open("first").wish);
    const news: string[] = [];
    new Desk(client as unknown as Client, {
      changed: ({ by }) => news.push(by),
      added: () => {},
      answered: () => {},
    });
    client.learn(live([ON]));
    expect(news).toEqual(["me"]);
  });

  test("is told of units, too", () => {
    const given = (allotted: number) => {
      const known = live([ON], { hat: {} });
      const skus = known.numbers?.skus.map((one) => ({ ...one, allotted })) ?? [];
      return { ...known, numbers: known.numbers && { ...known.numbers, skus } };
    };
    const { client, news, desk: host } = desk(given(10));
    client.learn(given(15));
    host.ask(asks.add("first", "hat", 3));
    client.learn(given(18));
    client.learn(given(17));
    expect(news).toEqual(["5 hat added by other", "3 hat added by me"]);
  });

  test("is none when a show is seen for the first time", () => {
    const { client, news } = desk({ ...live([FIRST]), show: null });
    client.learn(live([ON]));
    expect(news).toEqual([]);
  });
});

describe("the lookout", () => {
  const gone = { ...ON, items: ON.items.map((item) => ({ ...item, available: 0 })) };

  test("rings for what is new, and once", () => {
    const client = new StandIn(live([ON]));
    const lookout = new Lookout(client as unknown as Client);
    const ring = vi.spyOn(lookout.alarm, "ring").mockReturnValue();
    expect(lookout.look()).toEqual([]);
    client.learn(live([gone]));
    expect(lookout.look().map((alert) => alert.kind)).toEqual(["sold_out"]);
    lookout.look();
    expect(ring).toHaveBeenCalledOnce();
  });

  test("does not ring for what was so before anybody looked, and forgets what is dismissed", () => {
    const lookout = new Lookout(new StandIn(live([gone])) as unknown as Client);
    const ring = vi.spyOn(lookout.alarm, "ring").mockReturnValue();
    const [alert] = lookout.look();
    lookout.dismiss(alert?.id ?? "");
    expect(lookout.look()).toEqual([]);
    expect(ring).not.toHaveBeenCalled();
  });

  test("tells of a drop that another opened, until this page opens one", () => {
    const client = new StandIn(live([ON]));
    const lookout = new Lookout(client as unknown as Client);
    const kinds = () => lookout.look().map((alert) => alert.kind);
    lookout.changed({ kind: "opened", drop: ON, by: "other" });
    expect(kinds()).toEqual(["opened"]);
    lookout.changed({ kind: "opened", drop: SECOND, by: "me" });
    expect(kinds()).toEqual([]);
  });
});
