import {
  type Asked,
  type Client,
  isOpen,
  type Outcome,
  type Reservation,
  type Waiter,
  type WantedLine,
  type Wish,
} from "@dropcast/client";
import { linesOf } from "../shared/lines";
import type { LiveController } from "../shared/live";
import { isTurnedAway } from "../shared/turned_away";
import { feelOutcome, feelPress } from "./haptics";
import { News } from "./news";

/** How buying in a drop stands for the viewer: a new value whenever something about it may have changed. */
export interface Buying {
  /** Also not while the viewer's token is over: a press would never be answered. */
  readonly canBuy: boolean;
  /** Whether there is a way to sign in for who may not buy yet. */
  readonly canSignIn: boolean;
  readonly isConnected: boolean;
  /** The place in the line or the draw of the drop, while it is waited in. */
  readonly waiter: Waiter | undefined;
  readonly isLeaving: boolean;
  /** Whether the viewer has or asks for anything in the drop. */
  readonly isInvolved: boolean;
  /** Whether a press for this SKU waits for its answer. */
  isAsked(sku: string): boolean;
  /** How the last press for this SKU ended. */
  answer(sku: string): Outcome | undefined;
  /** What is held or offered of this SKU. */
  held(sku: string): Reservation | undefined;
}

/** What the viewer did, from the client's state and from the answers of this visit. */
export class Purchases {
  /** What became of it. */
  readonly news: News;
  readonly #live: LiveController;
  readonly #canSignIn: boolean;
  readonly #answers = new Map<string, Outcome>();
  readonly #seenOffers = new Set<number>();

  constructor(live: LiveController, canSignIn: boolean) {
    this.#live = live;
    this.#canSignIn = canSignIn;
    this.news = new News(live.client);
    live.onAnswered((command, outcome) => {
      this.#answers.set(target(command), outcome);
      feelOutcome(outcome);
    });
  }

  /** How buying in a drop stands. */
  in(drop: string): Buying {
    const { role, principal } = this.#client.state;
    const waiter = this.waiting.find((one) => one.drop === drop);
    return {
      canBuy:
        !isTurnedAway(this.#client.status) && (role === "unspecified" || (role === "viewer" && principal !== null)),
      canSignIn: this.#canSignIn,
      isConnected: this.#client.status.phase === "connected",
      waiter,
      isInvolved: waiter !== undefined || this.#isInvolved(drop),
      isLeaving: this.#live.unanswered("leave_waitlist").some((one) => one.waiter === waiter?.waiter),
      isAsked: (sku) => this.#isAsked(`${drop} ${sku}`),
      answer: (sku) => this.#answer(drop, sku),
      held: (sku) => this.#held(drop, sku),
    };
  }

  /** Places that are waited in. */
  get waiting(): readonly Waiter[] {
    return this.#client.state.waiters.filter((one) => one.state === "waiting");
  }

  /** The place that is told where there is room for one: a draw, else the one with the fewest before it. */
  get nearest(): Waiter | undefined {
    return this.waiting.toSorted((a, b) => (a.ahead ?? 0) - (b.ahead ?? 0))[0];
  }

  /** Reservations that wait for the answer to a payment or a return. */
  get busy(): ReadonlySet<number> {
    const commands = [...this.#live.unanswered("confirm"), ...this.#live.unanswered("release")];
    return new Set(commands.map((command) => command.reservation));
  }

  /** How much is held or offered. */
  get openCount(): number {
    return this.#client.state.reservations.filter(isOpen).length;
  }

  get mostUrgent(): Reservation | undefined {
    const open = this.#client.state.reservations.filter(isOpen);
    return open.toSorted((a, b) => a.expires_at - b.expires_at)[0];
  }

  /** What is offered now. */
  get offers(): readonly Reservation[] {
    return this.#client.state.reservations.filter((one) => one.state === "offered");
  }

  /** An offer that the viewer has not looked at yet. */
  get unseenOffer(): Reservation | undefined {
    return this.offers.find((one) => !this.#seenOffers.has(one.reservation));
  }

  offerSeen(reservation: number): void {
    this.#seenOffers.add(reservation);
  }

  /** Holds so many; in a draw that takes entries, enters it. */
  buy(drop: string, sku: string, quantity: number): void {
    this.#press({ kind: "reserve", value: { drop, sku, quantity, with: [] } });
  }

  /** Holds all of these, or nothing. `undefined`: this press did nothing. */
  buyTogether(drop: string, [first, ...others]: readonly WantedLine[]): Promise<Outcome> | undefined {
    return first && this.#press({ kind: "reserve", value: { drop, ...first, with: others } })?.outcome;
  }

  isBuyingTogether(drop: string): boolean {
    return this.#isAsked(`${drop} together`);
  }

  togetherAnswer(drop: string): Outcome | undefined {
    return this.#answers.get(`${drop} together`);
  }

  /** Joins the line for one. */
  join(drop: string, sku: string): void {
    this.#press({ kind: "join_waitlist", value: { drop, sku, quantity: 1 } });
  }

  leave(waiter: number): void {
    this.#client.ask({ kind: "leave_waitlist", value: { waiter } });
  }

  confirm(reservation: number): void {
    this.#forget(reservation);
    feelPress();
    this.#client.ask({ kind: "confirm", value: { reservation } });
  }

  release(reservation: number): void {
    this.#client.ask({ kind: "release", value: { reservation } });
  }

  extend(reservation: number): void {
    this.#forget(reservation);
    this.#client.ask({ kind: "extend_hold", value: { reservation } });
  }

  /** Whether this is asked about a reservation and waits for its answer. */
  isUnderWay(kind: "confirm" | "release" | "extend_hold", reservation: number): boolean {
    return this.#isAsked(`${kind} ${reservation}`);
  }

  /** How the last attempt to pay, or to have more time for it, ended. */
  paymentAnswer(reservation: number): Outcome | undefined {
    return this.#answers.get(`confirm ${reservation}`) ?? this.#answers.get(`extend_hold ${reservation}`);
  }

  /**
   * Asks, unless the last press for the same still waits for its answer: what a nervous second press would ask for may
   * have become something else by then, and would be a second purchase.
   */
  #press(wish: Wish): Asked | undefined {
    const what = target(wish);
    if (this.#isAsked(what)) {
      return undefined;
    }
    this.#answers.delete(what);
    feelPress();
    return this.#client.ask(wish);
  }

  #forget(reservation: number): void {
    this.#answers.delete(`confirm ${reservation}`);
    this.#answers.delete(`extend_hold ${reservation}`);
  }

  #isAsked(what: string): boolean {
    return this.#client.unanswered.some((command) => target(command) === what);
  }

  /** A press that was answered `held` is told as long as it is held; what became of it later is told under Mine. */
  #answer(drop: string, sku: string): Outcome | undefined {
    const outcome = this.#answers.get(`${drop} ${sku}`);
    return outcome?.kind === "held" && !this.#held(drop, sku) ? undefined : outcome;
  }

  #held(drop: string, sku: string): Reservation | undefined {
    const isOfSku = (one: Reservation) => linesOf(one).some((line) => line.sku === sku);
    return this.#client.state.reservations.find((one) => isOpen(one) && one.drop === drop && isOfSku(one));
  }

  #isInvolved(drop: string): boolean {
    const isAsked = this.#client.unanswered.some((command) => "drop" in command.value && command.value.drop === drop);
    return isAsked || this.#client.state.reservations.some((one) => isOpen(one) && one.drop === drop);
  }

  get #client(): Client {
    return this.#live.client;
  }
}

/** What is asked for: presses for the same have one answer, the newest. */
function target(command: Wish): string {
  switch (command.kind) {
    case "reserve":
      return `${command.value.drop} ${command.value.with.length > 0 ? "together" : command.value.sku}`;
    case "join_waitlist":
      return `${command.value.drop} ${command.value.sku}`;
    case "confirm":
    case "release":
    case "extend_hold":
      return `${command.kind} ${command.value.reservation}`;
    default:
      return command.kind;
  }
}
