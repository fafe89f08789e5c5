"""People for tests: they write, press and see through the control API, as a human would."""
