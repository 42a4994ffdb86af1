// Where the cards come from: the stream, again and again without end, and polling beside it while
// streams do not pass. A browser's own EventSource gives up at the first 503 and tells nobody.

const VERSION = 1;
const POLL_AFTER = 1; // streams that failed one after another

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

class Source {
  // `heard()` is called at every sign of life, `changed()` when cards changed.
  constructor(base, settings, clock, heard, changed) {
    Object.assign(this, { base, settings, clock, heard, changed });
    this.cards = new Map();
    this.failures = 0; // streams in a row that told nothing
    this.unreachable = false; // whether the last one got no connection: then polling gets none
    this.polling = false;
    this.stopped = false;
    this.open = new Set();
    this.forget();
  }

  get lastId() {
    return this.epoch === null ? null : `${this.epoch}-${this.number}`;
  }

  forget() {
    this.epoch = null;
    this.number = -1;
  }

  async run() {
    while (!this.stopped && this.settings.feed === "poll") {
      this.failures += 1;
      this.unreachable = false;
      await this.poll();
      await pause(this.delay());
    }
    while (!this.stopped) {
      this.failures += 1;
      if (this.failures > POLL_AFTER && !this.unreachable) this.poll();
      await this.stream().catch((error) => this.failed(error));
      await pause(this.delay());
    }
  }

  stop() {
    this.stopped = true;
    for (const abort of this.open) abort.abort();
  }

  failed(error) {
    this.unreachable = error instanceof TypeError;
    console.info(`landedcost: ${error.message}; trying again`);
  }

  // 1, 2, 4 … 30 seconds, each a half more or less, so that not all pages come at once.
  delay() {
    const { retry_min: least, retry_max: most } = this.settings;
    const wait = Math.min(most, least * 2 ** Math.max(this.failures - 1, 0)) * (0.5 + Math.random());
    return Math.min(most, Math.max(least, wait));
  }

  // A request that is given up when nothing comes for `stale` seconds.
  async ask(path, headers, use) {
    const abort = new AbortController();
    this.open.add(abort);
    let timer;
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => abort.abort(), this.settings.stale * 1000);
    };
    alive();
    try {
      const url = new URL(path, this.base);
      await use(await fetch(url, { headers, signal: abort.signal, cache: "no-store", credentials: "omit" }), alive);
    } finally {
      clearTimeout(timer);
      this.open.delete(abort);
      abort.abort();
    }
  }

  async stream() {
    const headers = this.lastId === null ? {} : { "Last-Event-ID": this.lastId };
    await this.ask("stream", headers, async (response, alive) => {
      this.unreachable = false;
      const kind = response.headers.get("content-type") ?? "";
      if (!response.ok || !kind.startsWith("text/event-stream")) {
        throw new Error(`the stream answered ${response.status} ${kind}`);
      }
      const reader = response.body.getReader();
      const decoder = new TextDecoder();
      const events = new EventReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done || this.stopped) return;
        alive();
        for (const message of events.push(decoder.decode(value, { stream: true }))) {
          if (!this.message(message)) return;
        }
      }
    });
  }

  // One message of the stream; false if the stream must be opened anew.
  message({ comment, data }) {
    if (comment?.startsWith("now ")) {
      this.clock.hear(comment.slice(4));
      this.heard();
    }
    if (data === undefined) return true;
    const goesOn = this.document(JSON.parse(data));
    if (goesOn) this.failures = 0;
    return goesOn;
  }

  // A snapshot or a change. What is known already is ignored; after a gap nothing is believed,
  // the stream is opened again from the last event that was seen.
  document(told) {
    if (told.v !== VERSION) throw new Error(`the server speaks version ${told.v}, not ${VERSION}`);
    if (told.kind === "snapshot") {
      if (told.epoch === this.epoch && told.n < this.number) return true;
      this.cards = new Map();
    } else if (told.epoch !== this.epoch) {
      this.forget();
      return false;
    } else if (told.n <= this.number) {
      return true;
    } else if (told.n > this.number + 1) {
      return false;
    }
    for (const card of told.cards) this.cards.set(`${card.bundle}\n${card.market}`, card);
    for (const [bundle, market] of told.gone) this.cards.delete(`${bundle}\n${market}`);
    this.epoch = told.epoch;
    this.number = told.n;
    this.clock.hear(told.now);
    this.heard();
    this.changed();
    return true;
  }

  // The state, asked every few seconds until a stream tells something again.
  async poll() {
    if (this.polling) return;
    this.polling = true;
    let tag = null;
    while (!this.stopped && this.failures > 0 && !this.unreachable) {
      try {
        tag = await this.state(tag);
        await pause(this.settings.poll);
      } catch (error) {
        this.failed(error);
        await pause(this.delay());
      }
    }
    this.polling = false;
  }

  async state(tag) {
    let answered = tag;
    await this.ask("state", tag === null ? {} : { "If-None-Match": tag }, async (response) => {
      if (this.settings.feed === "poll") this.failures = 1;
      if (response.status === 304) {
        this.clock.hear(response.headers.get("Landedcost-Now"));
        this.heard();
      } else if (response.ok) {
        this.document(await response.json());
        answered = response.headers.get("ETag");
      } else {
        throw new Error(`the state answered ${response.status}`);
      }
    });
    return answered;
  }
}
