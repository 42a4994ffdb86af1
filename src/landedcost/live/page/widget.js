// In a host for widgets: settings from its fields, and a button for test prices. It keeps nothing
// in the browser. Hosts announce the start with onWidgetLoad, and buttons with onEventReceived.

const NOT_SETTINGS = ["toggleTest", "amountColor"];
let overlay = null;
let fields = {};

function restart() {
  overlay?.stop();
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    const text = String(value ?? "").trim();
    if (text !== "" && Object.hasOwn(SETTINGS, name) && !NOT_SETTINGS.includes(name)) query.set(name, text);
  }
  overlay = begin(query.toString(), null);
}

window.addEventListener("onWidgetLoad", (loaded) => {
  fields = { ...loaded.detail.fieldData };
  restart();
});

window.addEventListener("onEventReceived", (received) => {
  const { listener, event } = received.detail ?? {};
  const pressed = event?.value === "landedcost-test" || event?.field === "toggleTest";
  if (listener !== "event:test" || !pressed || overlay === null) return;
  fields.test = overlay.testing ? "0" : "1";
  restart();
});
