"""Money and days that were wrong, each kept right."""
