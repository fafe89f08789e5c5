"""Admission control: who is served first, and how much of one person is taken in."""
