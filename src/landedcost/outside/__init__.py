"""What the outside says about a request, turned into the facts that prices are made of."""
