"""The intermediate form of the rules: straight-line integer programs, and what runs them."""
