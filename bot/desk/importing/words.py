"""Wording of imports: how the sheet was read, a sample of five rows, the outcome."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.ui.screens import Html, HtmlTranslator
from gym.clients.schemas import ClientInput
from gym.core.language import N_, Translator
from gym.importing.reading.columns import SheetColumn
from gym.importing.reading.people import PersonRow, WrittenMembership
from gym.importing.reading.remarks import LEFT_OUT, meaning, remarks
from gym.importing.result_sheet import problem_words
from gym.importing.schemas import ImportPreview, ReadSheet, RowOutcome

EXAMPLES: Final = 5
"""People shown as they were read: enough to see a shifted column."""
MOST_COLUMNS: Final = 20
"""Columns shown: more would not fit into one message."""
MOST_PROBLEMS: Final = 3
"""Problems on the screen; all of them are in the sheet that goes back."""


def counted(t: HtmlTranslator, preview: ImportPreview) -> list[str]:
    """A line for each outcome that occurred, with its count."""
    lines = {
        RowOutcome.MADE: t.plural(
            "➕ {count} new client", "➕ {count} new clients", preview.count(RowOutcome.MADE)
        ),
        RowOutcome.CHANGED: t.plural(
            "✏️ {count} registered already; empty fields are filled",
            "✏️ {count} registered already; empty fields are filled",
            preview.count(RowOutcome.CHANGED),
        ),
        RowOutcome.KNOWN: t.plural(
            "✔️ {count} registered already; nothing to change",
            "✔️ {count} registered already; nothing to change",
            preview.count(RowOutcome.KNOWN),
        ),
        RowOutcome.REPEATED: t.plural(
            "👥 {count} row repeats a person of this list",
            "👥 {count} rows repeat a person of this list",
            preview.count(RowOutcome.REPEATED),
        ),
        RowOutcome.FAULTY: t.plural(
            "⚠️ {count} row with problems", "⚠️ {count} rows with problems", preview.count(RowOutcome.FAULTY)
        ),
    }
    return [
        *(line for outcome, line in lines.items() if preview.count(outcome)),
        *_money(t, preview),
        *_left_as_it_is(t, preview),
    ]


def _money(t: HtmlTranslator, preview: ImportPreview) -> list[str]:
    """Plans brought forward, and what is owed for them."""
    plans, owing = len(preview.plans), preview.owing
    lines = [t.plural("🏷 {count} plan is brought forward", "🏷 {count} plans are brought forward", plans)]
    if owing:
        debts = t.plural(
            "💵 {count} debt, {amount}", "💵 {count} debts, {amount}", len(owing), amount=sum(owing)
        )
        lines.append(debts)
    return lines if plans else []


def _left_as_it_is(t: HtmlTranslator, preview: ImportPreview) -> list[str]:
    """What the list says and the gym does not take over."""
    over, differing = preview.over, len(preview.differing)
    lines = {
        t.plural(
            "🏁 {count} plan is over and paid; it is not brought forward",
            "🏁 {count} plans are over and paid; they are not brought forward",
            over,
        ): over,
        t.plural(
            "✋ in {count} row the gym knows something else, which stays",
            "✋ in {count} rows the gym knows something else, which stays",
            differing,
        ): differing,
    }
    return [line for line, number in lines.items() if number]


def reading(t: HtmlTranslator, read: ReadSheet, *, keep_unknown: bool) -> list[str]:
    """What each column holds, what is not taken as it stands, and the first people as they were read."""
    shown, more = read.columns.columns[:MOST_COLUMNS], len(read.columns.columns) - MOST_COLUMNS
    columns = [f"{t.text(_heading(t, one))} → {_meaning(t, one, keep_unknown)}" for one in shown]
    columns += [t.plural("… and {count} more", "… and {count} more", more)] if more > 0 else []
    said = [f"▫️ {line}" for line in remarks(read.columns, read.others, read.not_read, t)]
    people = [row for row in read.people if row.person is not None][:EXAMPLES]
    examples = [f"{row.line}. {t.text(_example(t, row))}" for row in people]
    lines = [t("<b>Columns</b>"), *columns]
    lines += ["", t("<b>Beside them</b>"), *said] if said else []
    return [*lines, "", t("<b>Examples, as they were read</b>"), *examples]


def problems(t: HtmlTranslator, preview: ImportPreview) -> list[str]:
    """The first rows that are left out, and why."""
    faulty = preview.of(RowOutcome.FAULTY)
    lines = [
        t("Row {row}, {name}: {problem}", row=row.row.line, name=row.row.name or "–", problem=Html(words))
        for row in faulty[:MOST_PROBLEMS]
        if (words := problem_words(row, t))
    ]
    more = len(faulty) - MOST_PROBLEMS
    return [*lines, t.plural("… and {count} more", "… and {count} more", more)] if more > 0 else lines


def headings(t: Translator, columns: Sequence[SheetColumn]) -> str:
    """Plain text, escaped where it is shown; the first of many: a message has 4,096 signs."""
    plain = Translator(t.language)
    shown = [one.heading or plain("column {number}", number=one.place + 1) for one in columns[:MOST_COLUMNS]]
    more = len(columns) - len(shown)
    return ", ".join([*shown, f"… (+{more})"] if more else shown)


def _heading(t: HtmlTranslator, column: SheetColumn) -> str:
    return column.heading or t("column {number}", number=column.place + 1)


def _meaning(t: HtmlTranslator, column: SheetColumn, keep_unknown: bool) -> str:
    """Bold where something is kept in a field."""
    words = meaning(column, t, keep_unknown=keep_unknown)
    return words if column.holds is None or column.holds in LEFT_OUT else f"<b>{words}</b>"


def _example(t: HtmlTranslator, row: PersonRow) -> str:
    assert row.person is not None, "only good rows are examples"
    return " · ".join(filter(None, [row.name, *_facts(t, row.person), *_membership(t, row.membership)]))


def _facts(t: HtmlTranslator, person: ClientInput) -> Sequence[str]:
    document = f"{person.document.type} {person.document.number}" if person.document else ""
    born = t.day(person.birth_date) if person.birth_date else ""
    return [document, person.phone or "", person.email or "", born]


def _membership(t: HtmlTranslator, written: WrittenMembership | None) -> Sequence[str]:
    if written is None:
        return []
    days = [t.day(day, short=True) for day in (written.starts_on, written.ends_on) if day]
    return [written.plan, " – ".join(days)]


HELP: Final = N_(
    "📥 <b>Import a list</b>\n\nSend your list here as a file: a spreadsheet (.xlsx) or CSV, one person a"
    " row, in any order of columns. You see how it was read and what would happen, and nothing is kept before"
    " you confirm. The same list again changes nothing.\n\n<b>Photos</b>: a ZIP, each file named after the"
    " document or card number, such as 1020304050.jpg, of those who agreed to face check-in. A ZIP from"
    " <i>Export</i> is read into an empty gym."
)
