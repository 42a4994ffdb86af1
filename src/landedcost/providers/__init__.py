"""The sources: the registry, the chain, and one module for each that comes with the package."""
