"""What a shop makes of a landed cost: its policy, and the price it shows."""
