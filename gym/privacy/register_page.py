"""The privacy register as tables in Markdown, for docs/privacy.md, made of the register itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gym.privacy.register import Entry, Holds, Old, OnErasure
from gym.privacy.tables import PLACES, REGISTER
from gym.settings.schemas import GymSettings, KeptFor

SPOKEN: Final = {
    Holds.NAME: "names",
    Holds.DOCUMENT: "documents",
    Holds.CONTACT: "phone, e-mail, address",
    Holds.PERSON: "birth date, gender",
    Holds.TELEGRAM: "numbers of Telegram",
    Holds.WORDS: "what somebody typed",
    Holds.ADDRESS: "network addresses",
    Holds.DIGEST: "keyed digests",
    Holds.CHECKSUM: "SHA-256 of files",
    Holds.SEALED: "what is encrypted",
}
HEAD: Final = ("table", "holds", "of", "why", "until", "when a client is erased", "in the export")
PLACE_HEAD: Final = ("place", "holds", "until", "when a client is erased")


def register_page() -> str:
    """Both tables: those of the database, and the places outside of it."""
    tables = [_row(entry) for entry in REGISTER]
    places = [(place.name, place.holds, place.until, place.on_erasure) for place in PLACES]
    return f"{_table(HEAD, tables)}\n\n{_table(PLACE_HEAD, places)}\n"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _row(entry: Entry) -> tuple[str, ...]:
    kinds = [SPOKEN[kind] for kind in Holds if any(kind in held for held in entry.columns.values())]
    return (
        f"`{entry.table}`",
        ", ".join(kinds) or "ids, days, numbers",
        ", ".join(sorted(entry.of)) or "nobody",
        entry.why or "–",
        _until(entry),
        _erased(entry),
        _exported(entry),
    )


def _until(entry: Entry) -> str:
    ages = "; ".join(dict.fromkeys(_age(old) for old in entry.old))
    if ages and entry.stays:
        return f"{ages}; the rest: {entry.stays}"
    return ages or entry.stays


def _age(old: Old) -> str:
    if isinstance(old.age, KeptFor):
        spoken = f"the gym's setting ({GymSettings.model_fields[old.age.value].default} days)"
    else:
        hours = round(old.age.total_seconds() / 3600)
        spoken = f"{hours // 24} days" if hours > 24 else f"{hours} hours"
    return f"without its person after {spoken}" if old.sets else spoken


def _erased(entry: Entry) -> str:
    rows = entry.client
    if rows is None:
        return "–"
    match rows.on_erasure:
        case OnErasure.DELETED:
            return "deleted"
        case OnErasure.EMPTIED:
            emptied = [name for name in rows.sets if entry.columns[name]]
            return f"emptied: {', '.join(f'`{name}`' for name in emptied)}"
        case OnErasure.KEPT:
            kept = "; ".join(dict.fromkeys(rows.keeps.values()))
            return f"kept: {kept}" if kept else "kept: an id and numbers"


def _exported(entry: Entry) -> str:
    rows = entry.client
    if rows is None:
        return "–"
    left_out = ", ".join(f"`{name}`" for name in rows.withheld)
    return f"without {left_out}" if left_out else "whole"
