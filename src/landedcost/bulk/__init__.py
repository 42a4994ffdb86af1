"""Whole catalogues: baskets in Arrow columns, priced by the same programs as single quotes."""
