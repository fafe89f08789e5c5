"""Words for tables, columns and values of the database, where people read rows as they are kept."""
