import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Client } from "../src/index";
import { tabStorage } from "../src/tab_storage";
import { RESERVE } from "./examples";
import { FakeSocket } from "./fake_server";

/** A tab's `sessionStorage` of so many characters, and its history. */
class Tab {
  readonly kept = new Map<string, string>();
  room = Number.POSITIVE_INFINITY;
  history = {
    state: null as unknown,
    replaceState(state: unknown) {
      this.state = structuredClone(state);
    },
  };
  storage = {
    getItem: (name: string) => this.kept.get(name) ?? null,
    setItem: (name: string, value: string) => {
      if (value.length > this.room) {
        throw new DOMException("full", "QuotaExceededError");
      }
      this.kept.set(name, value);
    },
    removeItem: (name: string) => void this.kept.delete(name),
  };
}

let tab: Tab;

beforeEach(() => {
  tab = new Tab();
  vi.stubGlobal("sessionStorage", tab.storage);
  vi.stubGlobal("history", tab.history);
});
afterEach(() => vi.unstubAllGlobals());

function fill(): void {
  tab.room = 0;
}

function forbid(): void {
  const get = () => {
    throw new DOMException("forbidden", "SecurityError");
  };
  vi.stubGlobal("sessionStorage", new Proxy(tab.storage, { get }));
}

describe("what a tab keeps", () => {
  test("is in its storage, and leaves its history alone", () => {
    tabStorage.setItem("name", "value");
    expect([...tab.kept]).toEqual([["name", "value"]]);
    expect(tabStorage.getItem("name")).toBe("value");
    tabStorage.removeItem("name");
    expect(tabStorage.getItem("name")).toBeNull();
    expect(tab.history.state).toBeNull();
  });

  test("is in its history where the storage is full, beside what the page has there", () => {
    tab.history.state = { page: 3 };
    tabStorage.setItem("name", "old");
    tab.room = 4;
    tabStorage.setItem("name", "longer");
    expect(tabStorage.getItem("name")).toBe("longer");
    expect(tab.kept.has("name")).toBe(false);
    expect(tab.history.state).toMatchObject({ page: 3, name: "longer" });
    tabStorage.setItem("name", "new");
    expect(tabStorage.getItem("name")).toBe("new");
    expect([...tab.kept]).toEqual([["name", "new"]]);
    tabStorage.removeItem("name");
    expect(tab.history.state).toEqual({ page: 3, name: undefined });
  });

  test("is in its history where the storage is forbidden", () => {
    forbid();
    tabStorage.setItem("name", "value");
    expect(tabStorage.getItem("name")).toBe("value");
    tabStorage.removeItem("name");
    expect(() => tabStorage.getItem("name")).toThrow("forbidden");
  });

  test("is nowhere where the page's own history has no room for it either", () => {
    forbid();
    tab.history.state = "mine";
    expect(() => tabStorage.setItem("name", "value")).toThrow();
    expect(tab.history.state).toBe("mine");
  });
});

describe.each([
  ["full", fill],
  ["forbidden", forbid],
  ["as it should be", () => {}],
])("a click where the storage is %s", (_, make) => {
  test("keeps its key across a reload, and is forgotten when it ended", async () => {
    make();
    const before = client();
    const { key } = before.ask(RESERVE);
    const after = client();
    expect(after.unanswered.map((command) => command.value.key)).toEqual([key]);
    expect(after.ask(RESERVE).key).toBe(key);
    vi.useFakeTimers();
    const late = client();
    await vi.advanceTimersByTimeAsync(60_000);
    vi.useRealTimers();
    expect(late.unanswered).toEqual([]);
    expect(client().unanswered).toEqual([]);
    for (const one of clients.splice(0)) {
      one.close();
    }
  });
});

const clients: Client[] = [];

/** What a page makes when it is loaded in this tab. */
function client(): Client {
  const made = new Client({ server: "https://live.example", show: "spring", openSocket: () => new FakeSocket() });
  clients.push(made);
  return made;
}
