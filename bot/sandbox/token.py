"""The bot's token: random for each store, so that no other page or program can guess the bot's address."""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

BOT_ID = 100000001
"""The same for every store: messages that a store holds already were sent by this user."""
_SECRET_BYTES = 26
"""35 letters after the colon, as many as Telegram's tokens have: 208 random bits."""
_TOKEN = re.compile(r"\d+:[\w-]{20,}")


def new_token() -> str:
    """A token that nobody has seen."""
    return f"{BOT_ID}:{secrets.token_urlsafe(_SECRET_BYTES)}"


def token_path(store_path: Path) -> Path:
    """The file of a store's token: beside it, for scripts to read."""
    return store_path.with_suffix(".token")


def kept_token(store_path: Path | None) -> str:
    """The token of a store, made with the store and readable by its owner alone (mode 0600).

    Without a store, which is a server in memory, a new one each time. Raises `OSError`.
    """
    if store_path is None:
        return new_token()
    path = token_path(store_path)
    with suppress(FileNotFoundError):
        kept = path.read_text(encoding="ascii", errors="replace").strip()
        if _TOKEN.fullmatch(kept):
            path.chmod(0o600)
            return kept
        path.unlink()  # cut short or overwritten: a new one does, for nothing depends on the old one
    return _made(path)


def _made(path: Path) -> str:
    token = new_token()
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{token}\n")
    return token
