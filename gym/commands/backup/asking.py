"""The pass-phrase as an operator gives it: from the environment, typed unseen, or on standard input."""

from __future__ import annotations

import sys

import typer

from gym.backup.errors import PassphraseMissing
from gym.core.config import Config


def asked_passphrase(config: Config) -> str:
    """Raises `PassphraseMissing` where nobody says one. Blocks."""
    if config.backup_passphrase is not None:
        return config.backup_passphrase.get_secret_value()
    if sys.stdin.isatty():
        return str(typer.prompt("Pass-phrase of the backup", hide_input=True, err=True))
    line = sys.stdin.readline().strip()
    if not line:
        raise PassphraseMissing
    return line
