import type { Size, Window } from "./browser";
import { Desk } from "./desk";
import type { Stage } from "./stage";

/** Looks at a page in one of its states. */
export type Look = (state: string, window: Window) => Promise<void>;

/** Goes through the main states of every page of a show in draft, and looks at each. */
export async function tour(stage: Stage, size: Size, look: Look): Promise<void> {
  await beforeTheShow(stage, size, look);
  const [viewer, host, brand] = await Promise.all([stage.viewer("anna", size), stage.host(size), stage.brand(size)]);
  await viewer.page.getByText(viewer.t.draft, { exact: true }).first().waitFor();
  await look("viewer before the show", viewer);
  await host.part("start-show").waitFor();
  await look("host in draft", host);
  await brand.part("revenue").waitFor();
  await look("brand in draft", brand);

  const desk = new Desk(host);
  await desk.start();
  await look("host live", host);
  const landing = await stage.page("/", size);
  await landing.page.getByRole("link", { name: landing.t.watch }).waitFor();
  await look("landing with a show", landing);
  await landing.close();
  await look("viewer live, nothing open", viewer);
  await buying(stage, viewer, desk, look);
  await brand.page.locator("brand-chart").waitFor();
  await look("brand live", brand);
  await waiting(stage, size, viewer, host, look);
  await drawing(stage, size, viewer, look);

  await host.part("end-show").click();
  await host.part("end-show-sure").waitFor();
  await look("host about to end", host);
  await host.page.keyboard.press("Escape");
  await desk.end();
  await viewer.page.getByText(viewer.t.showEnded).first().waitFor();
  await look("viewer ended", viewer);
  await look("host ended", host);
  await brand.page.getByText(brand.t.ended).first().waitFor();
  await look("brand ended", brand);
  await brand.part("report").click();
  await brand.part("report-sheet").waitFor();
  await look("brand reading the report", brand);
}

async function beforeTheShow(stage: Stage, size: Size, look: Look): Promise<void> {
  const landing = await stage.page("/", size);
  await landing.page.getByText(landing.t.noShows).waitFor();
  await look("landing without shows", landing);
  for (const role of ["host", "brand"]) {
    const stranger = await stage.page(`/${role}/?show=full-show`, size);
    await stranger.page.locator('input[name="token"]').waitFor();
    await look(`${role} sign-in`, stranger);
    await stranger.close();
  }
}

async function buying(stage: Stage, viewer: Window, desk: Desk, look: Look): Promise<void> {
  const host = desk.window;
  await desk.openNext();
  await viewer.part("buy").first().waitFor();
  await look("viewer with an open drop", viewer);
  await look("host with an open drop", host);
  await viewer.page.getByRole("button", { name: viewer.t.details }).first().click();
  await viewer.page.getByRole("heading", { name: viewer.t.description }).waitFor();
  await look("viewer reading about a product", viewer);
  await viewer.page.keyboard.press("Escape");

  await viewer.part("buy").first().click();
  await viewer.part("pay").first().waitFor();
  await look("viewer holding", viewer);
  await viewer.part("pay").first().click();
  await viewer.part("confirm").waitFor();
  await look("viewer in the checkout", viewer);
  await viewer.part("confirm").click();
  await viewer.part("confirmed").waitFor();
  await look("viewer who bought", viewer);
  await viewer.page.keyboard.press("Escape");
  await stage.run("drops/scarves/pause");
  await viewer.page.getByText(viewer.t.paused).first().waitFor();
  await look("viewer with a paused drop", viewer);
  await look("host with a paused drop", host);
  await stage.run("drops/scarves/close");
}

async function waiting(stage: Stage, size: Size, viewer: Window, host: Window, look: Look): Promise<void> {
  const other = await stage.viewer("bram", size);
  await stage.run("drops/the-last-lamp/open");
  await other.part("buy").first().click();
  await other.part("pay").first().waitFor();
  await viewer.part("join").first().click();
  await viewer.part("line").waitFor();
  await look("viewer in line", viewer);
  await host.part("alert-sold_out").waitFor();
  await look("host sold out", host);
  await other.part("pay").first().click();
  await other.part("give-back").click();
  await viewer.part("confirm").waitFor();
  await look("viewer with an offer", viewer);
  await viewer.part("confirm").click();
  await viewer.part("confirmed").waitFor();
  await viewer.page.keyboard.press("Escape");
  await other.close();
}

async function drawing(stage: Stage, size: Size, viewer: Window, look: Look): Promise<void> {
  const reader = await stage.page("/draw/?show=full-show&drop=mugs", size);
  await reader.part("verdict").waitFor();
  await stage.run("drops/mugs/open");
  await viewer.part("enter").first().click();
  await viewer.part("line").waitFor();
  await look("viewer in a draw", viewer);
  await look("draw that takes entries", reader);
  await viewer.part("confirm").waitFor();
  await reader.page.locator(".verdict.good").waitFor();
  await look("draw that holds", reader);
  await viewer.part("confirm").click();
  await viewer.part("confirmed").waitFor();
  await viewer.page.keyboard.press("Escape");
}
