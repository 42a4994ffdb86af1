// As a page of its own: settings from the address, prices from the server it came from, or from
// the one that was written into it when it was exported. Settings may be written into it as well,
// for programs that open a file without a query; the address goes before them.

const { server: written, settings: set } = document.documentElement.dataset;
const told = written ? new URL(`${written}/`, location.href).href : null;
const home = told ?? (location.protocol.startsWith("http") ? location.href : null);
begin(`${set}&${location.search.slice(1)}`, home, Boolean(written));
