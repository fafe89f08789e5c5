"""The jobs: what runs, when, and who runs it."""
