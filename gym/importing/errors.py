"""Faults of an import, of its sheet, rows and cells; each says what to do."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import Enum

from gym.core.errors import Conflict, Invalid, NotFound
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


class ImportTooHeavy(ImportTooLarge):
    """In megabytes: a list of thousands has one or two, unless there are pictures in it."""

    code = "import_too_heavy"
    message = N_("That list is over {limit} MB. Take the pictures out of it, or save it as CSV.")


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


class RowProblem(Enum):
    """Faults of a row that need no facts to be told: code and sentence."""

    LETTERS_LOST = (
        "import_letters_lost",
        N_("Some letters of this cell were damaged. Type it again."),
    )
    NUMBER_SHORTENED = (
        "import_number_shortened",  # `3.00E+09`: the first digits are kept, the rest is lost
        N_(
            "The spreadsheet shortened this number and its last digits are lost. Format the column as text"
            " and type the number in full."
        ),
    )
    FORMULA_FAILED = (
        "import_formula_failed",  # `#REF!` and its kin
        N_("This cell shows an error of the spreadsheet. Type its value instead."),
    )
    MEMBERSHIP_UNDATED = (
        "import_membership_undated",
        N_("When did the plan begin, or when does it end? Write one of the two days."),
    )
    DAY_OF_ANOTHER_DAY = (
        "import_day_of_another_day",  # `hoy`, `en 3 días`: nobody knows when that was typed
        N_("This counts from the day on which it was typed. Write the day itself, such as 5 December 2026."),
    )
    NOTES_TOO_LONG = (
        "import_notes_too_long",
        N_("This row's notes would be too long. Leave the columns without a field out, or shorten them."),
    )
    CONSENT_UNCLEAR = (
        "import_consent_unclear",
        N_("Has this person signed for face check-in? Write yes or no, or the day."),
    )
    DEBT_WITHOUT_PLAN = (
        "import_debt_without_plan",
        N_("What is this debt for? Write the plan and when it began or ended."),
    )


class RowFault(Invalid):
    """A fault of a row that needs no facts in its sentence; others have classes of their own."""

    def __init__(self, problem: RowProblem) -> None:
        self.problem = problem
        self.code, self.message = problem.value  # type: ignore[misc]
        super().__init__()


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


class CardOfAnother(Invalid):
    code = "import_card_of_another"
    message = N_("{client} has this card. Check the number, or empty it there.")

    def __init__(self, client: str) -> None:
        super().__init__(client=client)


class CardInRow(Invalid):
    code = "import_card_in_row"
    message = N_("Row {row} has the same card. Check both.")

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


class PlanUnknown(Invalid):
    """No plan of the gym is called so, or lasts so long."""

    code = "import_plan_unknown"
    message = N_("No plan is called {plan}. Make it first, or write one of these: {plans}.")

    def __init__(self, plan: str, plans: str) -> None:
        super().__init__(plan=plan, plans=plans)


class NoPlansYet(Invalid):
    """A new gym, whose first list names plans before anybody made one."""

    code = "import_no_plans"
    message = N_("The gym has no plans yet. Make them under Plans, then send the list again.")


class PlanNotNamed(Invalid):
    """The row's days and price fit several plans, or none."""

    code = "import_plan_not_named"
    message = N_("Which plan is it? Write its name: {plans}.")

    def __init__(self, plans: str) -> None:
        super().__init__(plans=plans)


class PlanDayOutOfRange(Invalid):
    """A year that was mistyped, or that stands for "for ever" (`31/12/9999`)."""

    code = "import_plan_day_out_of_range"
    message = N_(
        "A plan's days lie between {first} and {last}. Check the year; for a plan without an end"
        " write {last}."
    )

    def __init__(self, first: date, last: date) -> None:
        super().__init__(first=first, last=last)


class EndsBeforeStart(Invalid):
    code = "import_ends_before_start"
    message = N_("The plan would end on {ends_on}, before it begins on {starts_on}. Check both days.")

    def __init__(self, starts_on: date, ends_on: date) -> None:
        super().__init__(starts_on=starts_on, ends_on=ends_on)


class PaidMoreThanPrice(Invalid):
    code = "import_paid_more_than_price"
    message = N_("{paid} is more than the price, {price}. Check both amounts.")

    def __init__(self, paid: Decimal, price: Decimal) -> None:
        super().__init__(paid=paid, price=price)


class ImportRunning(Conflict):
    code = "import_running"
    message = N_("Another list is being imported. Nothing was changed; try again when it is done.")


class ImportNotFound(NotFound):
    code = "import_not_found"
    message = N_("That import is not there any more.")


class ImportUndone(Conflict):
    code = "import_undone"
    message = N_("That import was undone already. Nothing was changed.")


class ImportInUse(Conflict):
    """Somebody of the list has come, paid, been written to or linked since."""

    code = "import_in_use"
    message = N_(
        "{client} has a chat, visit, payment, message, face or card since ({count} people in all), so the"
        " import stays. Deactivate clients one by one instead."
    )

    def __init__(self, client: str, count: int) -> None:
        super().__init__(client=client, count=count)
