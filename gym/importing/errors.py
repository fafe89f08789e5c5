"""What can be wrong with a sheet and its cells; each says what to do."""

from __future__ import annotations

from gym.core.errors import Conflict, Invalid
from gym.core.language import N_


class ImportUnreadable(Invalid):
    code = "import_unreadable"
    message = N_(
        "There is no table in that file. Send the list as a spreadsheet (.xlsx) or as CSV, one person a row."
    )


class ImportFormatUnknown(ImportUnreadable):
    """An old .xls, a workbook with a password, an OpenDocument sheet, a PDF."""

    code = "import_format_unknown"
    message = N_(
        "That kind of file cannot be read. Open it in your spreadsheet program, take its password off if it"
        " has one, and save it as .xlsx or CSV."
    )


class ImportNamesMissing(Invalid):
    """No column of the sheet holds names."""

    code = "import_names_missing"
    message = N_(
        "No column of that sheet holds names. Write the word Name above the column with the people's names"
        " and send it again."
    )


class ImportTooLarge(Invalid):
    code = "import_too_large"
    message = N_("That file is too long. Send at most {limit} people at a time.")

    def __init__(self, limit: int) -> None:
        super().__init__(limit=limit)


class ImportTooLargeForChat(Invalid):
    """More than Telegram hands to a bot."""

    code = "import_too_large_for_chat"
    message = N_(
        "That file is over 20 MB, more than Telegram hands to a bot. Import it on the gym's computer with"
        " python -m gym import."
    )


class SheetUnknown(Invalid):
    code = "import_sheet_unknown"
    message = N_("There is no such sheet. The file has these: {names}.")

    def __init__(self, names: str) -> None:
        super().__init__(names=names)


class DayOrderAsked(Invalid):
    """Days of a column may be read in two orders, and nobody said which."""

    code = "import_day_order_asked"
    message = N_("Days in {columns} can be read in two ways. Say whether the day or the month stands first.")

    def __init__(self, columns: str) -> None:
        super().__init__(columns=columns)


class LettersLost(Invalid):
    """Bytes that are no letters in the file's encoding."""

    code = "import_letters_lost"
    message = N_("Some letters of this cell were damaged. Type it again.")


class NumberShortened(Invalid):
    """`3.00E+09`: the spreadsheet kept the first digits and lost the rest."""

    code = "import_number_shortened"
    message = N_(
        "The spreadsheet shortened this number and its last digits are lost. Format the column as text and"
        " type the number in full."
    )


class FormulaFailed(Invalid):
    """`#REF!` and its kin."""

    code = "import_formula_failed"
    message = N_("This cell shows an error of the spreadsheet. Type its value instead.")


class DocumentOfAnother(Invalid):
    """A client with quite another name has it."""

    code = "import_document_of_another"
    message = N_("{client} is registered with this document. Check the number, or the name.")

    def __init__(self, client: str) -> None:
        super().__init__(client=client)


class DocumentInRow(Invalid):
    """A row above has it, under quite another name."""

    code = "import_document_in_row"
    message = N_("Row {row} has the same document and another name. Check both.")

    def __init__(self, row: int) -> None:
        super().__init__(row=row)


class ProbablyRegistered(Invalid):
    """A namesake, or somebody with the same phone and part of the name: only a person can tell."""

    code = "import_probably_registered"
    message = N_(
        "{client} is registered, and may be the same person. If so, write here the phone or document that"
        " the card has. If not, write a document or birth date here and on that card."
    )

    def __init__(self, client: str) -> None:
        super().__init__(client=client)


class ImportHasProblems(Invalid):
    """All or nothing was asked for, and some rows are faulty."""

    code = "import_has_problems"
    message = N_(
        "{count} rows have problems, so nothing was imported. Mend them in the sheet and send it again, or"
        " import only the good rows."
    )

    def __init__(self, count: int) -> None:
        super().__init__(count=count)


class JustRegistered(Conflict):
    """Somebody at the desk registered one of the people while they were imported."""

    code = "import_just_registered"
    message = N_("One of these people was just registered at the desk. Nothing was imported; do it again.")
