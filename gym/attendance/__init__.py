"""Attendance: check-ins with their verdicts, visits, presence and absence."""
