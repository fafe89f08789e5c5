"""The jobs: what runs, when, and in which replica."""
