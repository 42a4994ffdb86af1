"""VAT, GST and consumption tax, on the import or on the supply."""
