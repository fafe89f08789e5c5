"""The door at the desk: check-in by photo, verdicts, who is in, kiosks."""
