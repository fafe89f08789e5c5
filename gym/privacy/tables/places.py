"""Where data of people lie outside of the tables: files, memory, logs, chats and backups."""

from __future__ import annotations

from typing import Final

from gym.privacy.register import Place

PLACES: Final = (
    Place("the program's log", "nobody: ids, counts and codes", "as your system keeps logs", "nothing to do"),
    Place(
        "PostgreSQL's log",
        "nobody: the server's life, never a statement's values",
        "as your system keeps logs",
        "nothing to do",
    ),
    Place(
        "`POWERGYM_HOME`",
        "keys, certificates and models; no file of a person",
        "as long as the gym",
        "nothing to do",
    ),
    Place(
        "memory of each process",
        "templates of active clients, rotated; photos while they are read",
        "until the client is deactivated or the process ends",
        "gone within seconds, also where nobody comes to the door",
    ),
    Place(
        "space that PostgreSQL has not used anew",
        "what was deleted, unreadable by SQL",
        "until the space is used anew (autovacuum)",
        "overwritten in time; an encrypted disk covers it",
    ),
    Place(
        "Telegram's chats",
        "what was written there: names, plans, amounts, receipts, pictures older than 48 hours",
        "as long as Telegram and the people keep it",
        "out of reach: delete the chat on both sides",
    ),
    Place(
        "your backups",
        "all of the tables as they were",
        "until the backup is replaced",
        "out of reach until then; a restored one repeats the erasures made since",
    ),
    Place(
        "exports, printed cards and receipts",
        "what they were made of",
        "as long as whoever has them keeps them",
        "out of reach: shred them",
    ),
)
