"""What was answered before: kept, aged, and asked for once by however many want it."""
