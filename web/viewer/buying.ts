import type { BrokenPromise, Client, Command, Outcome, Reservation } from "@dropcast/client";
import type { LiveController } from "../shared/live";
import type { Buying } from "./drop_card";
import { unseenPromises } from "./promises";

/** How long a reservation that ran out is shown. */
const LOST_SHOWN_MS = 10 * 60_000;

/** What the viewer did, from the client's state and from the answers of this visit. */
export class Purchases {
  readonly #live: LiveController;
  readonly #answers = new Map<string, Outcome>();
  readonly #seenLost = new Set<number>();
  readonly #seenBroken = new Set<string>();

  constructor(live: LiveController) {
    this.#live = live;
    live.onAnswered((command, outcome) => this.#answers.set(target(command), outcome));
  }

  /** How buying in a drop stands. */
  in(drop: string): Buying {
    const { role, principal } = this.#client.state;
    return {
      canBuy: role === "unspecified" || (role === "viewer" && principal !== null),
      isConnected: this.#client.status.phase === "connected",
      isAsked: (sku) => this.#live.unanswered("reserve").some((one) => one.drop === drop && one.sku === sku),
      answer: (sku) => this.#answer(drop, sku),
      held: (sku) => this.#held(drop, sku),
    };
  }

  /** Reservations that wait for the answer to a payment or a return. */
  get busy(): ReadonlySet<number> {
    const commands = [...this.#live.unanswered("confirm"), ...this.#live.unanswered("release")];
    return new Set(commands.map((command) => command.reservation));
  }

  /** What ran out while this page was open or away, and was not yet taken note of. */
  get lost(): readonly Reservation[] {
    return this.#client.state.reservations.filter(
      (one) => one.state === "expired" && !this.#seenLost.has(one.reservation) && this.#isRecent(one),
    );
  }

  get mostUrgent(): Reservation | undefined {
    const held = this.#client.state.reservations.filter((one) => one.state === "held");
    return held.toSorted((a, b) => a.expires_at - b.expires_at)[0];
  }

  lostSeen(reservation: number): void {
    this.#seenLost.add(reservation);
  }

  /** What the viewer was told and could not be kept, and was not yet taken note of. */
  get brokenPromises(): readonly BrokenPromise[] {
    return unseenPromises(this.#client.state.brokenPromises, this.#seenBroken, this.#client.clock.now());
  }

  brokenPromiseSeen(id: string): void {
    this.#seenBroken.add(id);
  }

  buy(drop: string, sku: string): void {
    this.#answers.delete(`${drop} ${sku}`);
    this.#client.ask({ kind: "reserve", value: { drop, sku, quantity: 1, with: [] } });
  }

  confirm(reservation: number): void {
    this.#answers.delete(`confirm ${reservation}`);
    this.#client.ask({ kind: "confirm", value: { reservation } });
  }

  release(reservation: number): void {
    this.#client.ask({ kind: "release", value: { reservation } });
  }

  isPaying(reservation: number): boolean {
    return this.#live.unanswered("confirm").some((command) => command.reservation === reservation);
  }

  isReleasing(reservation: number): boolean {
    return this.#live.unanswered("release").some((command) => command.reservation === reservation);
  }

  paymentAnswer(reservation: number): Outcome | undefined {
    return this.#answers.get(`confirm ${reservation}`);
  }

  /** A press that was answered `held` is told as long as it is held; what became of it later is told under Mine. */
  #answer(drop: string, sku: string): Outcome | undefined {
    const outcome = this.#answers.get(`${drop} ${sku}`);
    return outcome?.kind === "held" && !this.#held(drop, sku) ? undefined : outcome;
  }

  #held(drop: string, sku: string): Reservation | undefined {
    return this.#client.state.reservations.find((one) => one.state === "held" && one.drop === drop && one.sku === sku);
  }

  /** Who comes back tomorrow is not told about every hold of yesterday. */
  #isRecent(one: Reservation): boolean {
    return this.#client.clock.now() - one.expires_at < LOST_SHOWN_MS;
  }

  get #client(): Client {
    return this.#live.client;
  }
}

function target(command: Command): string {
  switch (command.kind) {
    case "reserve":
      return `${command.value.drop} ${command.value.sku}`;
    case "confirm":
    case "release":
      return `${command.kind} ${command.value.reservation}`;
    default:
      return command.kind;
  }
}
