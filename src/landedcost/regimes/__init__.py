"""Import rules as dated, sourced data: the TOML schema, loading, inheritance and selection."""
