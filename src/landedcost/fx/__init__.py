"""Exchange rates: the bundled reference rates, the customs authority's, and those given."""
