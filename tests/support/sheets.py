"""Sheets as gyms keep them, made in code: text in any encoding, workbooks with typed cells."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from openpyxl import Workbook

Rows = Sequence[Sequence[object]]


def workbook(sheets: Mapping[str, Rows] | Rows) -> bytes:
    """An .xlsx of one sheet, or of several by name."""
    named = sheets if isinstance(sheets, Mapping) else {"Hoja1": sheets}
    book = Workbook()
    for name, rows in named.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.remove(book.worksheets[0])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def csv(text: str, encoding: str = "utf-8") -> bytes:
    return text.encode(encoding)
