import type { Command, Drop, Outcome, Show, State, Status } from "@dropcast/client";
import { html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { showBadge } from "../shared/badges";
import "../shared/components/language_switch";
import { connectionText, lostText } from "../shared/connection_text";
import { icons } from "../shared/icons";
import { inLanguage, nameInLanguage } from "../shared/language";
import type { LiveController } from "../shared/live";
import { SignedInPage } from "../shared/signed_in_page";
import { base, buttons, cards } from "../shared/styles";
import { TickController } from "../shared/ticker";
import { complaint, isAbout, type Said } from "./answers";
import { type Ask, asks, buttonNames } from "./asks";
import { layout } from "./layout";
import { commands } from "./look";
import "./banners";
import type { Change } from "./changes";
import { Desk } from "./desk";
import "./dock";
import "./figures";
import { focusOf, type KeyAction, keyAction } from "./keys";
import { Lookout } from "./lookout";
import { KEY_EXTENSION_MS } from "./open_drop";
import { currentDrop, isRunning, meaningOf, nextDrop } from "./press";
import "./run_of_show";
import { type SheetOpen, stillOpen } from "./sheet_open";
import { renderSheet } from "./sheets";
import { WakeLock } from "./wake";
import { addedNews, deedText, newsOf } from "./words";

/** For so long the dock says what happened. */
const SAID_FOR_MS = 12_000;
/** For so long news doesn't take the place of an answer: it may arrive just before the news that it is about. */
const ANSWER_KEPT_MS = 1_500;

/** The host's desk: what is on sale, the one press, and the run of show. */
@customElement("host-page")
export class HostPage extends SignedInPage {
  protected override readonly pageRole = "host";
  protected override readonly showsConnection = true;
  @state() private said: (Said & { readonly at: number; readonly isAnswer: boolean }) | null = null;
  @state() private sheet: SheetOpen | null = null;

  /** Not on the page while somebody has to sign in. */
  @query(".desk") private readonly shownDesk!: HTMLElement | null;

  readonly #wake = new WakeLock();
  #desk: Desk | null = null;
  #lookout: Lookout | null = null;
  #shown = "";

  static override readonly styles = [base, buttons, cards, commands, layout];

  constructor() {
    super();
    this.addController(new TickController(this, () => this.#look() !== this.#shown));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("keydown", this.#onKey);
    document.addEventListener("visibilitychange", this.#onVisibility);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.#onKey);
    document.removeEventListener("visibilitychange", this.#onVisibility);
    this.#wake.want(false);
  }

  protected override connected({ client }: LiveController): void {
    this.#lookout = new Lookout(client);
    this.#desk = new Desk(client, {
      changed: (change) => this.#onChanged(change),
      added: (added) => this.#tellNews(addedNews(added, client.state, this.t)),
      answered: (command, outcome) => this.#onAnswered(command, outcome),
    });
  }

  override willUpdate(): void {
    this.sheet = this.#desk && stillOpen(this.sheet, this.#desk.client.state);
  }

  override updated(): void {
    this.#wake.want(this.#isLive && document.visibilityState === "visible");
  }

  protected override renderShow(known: State, show: Show): TemplateResult {
    const [desk, lookout] = [this.#desk, this.#lookout];
    if (!desk || !lookout) {
      return html``;
    }
    this.#shown = this.#look();
    const { client } = desk;
    const next = show.phase === "ended" ? undefined : nextDrop(known.drops);
    return html`<div class="desk"
      @click=${letGo}
      @big-press=${this.#onPress} @ask=${this.#onAsk} @sheet=${this.#onSheet} @sheet-closed=${this.#onSheetClosed}
      @dismiss=${this.#onDismiss} @signed-in=${() => location.reload()}
    >
      <host-banners .alerts=${lookout.look()} .clock=${client.clock}
        .connection=${this.#connection(client.status)} .connectionSaid=${lostText(client.status, this.t)}
        .pending=${client.unanswered.map((command) => deedText(command, known, this.t))}
      ></host-banners>
      ${this.#header(show, lookout)}
      <main>
        <div class="stack">
          <host-figures .known=${known}></host-figures>
          ${this.#openDrops(desk, known)}
        </div>
        <section class="card run">
          <h2>${this.t.runOfShow}</h2>
          <host-run-of-show .known=${known} .clock=${client.clock} .next=${next?.drop}></host-run-of-show>
          ${show.phase === "live" ? this.#end() : nothing}
        </section>
      </main>
      <host-dock .press=${desk.press()} .known=${known} .clock=${client.clock} .said=${this.#saidNow}
        ?isResting=${desk.resting.has(buttonNames.press)} ?isOffline=${this.#isOffline}></host-dock>
      ${renderSheet(this.sheet, known, client.clock, this.t)}
    </div>`;
  }

  #header(show: Show, { alarm }: Lookout): TemplateResult {
    const switchSound = () => {
      alarm.switch(!alarm.isOn);
      this.requestUpdate();
    };
    return html`<header class="row">
      ${showBadge(show.phase, this.t)}
      <h1>${inLanguage(show.title)}</h1>
      <button class="plain" data-test="sound" aria-pressed=${alarm.isOn}
        aria-label="${this.t.desk.soundIs(alarm.isOn)}: ${this.t.desk.sound}"
        @click=${switchSound}>
        ${alarm.isOn ? icons.sound : icons.silent}<span class="words">${this.t.desk.soundIs(alarm.isOn)}</span>
      </button>
      <button class="plain words" aria-label=${this.t.desk.keys}
        @click=${() => this.#openSheet({ kind: "keys" })}>?</button>
      <dc-language-switch></dc-language-switch>
    </header>`;
  }

  #openDrops({ client, resting: names }: Desk, known: State): TemplateResult {
    const onSale = known.drops.filter(isRunning).sort((a, b) => (b.opened_at ?? 0) - (a.opened_at ?? 0));
    const current = currentDrop(known.drops);
    if (onSale.length === 0) {
      return html`<p class="card blank soft">${this.t.desk.nothingOnSale[known.show?.phase ?? "draft"]}</p>`;
    }
    return html`${repeat(
      onSale,
      (drop) => drop.drop,
      (drop) => {
        const about = client.unanswered.filter((command) => isAbout(command, drop.drop));
        return html`<host-open-drop
          .drop=${drop} .known=${known} .clock=${client.clock} .resting=${names}
          .asked=${new Set(about.map((command) => command.kind))}
          .adding=${new Set(about.flatMap((one) => (one.kind === "add_units" ? [one.value.sku] : [])))}
          ?isOffline=${this.#isOffline} ?hasKeys=${drop.drop === current?.drop}
        ></host-open-drop>`;
      },
    )}`;
  }

  #end(): TemplateResult {
    return html`<p class="end ${this.#isOffline ? "offline" : ""}"><button class="danger command" data-test="end-show"
      @click=${() => this.#openSheet({ kind: "end" })}>${icons.stop} ${this.t.end}</button></p>`;
  }

  /** Whoever was connected and connects again has lost the connection, and is not told two things in turn. */
  #connection(status: Status): string {
    return status.phase === "connecting" ? this.t.reconnectingNow : connectionText(status, this.t);
  }

  /** What is shown and changes with time alone, to tell whether to render anew. */
  #look(): string {
    const [desk, lookout] = [this.#desk, this.#lookout];
    if (!desk || !lookout) {
      return "";
    }
    const { status } = desk.client;
    const alerts = lookout.look().map((alert) => alert.id);
    const parts = [meaningOf(desk.press()), ...desk.resting, ...alerts, this.#connection(status)];
    return [...parts, this.#saidNow?.text].join("\n");
  }

  get #isOffline(): boolean {
    return this.#desk?.client.status.phase !== "connected";
  }

  get #isLive(): boolean {
    return this.#desk?.client.state.show?.phase === "live";
  }

  get #saidNow(): Said | null {
    return this.said && performance.now() - this.said.at < SAID_FOR_MS ? this.said : null;
  }

  #say(said: Said, isAnswer: boolean): void {
    this.said = { ...said, at: performance.now(), isAnswer };
  }

  #tellNews(news: Said): void {
    const isKept = this.said?.isAnswer && performance.now() - this.said.at < ANSWER_KEPT_MS;
    if (!isKept) {
      this.#say(news, false);
    }
  }

  #openSheet(sheet: SheetOpen): void {
    this.sheet = sheet;
  }

  #ask(ask: Ask | null): void {
    if (ask && this.#desk?.ask(ask)) {
      this.said = null;
    }
  }

  #onChanged(change: Change): void {
    this.#lookout?.changed(change);
    this.#tellNews(newsOf(change, this.t));
  }

  #onAnswered(command: Command, outcome: Outcome): void {
    const drops = this.#desk?.client.state.drops ?? [];
    const drop = drops.find((one) => isAbout(command, one.drop));
    const said = complaint(command, outcome, drop ? nameInLanguage(drop.title) : "", this.t);
    if (said) {
      this.#say(said, true);
    }
  }

  readonly #onKey = (event: KeyboardEvent) => {
    const action = keyAction(event, focusOf(event.composedPath(), this.sheet !== null));
    if (action !== null && this.#desk && this.shownDesk) {
      event.preventDefault();
      this.#act(action, this.#desk);
    }
  };

  #act(action: KeyAction, desk: Desk): void {
    const drop = currentDrop(desk.client.state.drops);
    if (action === "keys") {
      this.sheet = { kind: "keys" };
    } else if (action === "open" || action === "undo") {
      const press = desk.press();
      this.#ask(press.kind === action ? asks.press(press) : null);
    } else if (drop) {
      this.#actOn(action, drop);
    }
  }

  #actOn(action: "extend" | "pause" | "close", { drop, phase, closes_at }: Drop): void {
    if (action === "close") {
      this.sheet = { kind: "close", drop };
    } else if (action === "pause") {
      this.#ask(phase === "paused" ? asks.resume(drop) : asks.pause(drop));
    } else if (closes_at !== null) {
      this.#ask(asks.extend(drop, KEY_EXTENSION_MS));
    }
  }

  readonly #onVisibility = () => this.requestUpdate();

  readonly #onPress = () => this.#ask(this.#desk && asks.press(this.#desk.press()));

  /** What was asked for in a sheet closes it. */
  readonly #onAsk = ({ detail }: CustomEvent<Ask>) => {
    this.sheet = null;
    this.#ask(detail);
  };

  readonly #onSheet = ({ detail }: CustomEvent<SheetOpen>) => this.#openSheet(detail);

  readonly #onSheetClosed = () => {
    this.sheet = null;
  };

  readonly #onDismiss = ({ detail }: CustomEvent<string>) => {
    this.#lookout?.dismiss(detail);
    this.requestUpdate();
  };
}

/** What a finger or a mouse pressed lets go of the focus: Space is the next drop again, not that button once more. */
function letGo(event: MouseEvent): void {
  const [target] = event.composedPath();
  const button = target instanceof Element ? target.closest("button") : null;
  if (event.detail > 0) {
    button?.blur();
  }
}
