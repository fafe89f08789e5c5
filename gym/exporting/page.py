"""The page that explains an export: a table of columns for each file, made of `TABLES` and `MEMBERS`.

`python -m tests.documentation` writes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gym.exporting.members import MEMBERS
from gym.exporting.tables import TABLES

HEAD = """# The export of everything

`python -m gym export --all` writes one ZIP; an admin gets the same one in chat under *Export*. It is yours:
read it with a spreadsheet, another program, or an empty PowerGym (`python -m gym import
powergym-2026-11-30.zip`, or send the file to its bot), which then has the same people, periods, visits and
balances.

- Every table is there twice: as CSV (UTF-8 with a byte order mark, commas) for people, and as JSON, one row
  a line, for programs. Amounts are text in the gym's currency, days `YYYY-MM-DD`, instants ISO 8601 with
  their zone, nothing is an empty cell or `null`. In CSV a text that a spreadsheet would run as a formula
  has an apostrophe before it, also behind a semicolon or a line break, where Excel in Spanish begins a cell.
- `manifest.json` says format, version, instant and the rows of each file; `settings.json` holds the gym's
  settings.
- Everything is of one instant: the gym stays open meanwhile.
- Not in it: faces and their pictures (bound to this gym's keys; people are photographed anew), passwords,
  chats, messages, devices, the audit trail. Read back, colleagues are inactive until an admin lets them in,
  and kiosks are paired again. Receipts go on after the highest number.
- It holds everybody's data in clear: keep it encrypted, and delete it when it has served.

## `members.csv`

One row a person who is active, with the plan that counts; any spreadsheet reads it, and so does the import
of lists.
"""


def page() -> str:
    """Markdown."""
    members = {heading: column.says for heading, column in MEMBERS.items()}
    parts = [HEAD, "\n".join(_table(members)) + "\n"]
    for table in TABLES:
        parts.append(f"## `{table.name}`\n\n{table.says[0].upper()}{table.says[1:]}.\n")
        parts.append("\n".join(_table(table.columns)) + "\n")
    return "\n".join(parts)


def _table(columns: Mapping[str, str]) -> Iterator[str]:
    yield "| column | holds |"
    yield "|---|---|"
    for name, says in columns.items():
        yield f"| `{name}` | {says} |"
