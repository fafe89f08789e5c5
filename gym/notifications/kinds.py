"""The table of notification kinds: payload, group that a reader may switch off, priority, quiet hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gym.notifications.models import NotificationKind as Kind
from gym.notifications.models import Priority
from gym.notifications.payloads import (
    candidates,
    conversations,
    door,
    freezes,
    members,
    money,
    operations,
    plans,
    products,
    requests,
    rewards,
    transfers,
)
from gym.notifications.payloads.base import Payload


class KindGroup(StrEnum):
    """Kinds that are switched on and off together."""

    # a client's
    CHECK_INS = "check_ins"
    REMINDERS = "reminders"
    REWARDS = "rewards"
    NEWS = "news"
    # the desk's
    DESK_CLIENTS = "desk_clients"
    DESK_PLANS = "desk_plans"
    DESK_MONEY = "desk_money"
    DESK_DOOR = "desk_door"
    DESK_HOUSE = "desk_house"


Group = KindGroup
CLIENT_GROUPS: Final = (Group.CHECK_INS, Group.REMINDERS, Group.REWARDS, Group.NEWS)
DESK_GROUPS: Final = (
    Group.DESK_CLIENTS,
    Group.DESK_PLANS,
    Group.DESK_MONEY,
    Group.DESK_DOOR,
    Group.DESK_HOUSE,
)


@dataclass(frozen=True, slots=True)
class KindSpec:
    """One row of the table of kinds."""

    kind: Kind
    payload: type[Payload]
    group: KindGroup | None = None
    """None: receipts, answers, and changes of what was bought cannot be switched off."""
    priority: Priority = Priority.NORMAL
    waits: bool = False
    """Nobody waits for it: it is held back during the quiet hours. Everything else leaves at any hour.

    What a job tells sets this, unless the job picks the instant (`due_at`), as the monthly letter does.
    """
    in_place: bool = False
    """It edits the message of another kind, named by `replaces` in its payload, and is no message itself."""
    words: frozenset[str] = frozenset()
    """Fields that hold what a member and the desk wrote to each other: a desk chat reads them only where an
    admin has allowed it for that chat (`DeskChat.tells_messages`)."""


URGENT: Final = Priority.URGENT
BULK: Final = Priority.BULK
# One row a kind, in the order of `NotificationKind`.
SPECS: Final = (
    # to the client
    KindSpec(Kind.WELCOME, members.WelcomePayload, priority=URGENT),
    KindSpec(Kind.RECEIPT, money.ReceiptPayload, priority=URGENT),
    KindSpec(Kind.SUBSCRIPTION_SOLD, plans.SubscriptionSoldPayload),
    KindSpec(Kind.SUBSCRIPTION_RENEWED, plans.SubscriptionRenewedPayload),
    KindSpec(Kind.SUBSCRIPTION_ACTIVATED, plans.SubscriptionActivatedPayload, waits=True),
    KindSpec(Kind.SUBSCRIPTION_EXPIRED, plans.SubscriptionExpiredPayload, Group.REMINDERS, waits=True),
    KindSpec(Kind.SUBSCRIPTION_CANCELED, plans.SubscriptionCanceledPayload),
    KindSpec(Kind.PLAN_CHANGED, plans.PlanChangedPayload),
    KindSpec(Kind.VOIDED, money.VoidedPayload),
    KindSpec(Kind.REFUNDED, money.RefundedPayload),
    KindSpec(Kind.FREEZE_APPROVED, requests.FreezeApprovedPayload, priority=URGENT),
    KindSpec(Kind.FREEZE_REJECTED, requests.FreezeRejectedPayload, priority=URGENT),
    KindSpec(Kind.FROZEN, freezes.FrozenPayload),
    KindSpec(Kind.FREEZE_ENDS, freezes.FreezeEndsPayload, Group.REMINDERS, waits=True),
    KindSpec(Kind.FREEZE_ENDED, freezes.FreezeEndedPayload),
    KindSpec(Kind.GYM_CLOSED, freezes.GymClosedPayload, priority=BULK, waits=True),
    KindSpec(Kind.GYM_OPENED, freezes.GymOpenedPayload, priority=BULK, waits=True),
    KindSpec(Kind.GIFT_DAYS, freezes.GiftDaysPayload, priority=BULK, waits=True),
    KindSpec(Kind.REWARD_EARNED, rewards.RewardEarnedPayload, Group.REWARDS),
    KindSpec(Kind.REWARD_EXPIRES, rewards.RewardExpiresPayload, Group.REWARDS, waits=True),
    KindSpec(Kind.MILESTONE, rewards.MilestonePayload, Group.REWARDS),
    KindSpec(Kind.ENDS_SOON, plans.EndsSoonPayload, Group.REMINDERS, waits=True),
    KindSpec(Kind.ENDED, plans.EndedPayload, Group.REMINDERS, waits=True),
    KindSpec(Kind.PAYMENT_DUE, plans.PaymentDuePayload, Group.REMINDERS, waits=True),
    KindSpec(Kind.CHECKED_IN, door.CheckedInPayload, Group.CHECK_INS, URGENT),
    KindSpec(Kind.DENIED, door.DeniedPayload, Group.CHECK_INS, URGENT),
    KindSpec(Kind.BIRTHDAY, members.BirthdayPayload, Group.REWARDS, waits=True),
    KindSpec(Kind.ABSENT, members.AbsentPayload, Group.REMINDERS, waits=True),
    KindSpec(Kind.PRICE_CHANGED, members.PriceChangedPayload, Group.NEWS, BULK, waits=True),
    KindSpec(Kind.FACE_CONSENT_RENEWED, members.FaceConsentRenewedPayload, waits=True),
    KindSpec(Kind.ERASURE_STOPPED, members.ErasureStoppedPayload),
    KindSpec(Kind.BROADCAST, members.BroadcastPayload, Group.NEWS, BULK, waits=True),
    # to the desk
    KindSpec(Kind.DESK_CLIENT_REGISTERED, members.DeskClientRegisteredPayload, Group.DESK_CLIENTS),
    KindSpec(Kind.DESK_CLIENT_CHANGED, members.DeskClientChangedPayload, Group.DESK_CLIENTS),
    KindSpec(Kind.DESK_CLIENT_DEACTIVATED, members.DeskClientDeactivatedPayload, Group.DESK_CLIENTS),
    KindSpec(Kind.DESK_SOLD, plans.DeskSoldPayload, Group.DESK_PLANS),
    KindSpec(Kind.DESK_RENEWED, plans.DeskRenewedPayload, Group.DESK_PLANS),
    KindSpec(Kind.DESK_IMPORTED, members.DeskImportedPayload, Group.DESK_PLANS),
    KindSpec(Kind.DESK_CANCELED, plans.DeskCanceledPayload, Group.DESK_PLANS),
    KindSpec(Kind.DESK_PAYMENT, money.DeskPaymentPayload, Group.DESK_MONEY),
    KindSpec(Kind.DESK_VOID, money.DeskVoidPayload, Group.DESK_MONEY),
    KindSpec(Kind.DESK_REFUND, money.DeskRefundPayload, Group.DESK_MONEY),
    KindSpec(Kind.DESK_PLAN_CHANGED, plans.DeskPlanChangedPayload, Group.DESK_PLANS),
    KindSpec(Kind.DESK_FROZEN, freezes.DeskFrozenPayload, Group.DESK_PLANS),
    KindSpec(Kind.DESK_FREEZE_ENDED, freezes.DeskFreezeEndedPayload, Group.DESK_PLANS),
    KindSpec(Kind.DESK_GIFT_DAYS, freezes.DeskGiftDaysPayload, Group.DESK_PLANS),
    KindSpec(Kind.DESK_REWARD_EARNED, rewards.DeskRewardEarnedPayload, Group.DESK_PLANS),
    KindSpec(Kind.DESK_REWARD_APPLIED, rewards.DeskRewardAppliedPayload, Group.DESK_PLANS),
    KindSpec(Kind.DESK_CASH_COUNTED, money.DeskCashCountedPayload, Group.DESK_MONEY),
    KindSpec(Kind.DESK_FREEZE_WANTED, requests.DeskFreezeWantedPayload, Group.DESK_CLIENTS, URGENT),
    KindSpec(
        Kind.DESK_FREEZE_TAKEN_BACK,
        requests.DeskFreezeTakenBackPayload,
        Group.DESK_CLIENTS,
        URGENT,
        in_place=True,
    ),
    KindSpec(Kind.DESK_CHECKED_IN, door.DeskCheckedInPayload, Group.DESK_DOOR),
    KindSpec(Kind.DESK_DENIED, door.DeskDeniedPayload, Group.DESK_DOOR),
    KindSpec(Kind.DESK_OVERRIDE, door.DeskOverridePayload, Group.DESK_DOOR),
    KindSpec(Kind.DESK_ACTIVATED, plans.DeskActivatedPayload, Group.DESK_PLANS, waits=True),
    KindSpec(Kind.DESK_EXPIRED, plans.DeskExpiredPayload, Group.DESK_PLANS, waits=True),
    KindSpec(Kind.DESK_OVERDUE, plans.DeskOverduePayload, Group.DESK_MONEY, waits=True),
    KindSpec(Kind.DESK_WANTS_RENEWAL, members.DeskWantsRenewalPayload, Group.DESK_CLIENTS),
    KindSpec(Kind.DESK_NEW_KIOSK, operations.DeskNewKioskPayload, Group.DESK_HOUSE),
    KindSpec(Kind.DESK_NEW_STAFF, candidates.DeskNewStaffPayload, Group.DESK_HOUSE),
    KindSpec(Kind.DESK_JOB_FAILED, operations.DeskJobFailedPayload, Group.DESK_HOUSE),
    KindSpec(Kind.DESK_JOB_LATE, operations.DeskJobLatePayload, Group.DESK_HOUSE),
    KindSpec(Kind.DESK_DIGEST, operations.DeskDigestPayload, Group.DESK_HOUSE),
    KindSpec(Kind.DESK_PICTURE_STAYS, operations.DeskPictureStaysPayload, Group.DESK_HOUSE),
    KindSpec(Kind.DESK_TELEGRAM_FAILS, operations.DeskTelegramFailsPayload, Group.DESK_HOUSE),
    KindSpec(Kind.DESK_DOOR_FAILED, operations.DeskDoorFailedPayload, Group.DESK_HOUSE, URGENT),
    # to one person of the staff
    KindSpec(Kind.APPROVAL_ASKED, requests.ApprovalAskedPayload, priority=URGENT),
    KindSpec(Kind.APPROVAL_DECIDED, requests.ApprovalDecidedPayload, priority=URGENT),
    KindSpec(Kind.APPROVAL_TAKEN_BACK, requests.ApprovalTakenBackPayload, priority=URGENT, in_place=True),
    KindSpec(Kind.ADMIN_WAITING, candidates.AdminWaitingPayload, priority=URGENT),
    KindSpec(Kind.ADMIN_WAIT_OVER, candidates.AdminWaitOverPayload, priority=URGENT, in_place=True),
    KindSpec(Kind.ADMIN_CONFIRMED, candidates.AdminConfirmedPayload, priority=URGENT),
    KindSpec(Kind.ERASURE_ASKED, members.ErasureAskedPayload),
    KindSpec(Kind.BACKUP_ALARM, operations.BackupAlarmPayload),
    KindSpec(Kind.MONTHLY_LETTER, operations.MonthlyLetterPayload),
    KindSpec(Kind.REPORT_FILE_LOST, operations.ReportFileLostPayload),
    KindSpec(Kind.STOCK_LOW, products.StockLowPayload, Group.DESK_HOUSE),
    KindSpec(Kind.SALE_VOID_ASKED, products.SaleVoidAskedPayload, priority=URGENT),
    # of products: to the client, to the desk
    KindSpec(Kind.PRODUCTS_BOUGHT, products.ProductsBoughtPayload, priority=URGENT),
    KindSpec(Kind.PRODUCTS_RETURNED, products.ProductsReturnedPayload),
    KindSpec(Kind.DESK_PRODUCTS_SOLD, products.DeskProductsSoldPayload, Group.DESK_MONEY),
    KindSpec(Kind.DESK_PRODUCTS_RETURNED, products.DeskProductsReturnedPayload, Group.DESK_MONEY),
    KindSpec(Kind.PRODUCTS_DUE, products.ProductsDuePayload, Group.REMINDERS, waits=True),
    KindSpec(Kind.DESK_PRODUCTS_OVERDUE, products.DeskProductsOverduePayload, Group.DESK_MONEY, waits=True),
    KindSpec(Kind.PRODUCTS_PAID, products.ProductsPaidPayload, priority=URGENT),
    KindSpec(Kind.DESK_PRODUCTS_PAID, products.DeskProductsPaidPayload, Group.DESK_MONEY),
    KindSpec(Kind.PRODUCTS_WRITTEN_OFF, products.ProductsWrittenOffPayload),
    KindSpec(Kind.DESK_PRODUCTS_WRITTEN_OFF, products.DeskProductsWrittenOffPayload, Group.DESK_MONEY),
    # of transfers: to the staff, to the desk, to the member. Nobody can switch them off: they are money.
    KindSpec(Kind.PROOF_SENT, transfers.ProofSentPayload, priority=URGENT),
    KindSpec(Kind.PROOF_SETTLED, transfers.ProofSettledPayload, priority=URGENT, in_place=True),
    KindSpec(Kind.DESK_PROOF_SENT, transfers.DeskProofSentPayload, priority=URGENT),
    KindSpec(Kind.DESK_PROOF_SETTLED, transfers.DeskProofSettledPayload, priority=URGENT, in_place=True),
    KindSpec(Kind.PROOF_ANSWERED, transfers.ProofAnsweredPayload, priority=URGENT),
    KindSpec(Kind.PROOF_QUESTION, transfers.ProofQuestionPayload, priority=URGENT),
    # of conversations. At night it is the staff's sleep that is kept, not a desk chat's.
    KindSpec(Kind.MEMBER_WROTE, conversations.MemberWrotePayload, waits=True),
    KindSpec(Kind.MEMBER_ANSWERED, conversations.MemberAnsweredPayload, in_place=True),
    KindSpec(
        Kind.DESK_MEMBER_WROTE,
        conversations.DeskMemberWrotePayload,
        Group.DESK_CLIENTS,
        URGENT,
        words=frozenset({"said"}),
    ),
    KindSpec(
        Kind.DESK_MEMBER_ANSWERED,
        conversations.DeskMemberAnsweredPayload,
        Group.DESK_CLIENTS,
        URGENT,
        in_place=True,
        words=frozenset({"said", "answer"}),
    ),
    KindSpec(Kind.GYM_ANSWERED, conversations.GymAnsweredPayload, priority=URGENT),
    KindSpec(Kind.ANSWER_UNDELIVERED, conversations.AnswerUndeliveredPayload, priority=URGENT),
)


def by_kind(specs: Sequence[KindSpec]) -> dict[Kind, KindSpec]:
    """Raises LookupError, and so at every start, unless each kind has one row and each payload one kind."""
    found = {spec.kind: spec for spec in specs}
    payloads = {spec.payload for spec in specs}
    if found.keys() != set(Kind) or not len(specs) == len(found) == len(payloads):
        missing = ", ".join(sorted(set(Kind) - found.keys())) or "none"
        raise LookupError(f"kinds without a row: {missing}; {len(specs)} rows, {len(payloads)} payloads")
    return found


BY_KIND: Final = by_kind(SPECS)
BY_PAYLOAD: Final = {spec.payload: spec for spec in SPECS}
GROUP_OF: Final = {spec.kind: spec.group for spec in SPECS if spec.group is not None}
"""The group of every kind that may be switched off."""
ALWAYS: Final = frozenset(spec.kind for spec in SPECS if spec.group is None)
"""What nobody can switch off."""
IN_PLACE: Final = frozenset(spec.kind for spec in SPECS if spec.in_place)
WORDS_OF: Final = {spec.kind: spec.words for spec in SPECS if spec.words}
"""What of a kind a desk chat reads only where an admin has allowed it."""
WAITS: Final = frozenset(spec.kind for spec in SPECS if spec.waits)
