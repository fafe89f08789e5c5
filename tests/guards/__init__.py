"""Guards of PostgreSQL: constraints and triggers that refuse plain SQL too."""
