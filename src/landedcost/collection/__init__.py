"""What of the duty and tax is collected at all, when, and by whom."""
