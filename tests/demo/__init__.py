"""The demo gym and the report of its team."""
