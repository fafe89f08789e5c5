"""The kiosk's hot path: a check-in in three hand-written statements, without a session."""
