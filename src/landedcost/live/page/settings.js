// What the query string may say. Nothing else is configurable, and what is not known is told on
// the page: a typo must not pass as a setting.

const THEMES = ["dark", "light", "outline", "neon"];
const MODES = ["rotate", "grid", "ticker"];
const PLACES = ["bottom-left", "bottom-right", "top-left", "top-right", "center", "bottom", "top"];

const oneOf = (...known) => (text) => (known.includes(text) ? text : undefined);
const number = (least, most) => (text) => {
  const value = /^\d{1,6}(\.\d{1,3})?$/.test(text) ? Number(text) : NaN;
  return value >= least && value <= most ? value : undefined;
};
const list = (text) => {
  const names = text.split(",").map((name) => name.trim()).filter(Boolean);
  return names.length ? names : undefined;
};
const color = (text) => (/^#?[0-9a-f]{6}$/i.test(text) ? `#${text.replace("#", "")}` : undefined);
const address = (text) => (/^https?:\/\/[^\s/?#]+(\/[^\s?#]*)?$/.test(text) ? text : undefined);

// name: [what it is without being named, how its text is read, what may be written]
const SETTINGS = {
  locales: [null, list, "US,GB,de-DE"],
  bundle: [null, list, "the name of a bundle, or several"],
  mode: ["rotate", oneOf(...MODES), MODES.join(", ")],
  dwell: [6, number(1, 120), "seconds, 1 to 120"],
  per: [6, number(1, 12), "1 to 12"],
  theme: ["dark", oneOf(...THEMES), THEMES.join(", ")],
  scale: [1, number(0.25, 4), "0.25 to 4"],
  accent: [null, color, "six hex digits, such as ff3366"],
  place: [null, oneOf(...PLACES), PLACES.join(", ")],
  parts: ["show", oneOf("show", "hide"), "show, hide"],
  status: ["show", oneOf("show", "hide"), "show, hide"],
  lang: ["en", (text) => (/^[a-z]{2,3}(-[A-Za-z]{2,4})*$/.test(text) ? text : undefined), "de"],
  test: ["0", oneOf("0", "1"), "0, 1"],
  server: [null, address, "http://127.0.0.1:8765"],
  feed: ["stream", oneOf("stream", "poll"), "stream, poll"],
  stale: [12, number(1, 60), "seconds, 1 to 60"],
  stock: [60, number(1, 86400), "seconds, 1 to 86400"],
  poll: [3, number(0.2, 60), "seconds, 0.2 to 60"],
  retry_min: [1, number(0.05, 30), "seconds, 0.05 to 30"],
  retry_max: [30, number(0.05, 300), "seconds, 0.05 to 300"],
};

// readSettings("?mode=grid&dwell=8") gives the settings and what could not be understood.
function readSettings(query) {
  const settings = Object.fromEntries(Object.entries(SETTINGS).map(([name, [value]]) => [name, value]));
  const problems = [];
  for (const [name, text] of new URLSearchParams(query)) {
    if (!Object.hasOwn(SETTINGS, name)) {
      problems.push(`There is no setting "${name}". There are: ${Object.keys(SETTINGS).join(", ")}.`);
      continue;
    }
    const [, read, allowed] = SETTINGS[name];
    const value = read(text);
    if (value === undefined) problems.push(`${name}=${text} is not understood. It may be: ${allowed}.`);
    else settings[name] = value;
  }
  settings.retry_max = Math.max(settings.retry_max, settings.retry_min);
  return { settings, problems };
}

// The word for a key in the language closest to a tag such as zh-Hant-TW, English if there is none.
function word(key, tag) {
  for (let parts = tag.split("-"); parts.length; parts = parts.slice(0, -1)) {
    const known = WORDS[parts.join("-")];
    if (known) return known[key];
  }
  return WORDS.en[key];
}
