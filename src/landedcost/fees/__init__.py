"""What authorities and carriers charge for the handling."""
