// The page: which cards, when, and whether prices may be shown at all.
//
// data-state of the root element says which: "offline" (nothing was heard yet), "live", "expired"
// (the server lives, but no price on show is valid any more), "stale" (nothing heard for too
// long). Only in "live" are there amounts in the page.

const TICK_MS = 200;
const JUMP_MS = 2000;

class Overlay {
  constructor(settings, problems, base) {
    Object.assign(this, { settings, problems, base });
    this.root = document.documentElement;
    this.stage = document.getElementById("stage");
    this.clock = new ServerClock();
    this.heardAt = null;
    this.drawn = null;
    this.groups = null;
    this.unknown = [];
    this.cards = [];
    this.testing = settings.test === "1";
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.ticked = { wall: Date.now(), timer: performance.now() };
  }

  start() {
    this.dress();
    if (this.testing) {
      this.clock = testClock(SAMPLES.now);
    } else if (this.base === null) {
      this.problems.push("No server is named: add ?server=http://127.0.0.1:8765 to the address.");
    } else {
      const changed = () => {
        this.groups = null;
        this.tick();
      };
      this.source = new Source(this.base, this.settings, this.clock, () => this.heard(), changed);
      this.source.run();
    }
    this.showProblems();
    this.timer = setInterval(() => this.tick(), TICK_MS);
    // Timers of a page that is not seen run late: what is seen first must not be what was true then.
    document.addEventListener("visibilitychange", () => this.tick());
    this.tick();
  }

  stop() {
    this.stopped = true;
    clearInterval(this.timer);
    this.source?.stop();
    this.stage.replaceChildren();
  }

  dress() {
    const { settings, root } = this;
    root.dataset.theme = settings.theme;
    root.dataset.mode = settings.mode;
    root.dataset.place = settings.place ?? (settings.mode === "ticker" ? "bottom" : settings.mode === "grid" ? "center" : "bottom-left");
    root.style.setProperty("--scale", settings.scale);
    if (settings.accent) {
      root.style.setProperty("--accent", settings.accent);
      root.style.setProperty("--on-accent", inkOn(settings.accent));
    }
  }

  heard() {
    this.heardAt = performance.now();
    // Bring prices back at once instead of at the next tick.
    if (this.root.dataset.state !== "live") this.tick();
  }

  // A machine that slept, or whose clock was set, cannot know how old its prices are.
  noticeJumps() {
    const [wall, timer] = [Date.now(), performance.now()];
    const odd = Math.abs(wall - this.ticked.wall - (timer - this.ticked.timer)) > JUMP_MS;
    this.ticked = { wall, timer };
    if (odd && this.heardAt !== null) this.heardAt = -Infinity;
  }

  silent() {
    return performance.now() - this.heardAt > this.settings.stale * 1000;
  }

  state(now) {
    if (this.testing) return "live";
    if (this.heardAt === null) return "offline";
    if (this.silent()) return "stale";
    const asleep = (card) => !card.price || ["sold_out", "ended"].includes(saleState(card, now));
    const live = this.cards.some((card) => priceOf(card, now) !== null) || this.cards.every(asleep);
    return live ? "live" : "expired";
  }

  // The cards asked for: bundles as they come, markets in the order of the query. Asked anew only
  // when cards changed, as a feed may have thousands.
  pick() {
    const { locales, bundle } = this.settings;
    this.bundles = new Map();
    for (const card of this.testing ? SAMPLES.cards : (this.source?.cards.values() ?? [])) {
      if (!this.bundles.has(card.bundle)) this.bundles.set(card.bundle, []);
      this.bundles.get(card.bundle).push(card);
    }
    const cards = [...this.bundles.values()].flat();
    const shown = (bundle ?? [...this.bundles.keys()]).map((name) => {
      const own = this.bundles.get(name) ?? [];
      return locales === null ? own : locales.map((market) => named(own, market)).filter(Boolean);
    });
    // A name that no card has would leave its place empty without a word.
    this.unknown = !cards.length
      ? []
      : [
          ...strangers("bundle", bundle ?? [], this.bundles.keys(), (name) => this.bundles.has(name)),
          ...strangers("market", locales ?? [], cards.map((card) => card.market), (name) => named(cards, name)),
        ];
    this.showProblems();
    this.groups = shown.filter((own) => own.length);
    this.cards = this.groups.flat();
  }

  tick() {
    if (this.stopped) return;
    this.noticeJumps();
    try {
      this.show();
    } catch (error) {
      // What cannot be shown must not leave on show what was there before.
      console.error(error);
      this.drawn = null;
      this.stage.replaceChildren();
    }
  }

  show() {
    if (this.groups === null) this.pick();
    const real = this.clock.now();
    const state = this.state(real);
    // Without a time no price is valid: what is not live is drawn without amounts.
    const now = state === "live" || state === "expired" ? real : null;
    this.root.dataset.state = state;
    this.draw(now, real ?? 0);
    for (const count of this.stage.querySelectorAll(".countdown")) {
      count.querySelector("time").textContent = clockText(Number(count.dataset.until) - now);
    }
    this.showStatus(state);
  }

  // The markets of one bundle that are on show together, by the server's time: everywhere the same.
  turn(size, real) {
    const pages = this.groups.flatMap((own) =>
      Array.from({ length: Math.ceil(own.length / size) || 1 }, (_, at) => own.slice(at * size, at * size + size)),
    );
    const index = Math.floor(real / (this.settings.dwell * 1000)) % pages.length;
    return { page: pages[index], index, pages };
  }

  draw(now, real) {
    const { mode } = this.settings;
    const moving = mode === "ticker" && !this.still.matches;
    const size = mode === "grid" ? this.settings.per : moving ? this.cards.length : 1;
    // A strip goes round in as many turns as it has markets, so a bundle stays for all of them.
    const slow = moving ? Math.max(1, ...this.groups.map((own) => own.length)) : 1;
    const turn = this.groups.length ? this.turn(size, real / slow) : null;
    const seen = turn?.page.map((card) => [
      card,
      priceOf(card, now)?.quote,
      saleState(card, now),
      deadline(card, now)?.at,
      stockLeft(card, now, this.settings),
    ]);
    const signature = JSON.stringify([turn?.index, turn?.pages.length, seen, moving]);
    if (signature === this.drawn) return;
    this.drawn = signature;
    if (turn === null) return this.stage.replaceChildren();
    // What only changed does not come in anew.
    const turned = JSON.stringify(turn.page.map((card) => [card.bundle, card.market]));
    this.stage.classList.toggle("same", turned === this.turned);
    this.turned = turned;
    if (mode === "grid") this.stage.replaceChildren(grid(turn.page, now, this.settings, this.testing));
    else if (mode === "ticker") this.drawTicker(turn.page, now, real, moving);
    else {
      const own = turn.pages.filter(([card]) => card.bundle === turn.page[0].bundle);
      const dots = own.map((page) => page === turn.page);
      this.stage.replaceChildren(pinned(turn.page[0], now, this.settings, this.testing, dots));
    }
  }

  // The strip repeats until it fills the width, and stands where the server's time puts it.
  drawTicker(cards, now, real, moving) {
    this.stage.replaceChildren(ticker(cards, now, this.settings, this.testing));
    if (!moving) return;
    const strip = this.stage.querySelector(".strip");
    const width = strip.scrollWidth;
    const once = [...strip.children];
    for (let filled = width; filled < innerWidth + width; filled += width) {
      strip.append(...once.map((item) => item.cloneNode(true)));
    }
    const duration = cards.length * this.settings.dwell * 1000;
    const motion = strip.animate([{ transform: "translateX(0)" }, { transform: `translateX(-${width}px)` }], {
      duration,
      iterations: Infinity,
    });
    motion.currentTime = real % duration;
  }

  showStatus(state) {
    const status = document.getElementById("status");
    const missing = !this.testing && state === "live" && !this.cards.length;
    status.hidden = this.settings.status === "hide" || !(state === "offline" || missing) || this.base === null;
    status.textContent = word("connecting", this.settings.lang);
  }

  showProblems() {
    const box = document.getElementById("problems");
    const told = [...this.problems, ...this.unknown];
    box.hidden = !told.length;
    box.replaceChildren(...told.map((text) => element("p", "", text)));
  }
}

// The card that goes by a name: a market, the tag of its language, or else its country.
function named(cards, name) {
  const [wanted, country] = [name.toLowerCase(), name.toUpperCase()];
  const exact = cards.find((card) => [card.market, card.language].some((tag) => tag.toLowerCase() === wanted));
  return exact ?? cards.find((card) => card.language.split("-").at(-1) === country);
}

function strangers(what, names, known, found) {
  const some = [...new Set(known)].slice(0, 20).join(", ");
  return names.filter((name) => !found(name)).map((name) => `No ${what} is called "${name}". There are: ${some}.`);
}

// Black or white, whichever is read better on a colour: one of them always has 4.5 to 1.
function inkOn(hex) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000000" : "#ffffff";
}

// The time of the marked examples: ten minutes from a fixed instant, again and again.
function testClock(start) {
  return { now: () => Date.parse(start) + (performance.now() % 600000) };
}

// Starts an overlay from a query string. `home` is the address of the server where it is known;
// a page that is `bound` to it has a policy that lets it connect to no other.
function begin(query, home, bound = false) {
  const { settings, problems } = readSettings(query);
  if (bound && settings.server !== null) {
    problems.push(`This page was exported for ${home} and connects to no other server.`);
    settings.server = null;
  }
  const named = settings.server ?? home;
  const base = named === null ? null : named.endsWith("/") || named === home ? named : `${named}/`;
  const overlay = new Overlay(settings, problems, base);
  overlay.start();
  return overlay;
}
