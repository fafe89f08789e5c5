"""`python -m gym keys new`: fresh keys for the environment of a new gym."""

from __future__ import annotations

import typer

from gym.security.cipher import Keyring
from gym.security.keys.rules import DATA_KEYS, JWT_KEYS


async def new() -> int:
    """Fresh keys as lines of an environment file; nothing is read or kept, so it needs no gym."""
    for name in (JWT_KEYS, DATA_KEYS):
        typer.echo(f"{name}={Keyring.generate().text()}")
    typer.echo(
        "For a new gym: give both to every process, and keep a copy. A gym that holds faces already goes on "
        "with its own DATA_KEYS: python -m gym keys add",
        err=True,
    )
    return 0
