"""The ZIP of an export: `data.json` for programs, `index.html` to read, pictures, and receipts as PDF.

Pure and slow (a receipt is drawn in a tenth of a second): call it in a thread.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from gym.core.language import Translator
from gym.privacy.register import Entry
from gym.privacy.schemas import PersonalData
from gym.privacy.tables import REGISTER
from gym.privacy.words.page import page
from gym.settings.schemas import GymSettings

FORMAT: Final = 1


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
    from gym.payments.receipts.pdf import draw_together  # loading fpdf2 takes a third of a second

    yield "index.html", page(data, settings, t).encode()
    yield "data.json", document(data, settings).encode()
    for number, picture in enumerate(data.pictures, start=1):
        yield f"pictures/{number}.jpg", picture
    for receipt in data.receipts:
        yield f"receipts/{receipt.number}.pdf", draw_together([receipt], settings, t)


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
