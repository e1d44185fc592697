import { Client, isOpen } from "/client/dropcast.js";

// A shop's backend gets a viewer's token with POST /v1/tokens; the demo gives one to whoever asks.
sessionStorage.session ??= await (await fetch("/demo/session?role=viewer")).text();
const client = new Client(JSON.parse(sessionStorage.session));

const [title, stock, buy, mine] = ["title", "stock", "buy", "mine"].map((id) => document.getElementById(id));
const price = (of) => (of.amount_minor / 100).toLocaleString("en", { style: "currency", currency: of.currency });
const secondsUntil = (time) => Math.max(0, Math.ceil((time - client.clock.now()) / 1000));

function render() {
  const drop = client.state.drops.find((one) => one.phase === "open");
  const item = drop?.items[0];
  const held = client.state.reservations.findLast(isOpen);
  title.textContent = drop?.title.en ?? "The next drop comes soon.";
  stock.textContent = drop ? `${price(item.price)} · ${item.available} left` : "";
  stock.textContent += drop?.closes_at ? ` · ${secondsUntil(drop.closes_at)} s` : "";
  mine.textContent = held ? `Held for you for ${secondsUntil(held.expires_at)} s.` : "";
  buy.disabled = !item?.available || client.unanswered.length > 0;
  buy.onclick = () => client.ask({ kind: "reserve", value: { drop: drop.drop, sku: item.sku, quantity: 1, with: [] } });
}

client.on("change", render);
client.on("answered", (_, { kind, value }) => kind === "refused" && alert(value.detail));
setInterval(render, 200);
