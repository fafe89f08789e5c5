"""Workbooks as programs write them, from raw XML: what openpyxl would never write itself."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

TYPES = """<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>{sheets}
<Override PartName="/xl/styles.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>
<Override PartName="/xl/sharedStrings.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>"""
SHEET_TYPE = (
    '<Override PartName="/xl/worksheets/sheet{0}.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    "{0}</Relationships>"
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STYLES = f"""<?xml version="1.0"?><styleSheet xmlns="{MAIN}"><numFmts count="3">
<numFmt numFmtId="164" formatCode="dd/mm/yyyy;@"/>
<numFmt numFmtId="165"
 formatCode="[$-C0A]d&quot; de &quot;mmmm&quot; de &quot;yyyy"/>
<numFmt numFmtId="166" formatCode="&quot;$&quot;\\ #,##0"/></numFmts>
<fonts count="1"><font/></fonts><fills count="1"><fill>
<patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders>
<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="5"><xf numFmtId="0"/><xf numFmtId="14"
 applyNumberFormat="1"/><xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/>
<xf numFmtId="166" applyNumberFormat="1"/></cellXfs></styleSheet>"""
"""Styles 1 to 3 are days, 4 is money."""


def raw_workbook(
    *sheets: str,
    names: Sequence[str] = ("Hoja1", "Hoja2", "Hoja3"),
    hidden: Sequence[int] = (),
    shared: Sequence[str] = (),
    since_1904: bool = False,
) -> bytes:
    """Each sheet is its `sheetData` with whatever stands around it; `shared` are `<si>` contents."""
    numbers = range(1, len(sheets) + 1)
    listed = "".join(
        f'<sheet name="{names[number - 1]}" sheetId="{number}" r:id="rId{number}"'
        f"{' state=' + chr(34) + 'hidden' + chr(34) if number in hidden else ''}/>"
        for number in numbers
    )
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in numbers
    )
    links += f'<Relationship Id="s" Type="{OFFICE}/styles" Target="styles.xml"/>'
    links += f'<Relationship Id="t" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    parts = {
        "[Content_Types].xml": TYPES.format(sheets="".join(SHEET_TYPE.format(one) for one in numbers)),
        "_rels/.rels": RELS.format(
            f'<Relationship Id="w" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        ),
        "xl/workbook.xml": f'<?xml version="1.0"?><workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
        f"<workbookPr{' date1904=' + chr(34) + '1' + chr(34) if since_1904 else ''}/>"
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": RELS.format(links),
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": f'<?xml version="1.0"?><sst xmlns="{MAIN}">'
        + "".join(f"<si>{one}</si>" for one in shared)
        + "</sst>",
    }
    for number, sheet in zip(numbers, sheets, strict=True):
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'<?xml version="1.0"?><worksheet xmlns="{MAIN}">{sheet}</worksheet>'
        )
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return data.getvalue()


def inline(*texts: str) -> str:
    """Cells of text without references, as some programs write a row."""
    return "".join(f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>' for text in texts)


def rows(*cells: str, hidden: Sequence[int] = ()) -> str:
    """`sheetData` with a row for each."""
    made = (
        f'<row r="{line}"{" hidden=" + chr(34) + "1" + chr(34) if line in hidden else ""}>{row}</row>'
        for line, row in enumerate(cells, 1)
    )
    return f"<sheetData>{''.join(made)}</sheetData>"


def number(value: object, style: int = 0) -> str:
    return f'<c s="{style}"><v>{value}</v></c>'
