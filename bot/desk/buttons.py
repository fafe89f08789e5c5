"""The desk's shared buttons: what one flow offers and another one answers."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from bot.ui.callbacks import Callback, UnknownButton, callback
from gym.core.money import CENT, to_cents
from gym.payments.models import Method
from gym.subscriptions.sales.discounts import Discount, DiscountKind


@callback("msgs")
class MessagingMenu(Callback):
    """The way to everything an admin does about messages."""


@callback("card")
class Card(Callback):
    """Everything about a client on one screen."""

    client_id: UUID


@callback("reg")
class RegisterClient(Callback):
    """A new client."""


@callback("link")
class LinkClient(Callback):
    """The QR and deep link with which a client links their own chat."""

    client_id: UUID


@callback("pcard")
class PrintedCardOf(Callback):
    """The card with a QR for whoever has no chat."""

    client_id: UUID


@callback("kiosks")
class KioskList(Callback):
    page: int = 0


@callback("team")
class Team(Callback):
    page: int = 0


@callback("invs")
class Invitations(Callback):
    """Those that are open."""

    page: int = 0


@callback("cand")
class Candidate(Callback):
    """Somebody who was invited as an admin and waits for an admin's word."""

    candidate_id: UUID


@callback("candok", changes=True)
class ConfirmCandidate(Callback):
    candidate_id: UUID


@callback("candno", changes=True)
class RefuseCandidate(Callback):
    candidate_id: UUID


class SignInsOf(StrEnum):
    """Whose sign-ins are shown, which is where the way back leads."""

    OWN = "me"
    COLLEAGUE = "person"
    KIOSK = "kiosk"


@callback("signs")
class SignIns(Callback):
    """The sign-ins of a member of staff or of a kiosk."""

    subject_id: UUID
    of: SignInsOf
    page: int = 0


@callback("pcall")
class CardsToPrint(Callback):
    """Cards for everybody who needs one."""


@callback("enrol")
class EnrolFace(Callback):
    """New photos of a client's face."""

    client_id: UUID


@callback("in", changes=True)
class CheckInClient(Callback):
    """Let a client in, by staff."""

    client_id: UUID


@callback("sell")
class SellPlan(Callback):
    """A plan for a client."""

    client_id: UUID


@callback("renew")
class RenewPlan(Callback):
    """The next period of a client's plan."""

    client_id: UUID


@callback("pay")
class TakePayment(Callback):
    """Money for a subscription."""

    subscription_id: UUID


@callback("payall")
class TakeEverything(Callback):
    """Money for all that a client owes."""

    client_id: UUID


@callback("cancel")
class CancelSubscription(Callback):
    """End a subscription now."""

    subscription_id: UUID


DAY_ZERO: Final = date(2020, 1, 1)
_OFF: Final = re.compile(r"p[0-9]{1,3}(\.[0-9]{1,4})?|[0-9a-f]{1,10}")
"""Days in a button are counted from here: a date would not fit beside two ids."""


@callback("ad")
class AskDiscount(Callback):
    """Ask an admin for a discount above the own limit; make it with `of`. Without a day it is a renewal."""

    client_id: UUID
    plan_id: UUID
    off: str
    """Cents in hexadecimal, or a percentage behind a `p`: written out, a large sum would not fit."""
    day: int | None = None

    @classmethod
    def of(
        cls, client_id: UUID, plan_id: UUID, discount: Discount, starts_on: date | None = None
    ) -> AskDiscount:
        """For a sale that starts on a day, or for a renewal (`starts_on` is none)."""
        percent = discount.kind is DiscountKind.PERCENT
        off = f"p{discount.value.normalize():f}" if percent else f"{int(to_cents(discount.value) / CENT):x}"
        day = None if starts_on is None else (starts_on - DAY_ZERO).days
        return cls(client_id, plan_id, off, day)

    @property
    def discount(self) -> Discount:
        """Raises `UnknownButton` for what no button of ours says."""
        if not _OFF.fullmatch(self.off):
            raise UnknownButton
        if self.off.startswith("p"):
            return Discount.percent(Decimal(self.off[1:]))
        return Discount(int(self.off, 16) * CENT)

    @property
    def starts_on(self) -> date | None:
        return None if self.day is None else DAY_ZERO + timedelta(days=self.day)


@callback("askv")
class AskVoid(Callback):
    """Ask an admin to void a payment."""

    entry_id: UUID


@callback("askr")
class AskRefund(Callback):
    """Ask an admin to give money back; what is not given is asked for."""

    subscription_id: UUID
    amount: Decimal | None = None
    method: Method | None = None


@callback("apsee")
class SeeRequest(Callback):
    """One request: what is asked, where it stands."""

    approval_id: UUID


@callback("apyes", changes=True)
class ApproveRequest(Callback):
    approval_id: UUID


@callback("apno")
class RejectRequest(Callback):
    """Asks for a reason first."""

    approval_id: UUID


@callback("apuse")
class UseApproval(Callback):
    """The sale with the approved discount, to be confirmed."""

    approval_id: UUID


@callback("plans")
class PlanList(Callback):
    """Every plan of the gym."""

    page: int = 0


@callback("plan")
class PlanCard(Callback):
    """One plan: what it is, what it costs, what can be changed."""

    plan_id: UUID


@callback("rwds")
class ClientRewards(Callback):
    """What a client has earned, and what of it can be used."""

    client_id: UUID
    page: int = 0


@callback("whoin")
class WhoIsIn(Callback):
    """Everybody inside, by name."""

    page: int = 0


@callback("endfrz")
class EndFreeze(Callback):
    """The client is back: end the freeze today."""

    subscription_id: UUID


@callback("start1", changes=True)
class StartNow(Callback):
    """Begin a waiting renewal today, because the visit pack before it is used up."""

    subscription_id: UUID


@callback("freeze")
class FreezePlan(Callback):
    """Let a subscription rest."""

    subscription_id: UUID


@callback("frzs")
class Freezes(Callback):
    """When a subscription rests and rested."""

    subscription_id: UUID


@callback("gift")
class GiftPlanDays(Callback):
    """Days as a gift for one subscription (admins)."""

    subscription_id: UUID


@callback("closeg")
class CloseGym(Callback):
    """The gym's closings, and days for everybody (admins)."""

    page: int = 0


@callback("plman")
class ManagePlan(Callback):
    """What can be done with a plan that was sold: change it, give money back, end it."""

    subscription_id: UUID


@callback("chplan")
class ChangePlan(Callback):
    """Another plan from today, with what is left of this one."""

    subscription_id: UUID


@callback("refund")
class RefundPlan(Callback):
    """Money back for a plan."""

    subscription_id: UUID


@callback("gdwill")
class CreditPlan(Callback):
    """Goodwill for a plan."""

    subscription_id: UUID
