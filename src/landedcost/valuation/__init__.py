"""What the goods are worth to customs, and which thresholds that meets."""
