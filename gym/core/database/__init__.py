"""The database: engine, repository base, hand-written statements, migrations, identifiers, JSON values."""
