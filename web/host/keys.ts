/** What a key asks for. */
export type KeyAction = "open" | "undo" | "extend" | "pause" | "close" | "keys";

/** Keys as people read them, in the order in which they are listed. */
export const KEYS: readonly (readonly [key: string, action: KeyAction])[] = [
  [" ", "open"],
  ["u", "undo"],
  ["e", "extend"],
  ["p", "pause"],
  ["c", "close"],
  ["?", "keys"],
];

/** What is used of a keyboard event. */
export type KeyPress = Pick<KeyboardEvent, "key" | "repeat" | "ctrlKey" | "metaKey" | "altKey">;

/** Where the focus is when a key goes down. */
export interface Focus {
  /** Something that one writes into or chooses from. */
  readonly isField: boolean;
  /** Something that Space itself would press. */
  readonly isButton: boolean;
  readonly isDialogOpen: boolean;
}

/** `null` where the key belongs to somebody else: to a field, a dialog, the browser; or where it is only held down. */
export function keyAction(event: KeyPress, focus: Focus): KeyAction | null {
  const isOthers = focus.isField || focus.isDialogOpen || event.ctrlKey || event.metaKey || event.altKey;
  if (isOthers || event.repeat || (event.key === " " && focus.isButton)) {
    return null;
  }
  return KEYS.find(([key]) => key === event.key.toLowerCase())?.[1] ?? null;
}

/** Where the focus is, seen from an event's path through shadow roots. */
export function focusOf(path: readonly EventTarget[], isDialogOpen: boolean): Focus {
  const [target] = path;
  const is = (selector: string) => target instanceof Element && target.matches(selector);
  return {
    isField: is("input, select, textarea, [contenteditable]"),
    isButton: is("button, a[href], summary, [role=button]"),
    isDialogOpen,
  };
}
