"""What the shop makes of a landed cost: the price it shows, and what it sells the goods for."""
