"""How tariffs are written, and the bundled tables of what they charge."""
