import type { CommandStorage } from "./outbox.js";

/**
 * What outlives a reload and ends with the tab: `sessionStorage`, and where that is full or forbidden the tab's entry in
 * its history. Where both fail it throws.
 */
export const tabStorage: CommandStorage = {
  getItem: (name) => inHistory(name) ?? sessionStorage.getItem(name),
  setItem(name, value) {
    try {
      sessionStorage.setItem(name, value);
    } catch {
      // What was kept before must not come back in its place.
      forget(name);
      putInHistory(name, value);
      return;
    }
    putInHistory(name, undefined);
  },
  removeItem(name) {
    forget(name);
    putInHistory(name, undefined);
  },
};

/** Even reading the property throws where storage is forbidden. */
function forget(name: string): void {
  try {
    sessionStorage.removeItem(name);
  } catch {
    // Then there is nothing to forget.
  }
}

function inHistory(name: string): string | undefined {
  const kept = (globalThis.history?.state as Record<string, unknown> | null | undefined)?.[name];
  return typeof kept === "string" ? kept : undefined;
}

/** The page's own state of the entry stays as it is; one that is no object has no room for more. */
function putInHistory(name: string, value: string | undefined): void {
  if (inHistory(name) === value) {
    return;
  }
  const state: unknown = history.state ?? {};
  if (typeof state !== "object") {
    throw new Error("the page keeps something else in its history");
  }
  history.replaceState({ ...state, [name]: value }, "");
}
