"""Core: configuration, clock, money, errors, language and the database. Imports no other room."""
