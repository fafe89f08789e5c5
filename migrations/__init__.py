"""Alembic's migrations: written for a gym with data."""
