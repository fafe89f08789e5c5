"""Faults of people's data: each names the field and says what to write instead."""

from __future__ import annotations

from datetime import date

from gym.core.errors import Conflict, Forbidden, Invalid, NotFound
from gym.core.language import N_


class ClientNotFound(NotFound):
    code = "client_not_found"
    message = N_("That client is not here. Search again.")


class ClientInactive(Conflict):
    code = "client_inactive"
    message = N_("This client is deactivated. Reactivate them first.")


class FieldInvalid(Invalid):
    """One field of a person cannot be kept as it was written; `field` says which, for forms and the API."""

    field: str = ""

    def __init__(self, **context: object) -> None:
        super().__init__(field=context.pop("field", self.field), **context)


class NameInvalid(FieldInvalid):
    code = "name_invalid"
    field = "name"
    message = N_("Write a name of 1 to 80 letters, such as “María José”.")


class DocumentInvalid(FieldInvalid):
    code = "document_invalid"
    field = "document_number"
    message = N_("That is no document number. Write 4 to 20 digits or letters, such as 1020304050.")


class DocumentIncomplete(FieldInvalid):
    code = "document_incomplete"
    field = "document_number"
    message = N_("A document needs both: its type (CC, TI, CE or PP) and its number.")


class DocumentTaken(Conflict):
    """Somebody has that document; only those who may look people up are told who."""

    code = "document_taken"
    message = N_("That document belongs to a client already. Search for it.")

    def __init__(self, name: str | None = None) -> None:
        super().__init__(**({"name": name} if name else {}))
        if name:
            self.message = N_("That document belongs to {name} already. Open their card instead.")


class PhoneInvalid(FieldInvalid):
    code = "phone_invalid"
    field = "phone"
    message = N_("That is no phone number. Write it like 300 123 4567, or +34 600 11 22 33 from abroad.")


class EmailInvalid(FieldInvalid):
    code = "email_invalid"
    field = "email"
    message = N_("That is no e-mail address. Write it like ana@example.com.")


class BirthDateInvalid(FieldInvalid):
    code = "birth_date_invalid"
    field = "birth_date"
    message = N_("That is no date. Write day, month and year, such as 3/8/1990.")


class AgeOutOfRange(FieldInvalid):
    code = "age_out_of_range"
    field = "birth_date"
    message = N_("Somebody born on {born} is not between 5 and 100 years old. Check the year.")

    def __init__(self, born: date) -> None:
        super().__init__(born=born)


class GenderInvalid(FieldInvalid):
    code = "gender_invalid"
    field = "gender"
    message = N_("Choose female, male or other.")


class LanguageInvalid(FieldInvalid):
    code = "language_invalid"
    field = "language"
    message = N_("Choose one of these languages: {languages}.")


class TextTooLong(FieldInvalid):
    code = "text_too_long"
    message = N_("That is too long. Write {limit} characters at most.")

    def __init__(self, field: str, limit: int) -> None:
        super().__init__(field=field, limit=limit)


class TooManyTags(FieldInvalid):
    code = "too_many_tags"
    field = "tags"
    message = N_("Write at most {limit} tags, separated by commas.")


class GuardianNeeded(FieldInvalid):
    code = "guardian_needed"
    field = "guardian_name"
    message = N_("This client is under 18: write a guardian's name and ask for the guardian's consent.")


class ReasonInvalid(FieldInvalid):
    code = "reason_invalid"
    field = "reason"
    message = N_("Write a reason of 3 to 300 characters.")


class BlockDateInvalid(FieldInvalid):
    code = "block_date_invalid"
    field = "until"
    message = N_("A block cannot end in the past. Choose today or a later day.")


class BlockNeedsAdmin(Forbidden):
    """Setting, shortening or lifting a block beyond a week."""

    code = "block_needs_admin"
    message = N_("A block of more than {days} days needs an admin. Ask one, or choose an earlier day.")


class TelegramTaken(Conflict):
    """The account belongs to another client; the API says no more."""

    code = "telegram_linked_elsewhere"
    message = N_("This Telegram account belongs to another client. Ask at the desk to unlink it first.")


class AlreadyLinked(Conflict):
    code = "client_already_linked"
    message = N_("This client has a Telegram account linked already. Unlink it first.")


class NotLinked(Conflict):
    code = "client_not_linked"
    message = N_("No Telegram account is linked to this client.")


class NoSuchPhone(NotFound):
    code = "no_such_phone"
    message = N_("No client has this phone number. Ask at the desk to be registered or linked.")


class SharedPhone(Conflict):
    """Families share phones; a number does not say who is writing."""

    code = "shared_phone"
    message = N_("Several clients share this phone number. Ask at the desk for your personal link.")


class ImportUnreadable(Invalid):
    code = "import_unreadable"
    message = N_("That file cannot be read. Send a CSV file in UTF-8 with the columns in its first line.")


class ImportColumnsMissing(Invalid):
    code = "import_columns_missing"
    message = N_("The file lacks these columns: {columns}.")


class ImportTooLarge(Invalid):
    code = "import_too_large"
    message = N_("Send at most {limit} rows in one file.")
