"""The consent register as a spreadsheet (.xlsx): one row a consent, and the texts that were agreed to."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from gym.core.language import N_, Translator
from gym.core.values.formulas import harmless
from gym.faces.enrolment.consent import CONSENT_TEXTS
from gym.faces.models import ConsentMethod
from gym.privacy.consents.consent_register import ConsentLine, ConsentStanding

STATES: Final = {
    ConsentStanding.IN_FORCE: N_("in force"),
    ConsentStanding.OLDER_TEXT: N_("in force, to an older text"),
    ConsentStanding.ENDED: N_("ended"),
}
METHODS: Final = {
    ConsentMethod.CHAT: N_("in the client's own chat"),
    ConsentMethod.PAPER: N_("on paper"),
}
HEADINGS: Final = (
    N_("Client"),
    N_("Document"),
    N_("Guardian"),
    N_("What for"),
    N_("Text no."),
    N_("How"),
    N_("Noted by"),
    N_("Given"),
    N_("Ended"),
    N_("State"),
    N_("Client no."),
)
BOLD: Final = Font(bold=True)


def consent_sheet(lines: Sequence[ConsentLine], gym_name: str, t: Translator) -> bytes:
    """An .xlsx in the translator's language and time zone."""
    book = Workbook(write_only=True)
    _register(book.create_sheet(t(N_("Consents"))), lines, t)
    _texts(book.create_sheet(t(N_("Texts"))), gym_name, t)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _register(sheet: WriteOnlyWorksheet, lines: Sequence[ConsentLine], t: Translator) -> None:
    sheet.freeze_panes = "A2"
    sheet.append(_bold(sheet, [t(heading) for heading in HEADINGS]))
    for line in lines:
        sheet.append(
            [
                harmless(line.who(t)),
                harmless(line.document) or None,
                harmless(line.guardian_name) or None,
                t(N_("Face check-in")),
                line.version,
                t(METHODS[line.method]),
                harmless(line.witness) or None,
                _local(line.given_at, t),
                _local(line.ended_at, t) if line.ended_at else None,
                t(STATES[line.standing]),
                line.pseudonym,
            ]
        )


def _texts(sheet: WriteOnlyWorksheet, gym_name: str, t: Translator) -> None:
    sheet.append(_bold(sheet, [t(N_("Text no.")), t(N_("Text"))]))
    for version, words in sorted(CONSENT_TEXTS.items()):
        cell = WriteOnlyCell(sheet, harmless(t(words, gym=gym_name)))
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.append([version, cell])


def _bold(sheet: WriteOnlyWorksheet, words: Sequence[str]) -> list[Cell]:
    cells = [WriteOnlyCell(sheet, one) for one in words]
    for cell in cells:
        cell.font = BOLD
    return cells


def _local(moment: datetime, t: Translator) -> datetime:
    """Spreadsheets know no zones: the gym's own time."""
    return moment.astimezone(t.zone).replace(tzinfo=None, microsecond=0)
