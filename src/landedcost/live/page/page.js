// As a page of its own: settings from the address, prices from the server it came from, or from
// the one that was written into it when it was exported.

const written = document.documentElement.dataset.server;
const home = written ? `${written}/` : location.protocol.startsWith("http") ? location.href : null;
begin(location.search, home);
