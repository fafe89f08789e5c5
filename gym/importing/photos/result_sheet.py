"""The sheet of a photo import: every file of the ZIP with what became of it."""

from __future__ import annotations

import io
from collections.abc import Sequence

from openpyxl import Workbook

from gym.core.language import N_, Translator
from gym.core.values.formulas import harmless
from gym.importing.photos.schemas import PHOTO_OUTCOMES, PhotoResult


def result_sheet(results: Sequence[PhotoResult], t: Translator) -> bytes:
    """An .xlsx, those left out first: they are what somebody has to do something about."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(t(N_("Photos")))
    sheet.append([t(N_("File")), t(N_("Client")), t(N_("Result")), t(N_("Problem"))])
    for one in sorted(results, key=lambda result: (result.fault is None, result.file)):
        words = (one.file, one.client, t(PHOTO_OUTCOMES[one.outcome]), photo_problem(one, t))
        sheet.append([harmless(text) for text in words])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def photo_problem(result: PhotoResult, t: Translator) -> str:
    """Why it was left out; empty for the others."""
    return t(result.fault.message, **result.fault.context) if result.fault is not None else ""
