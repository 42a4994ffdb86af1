// Reading server-sent events from text that arrives in pieces, and the server's time.

class EventReader {
  constructor() {
    this.rest = "";
    this.fields = {};
  }

  // The messages that are complete: { comment }, or { id, event, data, retry } as far as given.
  push(text) {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop();
    const found = [];
    for (const line of lines) {
      if (line === "") {
        if (Object.keys(this.fields).length) found.push(this.fields);
        this.fields = {};
      } else if (line.startsWith(":")) {
        found.push({ comment: line.slice(1).trim() });
      } else {
        const [, name, value] = /^([^:]*):? ?(.*)$/.exec(line);
        const before = name === "data" && this.fields.data !== undefined ? `${this.fields.data}\n` : "";
        this.fields[name] = before + value;
      }
    }
    return found;
  }
}

// The server's time, whatever the clock of this machine says: it is reckoned from what the server
// told, with a timer that nobody sets. A message is late, never early, so the earliest ones count.
class ServerClock {
  constructor() {
    this.ahead = null;
  }

  hear(text) {
    const ahead = Date.parse(text) - performance.now();
    if (Number.isNaN(ahead)) return;
    const near = this.ahead !== null && Math.abs(ahead - this.ahead) < 2000;
    this.ahead = near ? Math.max(ahead, this.ahead) : ahead;
  }

  now() {
    return this.ahead === null ? null : this.ahead + performance.now();
  }
}
