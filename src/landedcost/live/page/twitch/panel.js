// The panel of a viewer: the prices of their own market. They come as broadcasts of the extension
// (payloads of landedcost.live.twitch), and once from the server when the panel opens. A price
// that is not valid any more is taken away.

"use strict";

const bundles = new Map(); // id -> { title, markets: Map(market -> row) }
const select = document.getElementById("market");
let ahead = 0; // of the server's clock, in milliseconds
let drawn = "";

const serverNow = () => performance.now() + ahead;

function word(key, language) {
  for (let parts = language.split("-"); parts.length; parts = parts.slice(0, -1)) {
    const known = WORDS[parts.join("-")];
    if (known) return known[key];
  }
  return WORDS.en[key];
}

function listen(message) {
  if (message.v !== 1) return;
  ahead = message.now * 1000 - performance.now();
  for (const { id, title, m: rows } of message.b) {
    const bundle = bundles.get(id) ?? { markets: new Map() };
    bundle.title = title;
    for (const row of rows) bundle.markets.set(row[0], row);
    bundles.set(id, bundle);
  }
  offer();
  draw();
}

// What the server's /state says, in the form of a broadcast.
function fromState(state) {
  const seconds = (text) => Math.floor(Date.parse(text) / 1000);
  const found = new Map();
  for (const card of state.cards) {
    const bundle = found.get(card.bundle) ?? { id: card.bundle, title: card.title, m: [] };
    const { text, code, label, quote, valid_until: until } = card.price ?? {};
    const { state: sale, ends_at: ends } = card.sale ?? {};
    const row = [card.market, card.language];
    if (sale === "sold_out" || sale === "ended") row.push(sale);
    else if (!quote) row.push("none");
    else row.push(text, code, label, quote, Math.min(seconds(until), ends ? seconds(ends) : Infinity));
    bundle.m.push(row);
    found.set(card.bundle, bundle);
  }
  return { v: 1, now: seconds(state.now), b: [...found.values()] };
}

// What a market calls itself.
function named([market, language]) {
  const region = language.split("-").pop();
  if (!/^[A-Z]{2}$/.test(region)) return market;
  return new Intl.DisplayNames([language], { type: "region" }).of(region);
}

// The markets to choose from; at first the viewer's own, as their browser's language says.
function offer() {
  const markets = [...new Set([...bundles.values()].flatMap((bundle) => [...bundle.markets.keys()]))];
  const known = [...select.options].map((option) => option.value);
  if (markets.join() === known.join()) return;
  const before = select.value;
  const rows = new Map([...bundles.values()].flatMap((bundle) => [...bundle.markets]));
  select.replaceChildren(...markets.map((market) => new Option(named(rows.get(market)), market)));
  const region = navigator.language.split("-").pop();
  const own = markets.find((market) => market === navigator.language || market === region || market.endsWith(`-${region}`));
  select.value = markets.includes(before) && before ? before : (own ?? markets[0]);
}

function draw() {
  const now = serverNow() / 1000;
  const rows = [...bundles.values()].map(({ title, markets }) => [title, markets.get(select.value)]).filter(([, row]) => row);
  const shown = rows.map(([title, row]) => [title, row, Boolean(row[5]) && now < row[6]]);
  const signature = JSON.stringify(shown);
  if (signature === drawn) return;
  drawn = signature;
  document.body.dataset.state = shown.some(([, , valid]) => valid) ? "live" : "stale";
  document.getElementById("prices").replaceChildren(...shown.map(card));
}

function card([title, [, language, text, code, label, quote], valid]) {
  const made = document.createElement("article");
  const add = (tag, className, content) => {
    const part = document.createElement(tag);
    part.className = className;
    part.textContent = content;
    made.append(part);
    return part;
  };
  made.lang = language;
  made.dir = "auto";
  add("h1", "title", title);
  if (valid) {
    add("bdi", "amount", code ? `${text} ${code}` : text).dataset.quote = quote;
    add("p", "label", label);
  } else {
    add("p", "instead", word(quote ? "updating" : text, language));
  }
  return made;
}

select.addEventListener("change", draw);
setInterval(draw, 500);
window.Twitch.ext.listen("broadcast", (target, type, text) => listen(JSON.parse(text)));
window.Twitch.ext.onAuthorized(async () => {
  try {
    const answer = await fetch(`${SERVER}/state`, { cache: "no-store" });
    if (answer.ok) listen(fromState(await answer.json()));
  } catch (error) {
    console.info(`landedcost: ${error.message}; waiting for a broadcast`);
  }
});
