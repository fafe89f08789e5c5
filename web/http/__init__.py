"""HTTP below the application: connections, their limits, and faults that no handler sees."""
