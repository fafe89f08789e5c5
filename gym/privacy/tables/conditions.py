"""SQL that tells which rows are about one client, for the rows of the register."""

from __future__ import annotations

from typing import Final

from gym.privacy.register import BLANK

CLIENT: Final = "CAST(:client_id AS uuid)"
CHAT: Final = "CAST(:telegram_id AS bigint)"
MARKS: Final = "CAST(:marks AS text[])"
MINE: Final = f"client_id = {CLIENT}"
OF_PLAN: Final = f"subscription_id IN (SELECT s.id FROM subscriptions s WHERE s.{MINE})"  # noqa: S608
OF_ACCOUNT: Final = f"account_id IN (SELECT a.id FROM accounts a WHERE a.{MINE})"  # noqa: S608
OF_SALE: Final = f"sale_id IN (SELECT w.id FROM sales w WHERE w.{OF_ACCOUNT})"  # noqa: S608
NOT_STAFF: Final = f"NOT EXISTS (SELECT FROM staff w WHERE w.telegram_id = {CHAT})"
"""Whoever works here too goes on writing to the bot."""


def unless_staff(name: str, staff_id: str) -> str:
    """SQL of a column with the name of whoever acted: it stays where that was one of the team.

    Without an id it was the client in person (a wish of the own, taken back), or the gym itself.
    """
    return f"CASE WHEN {staff_id} IS NULL AND {name} IS NOT NULL THEN {BLANK} ELSE {name} END"


STAFF_NAME: Final = "who of the team did it"


def mentions(column: str) -> str:
    """A JSON column that has one of the client's marks in it."""
    return f"CAST({column} AS text) LIKE ANY ({MARKS})"
