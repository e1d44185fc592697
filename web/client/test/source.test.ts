import { expect, test } from "vitest";
import { asSource, sourceOf } from "../src/source";

const OWN = "https://shop.example";
const page = (search: string, referrer = "") => ({ location: { search, origin: OWN }, document: { referrer } });

test.each([
  ["the campaign of the address", page("?a=1&utm_source=spring-mail", "https://www.instagram.com/"), "spring-mail"],
  ["the host that led here", page("?utm_medium=social", "https://www.instagram.com/atelier?x=1"), "www.instagram.com"],
  ["the host, where a campaign has no letters", page("?utm_source=%20!", "https://t.co/a"), "t.co"],
  ["nothing, where the page itself led here", page("", `${OWN}/start`), null],
  ["nothing, where nobody says", page(""), null],
  ["nothing, where there is no page", {}, null],
])("is %s", (_, of, expected) => expect(sourceOf(of)).toBe(expected));

test.each([
  ["Née à Gand", "NeGand"],
  ["<img src=x>", "imgsrcx"],
  ["a_b.c:d-9", "a_b.c:d-9"],
  ["x".repeat(80), "x".repeat(64)],
  ["日本", null],
  ["", null],
])("%s is sent as %s", (name, sent) => expect(asSource(name)).toBe(sent));
