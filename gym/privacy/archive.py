"""The ZIP of an export: `data.json` for programs, `index.html` to read, pictures, and receipts as PDF.

Pure and slow (a receipt is drawn in a tenth of a second): call it in a thread.
"""

from __future__ import annotations

import html
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from gym.clients.fields.table import CLIENT_FIELDS
from gym.core.language import N_, Translator
from gym.privacy.register import Entry
from gym.privacy.schemas import PersonalData
from gym.privacy.tables import REGISTER
from gym.settings.schemas import GymSettings

FORMAT: Final = 1
HEADINGS: Final = {
    "clients": N_("Your data"),
    "subscriptions": N_("Plans"),
    "ledger_entries": N_("Money"),
    "check_ins": N_("Visits"),
    "face_consents": N_("Consents"),
    "audit_entries": N_("What was done, and looked at"),
    "audit_details": N_("What changed"),
    "notifications": N_("Messages"),
}
"""Of the tables that people ask about; the others stand under their own names."""
STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
table { border-collapse: collapse; margin: 0 0 1.5rem; } th, td { padding: .2rem .6rem; text-align: left;
vertical-align: top; border-bottom: 1px solid #ccc; } section { overflow-x: auto; } small { color: #555; }
"""


def archive(data: PersonalData, settings: GymSettings, t: Translator) -> bytes:
    """`t` speaks the reader's language and escapes nothing."""
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as file:
        for name, content in _files(data, settings, t):
            file.writestr(_named(name, data), content)
    return packed.getvalue()


def _named(name: str, data: PersonalData) -> ZipInfo:
    moment = data.made_at
    stamp = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
    found = ZipInfo(name, stamp)
    found.compress_type = ZIP_DEFLATED
    return found


def _files(data: PersonalData, settings: GymSettings, t: Translator) -> Iterator[tuple[str, bytes]]:
    from gym.payments.receipts.pdf import draw_receipt  # loading fpdf2 takes a third of a second

    yield "index.html", page(data, settings, t).encode()
    yield "data.json", document(data, settings).encode()
    for number, picture in enumerate(data.pictures, start=1):
        yield f"pictures/{number}.jpg", picture
    for receipt in data.receipts:
        yield f"receipts/{receipt.number}.pdf", draw_receipt(receipt, settings, t)


def document(data: PersonalData, settings: GymSettings) -> str:
    """What programs read: the rows by table, and what each table is kept for and how long."""
    found = {
        "format": FORMAT,
        "gym": settings.name,
        "client_id": str(data.client_id),
        "made_at": data.made_at.isoformat(),
        "pictures": len(data.pictures),
        "pictures_left_out": data.pictures_left_out,
        "receipts": [receipt.number for receipt in data.receipts],
        "tables": {entry.table: _table(entry, data.tables[entry.table]) for entry in _told()},
    }
    return json.dumps(found, ensure_ascii=False, indent=1)


def _told() -> list[Entry]:
    return [entry for entry in REGISTER if entry.client is not None]


def _table(entry: Entry, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    assert entry.client is not None
    return {
        "why": entry.why,
        "kept": entry.stays,
        "when_erased": entry.client.on_erasure,
        "left_out": dict(entry.client.withheld),
        "rows": list(rows),
    }


def page(data: PersonalData, settings: GymSettings, t: Translator) -> str:
    """The same rows to be read by a person, in one file without scripts."""
    title = t(N_("{gym}: everything we keep about {client}"), gym=settings.name, client=data.client_name)
    sections = [_section(t, entry, data.tables[entry.table]) for entry in _told() if data.tables[entry.table]]
    made = t(N_("Made on {at}."), at=data.made_at)
    lines = [
        f'<!doctype html><html lang="{t.language}"><meta charset="utf-8"><title>{html.escape(title)}</title>',
        f"<style>{STYLE}</style><main><h1>{html.escape(title)}</h1>",
        f"<p>{html.escape(made)} {html.escape(_beside(data, t))}</p>",
        *sections,
        "</main></html>",
    ]
    return "\n".join(lines)


def _beside(data: PersonalData, t: Translator) -> str:
    pictures = t.plural("{count} picture", "{count} pictures", len(data.pictures))
    receipts = t.plural("{count} receipt", "{count} receipts", len(data.receipts))
    beside = t(N_("Beside this page: {pictures}, {receipts}."), pictures=pictures, receipts=receipts)
    if not data.pictures_left_out:
        return beside
    left = N_(
        "Pictures taken at the kiosk never pass through Telegram, so they are not in this file: the desk"
        " hands them over on its own computer."
    )
    return f"{beside} {t(left)}"


def _section(t: Translator, entry: Entry, rows: Sequence[Mapping[str, Any]]) -> str:
    heading = t(HEADINGS[entry.table]) if entry.table in HEADINGS else entry.table
    if entry.table == "clients":
        return f"<section><h2>{html.escape(heading)}</h2>{_upright(t, rows[0])}</section>"
    names = list(rows[0])
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    body = "".join(f"<tr>{''.join(f'<td>{_cell(row[name])}</td>' for name in names)}</tr>" for row in rows)
    return f"<section><h2>{html.escape(heading)}</h2><table><tr>{head}</tr>{body}</table></section>"


def _upright(t: Translator, row: Mapping[str, Any]) -> str:
    """One row as lines of label and value."""
    labels = {column: t(field.label) for field in CLIENT_FIELDS.values() for column in field.columns}
    lines = "".join(
        f"<tr><th>{html.escape(labels.get(name, name))}</th><td>{_cell(value)}</td></tr>"
        for name, value in row.items()
    )
    return f"<table>{lines}</table>"


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return html.escape(text)
