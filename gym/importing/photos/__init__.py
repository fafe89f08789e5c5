"""Photos of members in a ZIP: whose each is, read and judged one by one, enrolled as faces."""
