import { describe, expect, test } from "vitest";
import { type Focus, type KeyPress, keyAction } from "../../host/keys";

const NOWHERE: Focus = { isField: false, isButton: false, isDialogOpen: false };
const key = (name: string, more: Partial<KeyPress> = {}): KeyPress => {
  return { key: name, repeat: false, ctrlKey: false, metaKey: false, altKey: false, ...more };
};

describe("what a key asks for", () => {
  test.each([
    [" ", "open"],
    ["u", "undo"],
    ["E", "extend"],
    ["p", "pause"],
    ["C", "close"],
    ["?", "keys"],
    ["Enter", null],
    ["x", null],
  ])("%j asks for %s", (name, action) => expect(keyAction(key(name), NOWHERE)).toBe(action));

  test.each([" ", "u", "p", "c", "e", "?"])("%j asks for nothing where it is somebody else's", (name) => {
    expect(keyAction(key(name), { ...NOWHERE, isField: true })).toBeNull();
    expect(keyAction(key(name), { ...NOWHERE, isDialogOpen: true })).toBeNull();
    for (const held of ["repeat", "ctrlKey", "metaKey", "altKey"] as const) {
      expect(keyAction(key(name, { [held]: true }), NOWHERE)).toBeNull();
    }
  });

  test("Space presses the button that has the focus; letters are the desk's there, too", () => {
    const onButton = { ...NOWHERE, isButton: true };
    expect(keyAction(key(" "), onButton)).toBeNull();
    expect(keyAction(key("p"), onButton)).toBe("pause");
  });
});
