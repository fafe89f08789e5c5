"""A name on the wire stays: old chats, forms, rows, dashboards and scripts know it."""

from __future__ import annotations

from typing import Final

from tests.names.collecting import names_kept, names_now

GONE: Final = """a name on the wire went or changed; old chats and rows know it:
  {}
Give it back. If a migration or a reader of old rows takes care of what is out there, take the line out of
tests/names/kept.txt by hand, and say in the commit what becomes of it."""
NEW: Final = """new names on the wire:
  {}
From the first release on they stay. If they are good, write them down: python -m tests.names"""


def test_no_name_goes_and_each_new_one_is_written_down() -> None:
    now, kept = names_now(), names_kept()
    assert not kept - now, GONE.format("\n  ".join(sorted(kept - now)))
    assert not now - kept, NEW.format("\n  ".join(sorted(now - kept)))


def test_every_kind_of_name_is_found() -> None:
    kinds = {name.split()[0] for name in names_kept()}
    assert kinds >= {"button", "form", "step", "message", "column", "metric", "setting", "environment", "job"}
