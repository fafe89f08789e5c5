"""Words of the reports of money: methods, kinds of movements, causes of credits, as terms of the
catalogue.
"""

from __future__ import annotations

from typing import Final

from gym.core.language import N_
from gym.payments.models import EntryCause, EntryKind
from gym.payments.receipts.wording import WORDS
from gym.reports.results import Term

METHODS: Final = {method: Term(method.value, message) for method, message in WORDS.items()}
MOVEMENTS: Final = {
    EntryKind.PAYMENT: Term("payment", N_("Payment")),
    EntryKind.VOID: Term("void", N_("Voided")),
    EntryKind.REFUND: Term("refund", N_("Refund")),
    EntryKind.CHARGE: Term("charge", N_("Charge")),
    EntryKind.CREDIT: Term("credit", N_("Credit")),
    EntryKind.OPENING: Term("opening", N_("Opening balance")),
}
CAUSES: Final[dict[EntryCause | None, Term]] = {
    None: Term("goodwill", N_("Goodwill")),
    EntryCause.GOODWILL: Term("goodwill", N_("Goodwill")),
    EntryCause.CANCELED: Term("canceled", N_("Plans canceled")),
    EntryCause.NOT_BEGUN: Term("not_begun", N_("Canceled before they began")),
    EntryCause.PLAN_CHANGED: Term("plan_changed", N_("Changes of plan")),
    EntryCause.WRITTEN_OFF: Term("written_off", N_("Written off")),
    EntryCause.ROUNDING: Term("rounding", N_("Rounding")),
    EntryCause.REFUNDED: Term("refunded", N_("Refunds")),
    EntryCause.RETURNED: Term("returned", N_("Refunds that came back")),
    EntryCause.SURPLUS: Term("surplus", N_("More than was owed")),
    EntryCause.PAID_BEFORE: Term("paid_before", N_("Paid before the import")),
}
NOBODY: Final = Term("nobody", N_("The gym itself"))
NO_PLAN: Final = Term("no_plan", N_("Products"))
NO_ACCOUNT: Final = Term("no_account", N_("No account named"))
