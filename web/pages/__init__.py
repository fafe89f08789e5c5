"""Pages served beside the API: the kiosk, and the page behind a password link."""
