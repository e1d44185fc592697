import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DESKTOP, launch, PHONE, type Size, Window } from "./browser";
import { Server } from "./server";

const SHOW = "waiting";
let browser: Browser;
let server: Server;
let host: Window;
let anna: Window;
let bram: Window;

beforeAll(async () => {
  browser = await launch();
  server = await Server.serve();
  server.applyShow("atelier", "web/tests/browser/waiting.toml");
  host = await open("host", "noor", DESKTOP);
  anna = await open("viewer", "anna", PHONE);
  bram = await open("viewer", "bram", DESKTOP);
  await host.part("start-show").click();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

test("who joins the line is offered what another gives back, and buys it with one press", async () => {
  await host.part("open-next").click();
  await anna.part("buy").click();
  await anna.part("pay").waitFor();

  await bram.part("join").click();
  await expect.poll(() => bram.part("ahead").textContent()).toBe("You are next");
  await expect.poll(() => host.part("waiting").textContent()).toContain("1 waiting");
  await bram.picture("in-line");

  await anna.part("pay").click();
  await anna.part("more-time").click();
  await anna.part("more-time").waitFor({ state: "detached" });
  await anna.part("give-back").click();
  await anna.page.keyboard.press("Escape");

  await bram.page.getByRole("heading", { name: "It's your turn" }).waitFor();
  await expect.poll(() => bram.page.title()).toBe("It's your turn · A test of patience");
  await bram.picture("offer");
  await bram.part("confirm").click();
  await bram.part("confirmed").waitFor();
  await bram.page.getByRole("button", { name: "Keep watching" }).click();
  expect(await bram.part("line").count()).toBe(0);
});

test("a draw serves one of two who entered, and anyone can check it", async () => {
  await host.part("open-next").click();
  for (const viewer of [anna, bram]) {
    await viewer.part("enter").click();
    await viewer.part("line").waitFor();
  }
  await anna.picture("in-draw");
  const offers = () => Promise.all([anna, bram].map((viewer) => viewer.part("confirm").count()));
  await expect.poll(offers, { timeout: 30_000 }).toSatisfy((counts: number[]) => counts[0] !== counts[1]);
  const [winner, other] = (await offers())[0] === 1 ? [anna, bram] : [bram, anna];
  await other.part("ahead").waitFor();

  const address = await winner.part("how-drawn").getAttribute("href");
  const reader = await Window.open(browser, PHONE, `${server.url}${address}`);
  await expect.poll(() => reader.part("verdict").textContent()).toContain("Alle 2 plaatsen zijn zoals");
  await reader.part("viewer-id").fill(winner === anna ? "anna" : "bram");
  await reader.page.keyboard.press("Enter");
  await expect.poll(() => reader.part("found").textContent()).toContain("plaats 1 van 2");
  await reader.picture("draw");
  expect(await reader.part("ticket").count()).toBe(2);

  await winner.part("confirm").click();
  await winner.part("confirmed").waitFor();
  await other.part("unserved").waitFor();
  await other.picture("unserved");
  for (const window of [host, anna, bram, reader]) {
    expect(await window.fits()).toBe(true);
    expect(window.errors).toEqual([]);
  }
});

function open(role: "viewer" | "host", principal: string, size: Size): Promise<Window> {
  const token = server.token(role, principal, ["--show", SHOW]);
  return Window.open(browser, size, `${server.url}/${role}/?show=${SHOW}`, [[`dropcast.token.${role}`, token]]);
}
