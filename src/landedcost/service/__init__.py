"""The service: prices, held quotes and the live feed over HTTP, for shops in any language."""
