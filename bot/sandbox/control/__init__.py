"""The control API: people, presses, clock and faults, for the chat page and for scripts."""
