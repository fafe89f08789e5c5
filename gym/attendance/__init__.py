"""Attendance: who came, and the verdict at the door."""
