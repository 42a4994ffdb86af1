"""What it costs to send the parcel: the shop's own table, and freight as customs needs it."""
