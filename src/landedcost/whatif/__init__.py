"""What a change of the rules does to prices, to the seller's margin, and to who pays what."""
