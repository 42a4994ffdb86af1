"""The price on the stream: a drop kept up to date, its feed, and the overlay that shows it."""
