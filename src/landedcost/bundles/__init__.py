"""Sharing amounts of a bundle out over its lines."""
