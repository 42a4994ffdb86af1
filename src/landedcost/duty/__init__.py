"""What the tariff and the rules on top of it charge."""
