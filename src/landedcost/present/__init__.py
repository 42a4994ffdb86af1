"""What people see: text in the buyer's locale, and the explanation."""
