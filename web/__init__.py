"""The kiosk's JSON API and page."""
