"""What can be wrong with a sheet and its cells; each says what to do."""

from __future__ import annotations

from gym.core.errors import Invalid
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


class SheetUnknown(Invalid):
    code = "import_sheet_unknown"
    message = N_("There is no such sheet. The file has these: {names}.")

    def __init__(self, names: str) -> None:
        super().__init__(names=names)


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
