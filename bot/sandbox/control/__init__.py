"""The control API: people, taps, clock and faults, for the chat page and for scripts."""
