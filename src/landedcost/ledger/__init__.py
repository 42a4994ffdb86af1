"""What happened, kept for good: the prices a shop displayed, and when."""
