"""What the goods are worth to customs: goods, freight and insurance, and what they are compared with."""
