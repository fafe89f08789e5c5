"""The page of an export: one client's rows under headings and labels, in one HTML file without scripts.

For people. Ids, counters and keys of the program stand in `data.json` alone.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, cast
from uuid import UUID

from gym.audit.actions import ACTIONS
from gym.core.database.json_values import decode
from gym.core.language import N_, Translator
from gym.privacy.register import Entry
from gym.privacy.schemas import PersonalData
from gym.privacy.tables import REGISTER
from gym.privacy.words.labels import LABELS
from gym.privacy.words.terms import TERMS, WORDED
from gym.settings.schemas import GymSettings

HEADINGS: Final[Mapping[str, str]] = {
    "clients": N_("Your data"),
    "own_memberships": N_("Your work at the desk"),
    "face_consents": N_("Consents"),
    "face_templates": N_("Your face as numbers"),
    "face_pictures": N_("Pictures of your face"),
    "approvals": N_("Requests"),
    "audit_entries": N_("What was done, and looked at"),
    "audit_details": N_("What changed"),
    "erasures": N_("Wishes to be erased"),
    "check_ins": N_("Visits"),
    "visitor_months": N_("Visits by month"),
    "outreaches": N_("When the gym got in touch"),
    "rewards": N_("Rewards"),
    "accounts": N_("Accounts"),
    "client_import_rows": N_("Lists that you came with"),
    "ledger_entries": N_("Money"),
    "subscriptions": N_("Plans"),
    "freezes": N_("Freezes"),
    "gift_days": N_("Days that the gym gave"),
    "sales": N_("Purchases"),
    "sale_lines": N_("What was bought"),
    "sale_baskets": N_("A basket that is not sold yet"),
    "transfer_quotes": N_("What you were asked to send"),
    "payment_proofs": N_("Proofs of payment"),
    "conversations": N_("Your messages to the desk: where they stand"),
    "conversation_messages": N_("Your messages to the desk"),
    "chat_people": N_("Your chat"),
    "chat_pictures": N_("Photos in your chat"),
    "drafts": N_("Forms that are half filled in"),
    "inbox_updates": N_("What you wrote of late"),
    "notifications": N_("Messages"),
    "notification_preferences": N_("What you want to hear"),
    "one_time_links": N_("Links"),
}
FOR_PROGRAMS: Final[Mapping[str, str]] = {
    "gallery_changes": "one number, by which processes refresh",
    "membership_periods": "the days of the plans once more, as reports follow them",
    "counted_memberships": "the client's number alone",
    "changed_memberships": "the client's number alone",
    "idempotency_keys": "random numbers of requests that were answered",
}
"""Told tables that have no place on the page, each with what they hold."""
TECHNICAL: Final = frozenset(
    {
        *("asked_by", "created_by", "decided_by", "redeemed_by", "id", "idempotency_key", "last_scan"),
        *("attempts", "crashes", "error", "excess", "failed", "last_update_id", "leased_until", "tries"),
        *("next_try_at", "rank", "revision", "sent", "unanswered", "update_id", "stays", "step", "form_key"),
        *("form", "granted_on", "number", "origin", "position", "recipient_kind", "settled", "slug"),
        *("subject_type", "told"),
    }
)
"""Columns that tell a person nothing; ids of the gym's own rows are left out by their names."""
CODES: Final = frozenset({("notifications", "kind"), ("drafts", "key"), ("sale_baskets", "last_scan")})
"""Columns of one table whose values are the program's own, and said in no words anywhere."""
OF_TELEGRAM: Final = frozenset(
    {"chat_id", "file_id", "home_message_id", "message_id", "telegram_id", "user_id"}
)
WHEN: Final = frozenset(
    {"at", "asked_at", "created_at", "given_at", "granted_at", "made_at", "sent_at", "sold_at"}
)
"""Columns that stand first: when a row was written."""
STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
table { border-collapse: collapse; margin: 0 0 1.5rem; } th, td { padding: .2rem .6rem; text-align: left;
vertical-align: top; border-bottom: 1px solid #ccc; }
td { min-width: 6rem; overflow-wrap: anywhere; } section { overflow-x: auto; } small { color: #555; }
"""
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_UUID: Final = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_shown(entry: Entry, column: str) -> bool:
    """Whether a column is for people: what may tell of somebody always is."""
    if column in OF_TELEGRAM or entry.columns[column]:
        return True
    return column not in TECHNICAL and (entry.table, column) not in CODES and not column.endswith("_id")


def page(data: PersonalData, settings: GymSettings, t: Translator) -> str:
    """What is told of a client, to be read by the person."""
    title = t(N_("{gym}: everything we keep about {client}"), gym=settings.name, client=data.client_name)
    made = t(N_("Made on {at}."), at=data.made_at)
    lines = [
        f'<!doctype html><html lang="{t.language}"><meta charset="utf-8"><title>{html.escape(title)}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<style>{STYLE}</style><main><h1>{html.escape(title)}</h1>",
        f"<p>{html.escape(made)} {html.escape(_beside(data, t))}</p>",
        *_sections(data, t),
        "</main></html>",
    ]
    return "\n".join(lines)


def _beside(data: PersonalData, t: Translator) -> str:
    pictures = t.plural("{count} picture", "{count} pictures", len(data.pictures))
    receipts = t.plural("{count} receipt", "{count} receipts", len(data.receipts))
    beside = t(N_("Beside this page: {pictures}, {receipts}."), pictures=pictures, receipts=receipts)
    programs = t(N_("Numbers that only programs need stand in data.json."))
    if not data.pictures_left_out:
        return f"{beside} {programs}"
    left = N_(
        "Pictures taken at the kiosk never pass through Telegram, so they are not in this file: the desk"
        " hands them over on its own computer."
    )
    return f"{beside} {programs} {t(left)}"


def _sections(data: PersonalData, t: Translator) -> Iterator[str]:
    """One for every table that has something to read."""
    for entry in REGISTER:
        rows = list(data.tables.get(entry.table, ())) if entry.client else []
        names = _names(t, entry, rows)
        if entry.table in HEADINGS and names:
            heading = f"<h2>{html.escape(t(HEADINGS[entry.table]))}</h2>"
            table = _upright(t, names, rows[0]) if entry.table == "clients" else _table(t, names, rows)
            yield f"<section>{heading}{table}</section>"


def _names(t: Translator, entry: Entry, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Columns for people in which some row has something to read."""
    there = rows[0].keys() if rows else ()
    told = [name for name in entry.columns if name in there and is_shown(entry, name)]
    told.sort(key=lambda name: name not in WHEN)
    return [name for name in told if any(_cell(t, name, row[name]) for row in rows)]


def _table(t: Translator, names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    head = "".join(f"<th>{html.escape(label_of(t, name))}</th>" for name in names)
    body = "".join(
        f"<tr>{''.join(f'<td>{_cell(t, name, row[name])}</td>' for name in names)}</tr>" for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _upright(t: Translator, names: Sequence[str], row: Mapping[str, Any]) -> str:
    """One row as lines of label and value."""
    lines = "".join(
        f"<tr><th>{html.escape(label_of(t, name))}</th><td>{_cell(t, name, row[name])}</td></tr>"
        for name in names
    )
    return f"<table>{lines}</table>"


def label_of(t: Translator, name: str) -> str:
    """What a column or a value of JSON is called; its name in words where nothing is said of it."""
    return t(LABELS[name]) if name in LABELS else name.replace("_", " ")


def _cell(t: Translator, name: str, value: object) -> str:
    return html.escape(_shown(t, name, decode(value)))


def _shown(t: Translator, name: str, value: object) -> str:
    """A value as a person reads it; ids of the gym's own rows are nothing to read."""
    match value:
        case dict():
            parts = cast("dict[str, Any]", value).items()
            said = [(t(LABELS[key]), _shown(t, key, one)) for key, one in parts if key in LABELS]
            return "; ".join(f"{label}: {words}" for label, words in said if words)
        case list():
            return ", ".join(filter(None, (_shown(t, name, one) for one in cast("list[object]", value))))
        case str():
            return _text(t, name, value)
        case float():
            return _number(t, name, Decimal(str(value)))
        case Decimal():
            return _number(t, name, value)
        case bool() | date():
            return t.show(value)
        case None | UUID():
            return ""
        case _:
            return str(value)


def _number(t: Translator, name: str, value: Decimal) -> str:
    """Amounts have decimals in the database, and so have percentages."""
    return f"{value.normalize():f} %" if name in ("percent", "tax_percent") else t.money(value)


def _text(t: Translator, name: str, value: str) -> str:
    if name == "filled":
        return label_of(t, value)
    if name == "action" and value in ACTIONS:
        return t(ACTIONS[value].title)
    if name in WORDED and value in TERMS:
        return t(TERMS[value])
    if _UUID.fullmatch(value):
        return ""
    try:
        if _DAY.fullmatch(value):
            return t.day(date.fromisoformat(value))
        if _MOMENT.fullmatch(value):
            return t.moment(datetime.fromisoformat(value))
    except ValueError:
        pass  # no day: a bank's number such as 1234-56-78, or what somebody typed
    return value
