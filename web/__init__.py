"""The web application: the JSON API, the kiosk page and the page of a password link."""
