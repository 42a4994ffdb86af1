// What is drawn. Every text gets into the page as text, never as markup, and an amount only
// through amount(), which draws none without a quote.

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// The price of a card if it may be shown at an instant, else null. `now` is the server's time.
function priceOf(card, now) {
  const price = card.price;
  if (!price?.quote || now === null || !(now < Date.parse(price.valid_until))) return null;
  const state = saleState(card, now);
  return state === "sold_out" || state === "ended" ? null : price;
}

// The state of a drop at an instant: what was told, unless its time is over already.
function saleState(card, now) {
  const { state, starts_at: start, ends_at: end } = card.sale ?? {};
  if (state === "live" && end && now >= Date.parse(end)) return "ended";
  if (state === "scheduled" && start && now >= Date.parse(start)) return "starting";
  return state ?? null;
}

// What a card counts down to, or null: an end that changes something, and nothing else.
function deadline(card, now) {
  const state = saleState(card, now);
  if (state === "scheduled" && card.sale.starts_at) return { key: "starts", at: Date.parse(card.sale.starts_at) };
  const price = priceOf(card, now);
  if (price === null) return null;
  const ends = [];
  if (price.changes_after) ends.push({ key: "changes", at: Date.parse(price.valid_until) });
  if (state === "live" && card.sale.ends_at) ends.push({ key: "ends", at: Date.parse(card.sale.ends_at) });
  return ends.sort((a, b) => a.at - b.at)[0] ?? null;
}

// How many are left, or null where no inventory said so lately.
function stockLeft(card, now, settings) {
  if (!card.stock || now === null || priceOf(card, now) === null) return null;
  return now - Date.parse(card.stock.read_at) < settings.stock * 1000 ? card.stock.left : null;
}

function clockText(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (value) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${two(minutes)}:${two(seconds % 60)}`;
}

// An amount of a price, in a direction of its own so that no neighbour turns it round.
function amount(price, text, className) {
  if (!price?.quote) throw new Error("an amount without a quote");
  const made = element("bdi", `amount ${className}`, text);
  made.dataset.quote = price.quote;
  return made;
}

function priceBlock(card, now) {
  const block = element("div", "price");
  const price = priceOf(card, now);
  const state = saleState(card, now);
  if (price !== null) {
    const line = element("div", "figure");
    line.append(amount(price, price.text, "main"));
    if (price.code) line.append(element("span", "code", price.code));
    block.append(line, element("p", "label", price.label));
  } else {
    const key = state === "sold_out" || state === "ended" ? state : card.price ? "updating" : "none";
    block.append(element("p", "instead", word(key, card.language)));
  }
  return block;
}

// What the bundle is made of; one thing alone is what the title and the amount say already.
function parts(card, now) {
  const price = priceOf(card, now);
  const made = element("ul", "parts");
  const found = card.price?.parts ?? [];
  const alone = found.length === 1 && found[0].quantity === 1;
  for (const part of alone ? [] : found) {
    const item = element("li");
    const title = part.quantity > 1 ? `${part.quantity} × ${part.title}` : part.title;
    const name = element("bdi", "part", title);
    name.dir = "auto";
    item.append(name);
    if (price !== null) item.append(amount(price, part.text, "small"));
    made.append(item);
  }
  return made;
}

// The line with the countdown and what is left; both are empty places that tick() fills.
function facts(card, now, settings) {
  const made = element("div", "facts");
  const end = deadline(card, now);
  if (end !== null) {
    const count = element("span", "countdown");
    count.append(element("span", "", word(end.key, card.language)), " ", element("time", "", clockText(end.at - now)));
    count.dataset.until = end.at;
    made.append(count);
  }
  const left = stockLeft(card, now, settings);
  if (left !== null) made.append(element("span", "left", word("left", card.language).replace("{n}", left)));
  return made;
}

function badges(card, now, testing) {
  const made = element("span", "badges");
  const state = saleState(card, now);
  if (state === "scheduled" || state === "starting") made.append(element("span", `badge ${state}`, word("starting", card.language)));
  if (testing) made.append(element("span", "badge test", "TEST"));
  return made;
}

function framed(card, now, className) {
  const made = element("article", className);
  made.lang = card.language;
  made.dir = card.direction === "rtl" ? "rtl" : "ltr";
  made.dataset.bundle = card.bundle;
  made.dataset.market = card.market;
  made.dataset.sale = saleState(card, now) ?? "none";
  made.dataset.price = priceOf(card, now) === null ? "none" : "shown";
  return made;
}

function title(card) {
  const made = element("h1", "title", card.title);
  made.dir = "auto";
  return made;
}

// The pinned card: one bundle on one market, everything about it.
function pinned(card, now, settings, testing, dots) {
  const made = framed(card, now, "card");
  const head = element("header");
  head.append(title(card), badges(card, now, testing));
  made.append(head);
  if (settings.parts === "show") made.append(parts(card, now));
  const price = priceOf(card, now);
  if (price?.saving) {
    const saving = element("p", "saving");
    saving.append(amount(price, price.saving.title, "phrase"));
    made.append(saving);
  }
  made.append(element("p", "market", card.name), priceBlock(card, now), facts(card, now, settings));
  if (dots.length > 1) {
    const row = element("div", "dots");
    row.append(...dots.map((on) => element("i", on ? "on" : "")));
    made.append(row);
  }
  return made;
}

// A cell of the grid, or an item of the ticker: a market and its price.
function cell(card, now, settings, className) {
  const made = framed(card, now, className);
  made.append(element("p", "market", card.name), priceBlock(card, now), facts(card, now, settings));
  return made;
}

function grid(cards, now, settings, testing) {
  const made = element("section", "grid");
  const head = element("header");
  head.append(title(cards[0]), badges(cards[0], now, testing));
  const cells = element("div", "cells");
  cells.append(...cards.map((card) => cell(card, now, settings, "cell")));
  made.append(head, cells);
  return made;
}

function ticker(cards, now, settings, testing) {
  const made = element("section", "ticker");
  const head = element("header");
  head.append(title(cards[0]), badges(cards[0], now, testing));
  const lane = element("div", "lane");
  const strip = element("div", "strip");
  strip.append(...cards.map((card) => cell(card, now, settings, "item")));
  lane.append(strip);
  made.append(head, lane);
  return made;
}
