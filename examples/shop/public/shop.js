import { words } from "./words.js";

const live = document.querySelector("live-show");
const dialog = document.querySelector("#sign-in");
const basket = document.querySelector("#basket");

/** From the shop's own server, which knows who is signed in; null: nobody. Whatever else goes wrong is tried again. */
async function token() {
  const response = await fetch("/live-token", { method: "POST" });
  if (response.status === 401) return null;
  if (!response.ok) throw new Error(`no token: ${response.status}`);
  return (await response.json()).token;
}

live.renewToken = token; // asked for the first one, and again before each runs out

live.addEventListener("signin-needed", () => dialog.showModal());
live.addEventListener("sold", ({ detail }) => {
  basket.value = Number(basket.value) + detail.lines.reduce((sum, line) => sum + line.quantity, 0);
});

document.querySelector("#sign-in-button").addEventListener("click", async () => {
  await fetch("/sign-in", { method: "POST" });
  live.token = await token();
  dialog.close();
});

const lang = new URLSearchParams(location.search).get("lang") ?? "en";
document.documentElement.lang = lang;
for (const element of document.querySelectorAll("[data-text]")) {
  element.textContent = words[lang]?.[element.dataset.text] ?? element.textContent;
}
if (lang === "ar") {
  document.documentElement.dir = "rtl";
  const [{ addLanguage }, { arabic }] = await Promise.all([
    import("https://live.example/element/live-show.js"),
    import("./arabic.js"),
  ]);
  addLanguage(arabic);
}
