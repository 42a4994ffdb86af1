"""The cases of the sources that come with the package, one module each."""
