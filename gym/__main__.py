"""`python -m gym`: the operator's commands."""

from __future__ import annotations

from gym.commands import app

if __name__ == "__main__":
    app()
