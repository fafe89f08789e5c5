"""Long, bounded runs: what must hold ten thousand times."""
