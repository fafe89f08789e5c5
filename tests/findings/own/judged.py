"""Every operation about a client, judged: refused for the own membership, or why it may be done for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

from gym.approvals.service import ApprovalService
from gym.attendance.checkin.corrections import CheckInCorrections
from gym.attendance.checkin.service import AttendanceService
from gym.clients.schemas import ClientChanges, ClientInput
from gym.clients.service import ClientService
from gym.debts.joint_payments import JointPayments
from gym.debts.lump_sums import LumpSums, MoneySource
from gym.debts.service import DebtService
from gym.debts.write_offs import DebtWriteOffs
from gym.payments.credit import ClientCredit
from gym.payments.ledger import Ledger
from gym.payments.models import EntryCause, EntryKind, Method
from gym.payments.money_back import MoneyBack
from gym.payments.schemas import OpeningBalance
from gym.payments.service import PaymentService
from gym.payments.surpluses import Surpluses
from gym.products.catalogue import CatalogueService
from gym.products.models import Product
from gym.products.sales.baskets import BasketService
from gym.products.sales.returns import SaleReturns
from gym.products.sales.schemas import SaleReceipt, WantedPieces
from gym.products.sales.service import SaleService
from gym.products.sales.write_offs import SaleWriteOffs
from gym.products.schemas import ProductInput
from gym.products.stock import StockService
from gym.subscriptions.changes.plan_change import PlanChangeService
from gym.subscriptions.discounts import Discount
from gym.subscriptions.freezes.gift_days import GiftDayGrants
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.money.settlement import PaymentSettlement
from gym.subscriptions.repository import SubscriptionRepository
from gym.subscriptions.sales.imported_plans import ImportedPlans, RunningPlan
from gym.subscriptions.sales.sales import Sales
from gym.subscriptions.schemas import RefundMode
from gym.subscriptions.service import SubscriptionService
from gym.unit_of_work import UnitOfWork
from tests.findings.own.conftest import PART, World

Act = Callable[[UnitOfWork, World], Awaitable[Any]]
DAY, TEN = timedelta(days=1), Discount.percent(Decimal(10))


async def _cancels_with_money_back(uow: UnitOfWork, w: World) -> None:
    amount, back = PART, RefundMode.AMOUNT
    await SubscriptionService(uow).cancel(w.one.id, "moves away", refund=back, amount=amount)


async def _sells_free(uow: UnitOfWork, w: World) -> None:
    await SubscriptionService(uow).cancel(w.one.id, "another plan")
    await SubscriptionService(uow).sell(w.client.id, w.free.id)


async def _brings_oneself_a_friend(uow: UnitOfWork, w: World) -> None:
    data = ClientInput(first_name="Rosa", last_name="Vargas", referred_by=w.client.id)
    await ClientService(uow).register(data)


async def _brings_an_older_friend(uow: UnitOfWork, w: World) -> None:
    friend = await ClientService(uow).register(ClientInput(first_name="Rosa", last_name="Vargas"))
    await ClientService(uow).edit(friend.id, ClientChanges(referred_by=w.client.id))


async def _takes_a_lump_sum(uow: UnitOfWork, w: World) -> None:
    source = MoneySource(Method.TRANSFER)
    await LumpSums(uow).take(w.client.id, [w.one.id], PART, source, key=uuid4())


async def _gives_back(uow: UnitOfWork, w: World) -> None:
    cause = EntryCause.GOODWILL
    await MoneyBack(uow).give_back(w.account.id, PART, "goodwill", Method.CASH, cause)


async def _takes_back(uow: UnitOfWork, w: World) -> None:
    """After a refund that a colleague has made."""
    actor = uow.actor
    uow.acting_as(w.carla)
    await SubscriptionService(uow).refund(w.one.id, PART, Method.CASH, "ill")
    uow.acting_as(actor)
    await SubscriptionService(uow).take_back(w.one.id, Method.CASH, "well again")


async def _takes_back_below(uow: UnitOfWork, w: World) -> None:
    actor = uow.actor
    uow.acting_as(w.carla)
    await SubscriptionService(uow).refund(w.one.id, PART, Method.CASH, "ill")
    uow.acting_as(actor)
    await MoneyBack(uow).take_back(w.account.id, Method.CASH, "well again")


async def _writes(uow: UnitOfWork, w: World) -> None:
    account = await PaymentService(uow).account(w.account.id)
    await Ledger(uow).write(account, EntryKind.CREDIT, PART, reason="goodwill")


async def _writes_each(uow: UnitOfWork, w: World) -> None:
    account = await PaymentService(uow).account(w.account.id)
    await Ledger(uow).write_each(EntryKind.CREDIT, {account: PART}, reason="goodwill")


async def _rounds_off(uow: UnitOfWork, w: World) -> None:
    await Ledger(uow).round_off(await PaymentService(uow).account(w.account.id), Decimal(30))


async def _charges(uow: UnitOfWork, w: World) -> None:
    await PaymentService(uow).charge(await PaymentService(uow).account(w.account.id), PART)


async def _takes_everything(uow: UnitOfWork, w: World) -> None:
    owed = await SubscriptionService(uow).owed(w.client.id)
    total = sum((one.balance for one in owed), Decimal(0))
    await JointPayments(uow).take_everything(w.client.id, total, Method.CASH, key=uuid4())


async def _opens(uow: UnitOfWork, w: World) -> None:
    await Sales(uow).open(w.quote, None, "subscription.renewed")


async def _brings_a_debt_forward(uow: UnitOfWork, w: World) -> None:
    account = await PaymentService(uow).account(w.account.id)
    await PaymentService(uow).bring_forward([OpeningBalance(account, PART)])


async def _takes_an_opening_back(uow: UnitOfWork, w: World) -> None:
    payments = PaymentService(uow)
    await payments.take_back_opening(await payments.account(w.account.id), "list undone")


async def _brings_a_plan_forward(uow: UnitOfWork, w: World) -> None:
    day = uow.today + 400 * DAY
    plan = RunningPlan(w.plan.id, day, day + 30 * DAY, PART, Decimal(0))
    await ImportedPlans(uow).open([(w.client.id, plan)])


async def _takes_a_plan_back(uow: UnitOfWork, w: World) -> None:
    one = await SubscriptionRepository(uow.session).lock_loaded(w.one.id)
    await ImportedPlans(uow).take_back(one, one.account, "import undone")


async def _water(uow: UnitOfWork, w: World) -> Product:
    """On the shelf since ten days, by a colleague."""
    began = uow.context
    uow.write_history(w.carla, uow.now - 10 * DAY)
    water = await CatalogueService(uow).create(ProductInput(name="Water", price=PART))
    await StockService(uow).purchase(water.id, 9, Decimal(1))
    uow.context = began
    return water


async def _on_account(uow: UnitOfWork, w: World) -> SaleReceipt:
    """Water that a colleague has put on the account, ten days ago."""
    water, began = await _water(uow, w), uow.context
    uow.write_history(w.carla, uow.now - 10 * DAY)
    sold = await SaleService(uow).sell([WantedPieces(water.id, 1)], [], w.client.id)
    uow.context = began
    return sold


async def _buys_on_account(uow: UnitOfWork, w: World) -> None:
    await SaleService(uow).sell([WantedPieces((await _water(uow, w)).id, 1)], [], w.client.id)


async def _fills_a_basket(uow: UnitOfWork, w: World) -> None:
    await BasketService(uow).begin((await _water(uow, w)).id, w.client.id)


async def _pays_for_water(uow: UnitOfWork, w: World) -> None:
    await SaleService(uow).take_payment((await _on_account(uow, w)).id, PART, Method.CASH)


async def _voids_a_sale(uow: UnitOfWork, w: World) -> None:
    await SaleReturns(uow).void((await _on_account(uow, w)).id, "mistyped")


async def _refunds_a_sale(uow: UnitOfWork, w: World) -> None:
    await SaleReturns(uow).refund((await _on_account(uow, w)).id, Method.CASH, "was sour")


async def _writes_a_sale_off(uow: UnitOfWork, w: World) -> None:
    await SaleWriteOffs(uow).write_off((await _on_account(uow, w)).id, "moved away")


async def _writes_water_off(uow: UnitOfWork, w: World) -> None:
    await DebtWriteOffs(uow).write_off((await _on_account(uow, w)).id, "moved away")


REFUSED: Final[dict[str, Act]] = {
    "SaleService.sell": _buys_on_account,
    "BasketService.begin": _fills_a_basket,
    "SaleService.take_payment": _pays_for_water,
    "SaleReturns.void": _voids_a_sale,
    "SaleReturns.refund": _refunds_a_sale,
    "SaleWriteOffs.write_off": _writes_a_sale_off,
    "DebtWriteOffs.write_off": _writes_water_off,
    "SubscriptionService.quote_sale": lambda u, w: SubscriptionService(u).quote_sale(
        w.client.id, w.plan.id, u.today + 60 * DAY
    ),
    "SubscriptionService.sell": lambda u, w: SubscriptionService(u).sell(
        w.client.id, w.plan.id, starts_on=u.today + 60 * DAY
    ),
    "SubscriptionService.sell, with a discount": lambda u, w: SubscriptionService(u).sell(
        w.client.id, w.plan.id, starts_on=u.today + 60 * DAY, discount=TEN
    ),
    "SubscriptionService.sell, at no price": _sells_free,
    "SubscriptionService.quote_renewal": lambda u, w: SubscriptionService(u).quote_renewal(w.client.id),
    "SubscriptionService.renew": lambda u, w: SubscriptionService(u).renew(w.client.id),
    "Sales.open": _opens,
    "PlanChangeService.quote": lambda u, w: PlanChangeService(u).quote(w.one.id, w.pack.id),
    "PlanChangeService.change": lambda u, w: PlanChangeService(u).change(w.one.id, w.pack.id),
    "Cancellation.quote_cancellation": lambda u, w: SubscriptionService(u).quote_cancellation(w.one.id),
    "Cancellation.cancel": _cancels_with_money_back,
    "SubscriptionPayments.take_payment": lambda u, w: SubscriptionService(u).take_payment(
        w.one.id, PART, Method.TRANSFER
    ),
    "JointPayments.take_everything": _takes_everything,
    "LumpSums.take": _takes_a_lump_sum,
    "Surpluses.take": lambda u, w: Surpluses(u).take(w.account.id, PART, Method.CASH, None, uuid4()),
    "SubscriptionPayments.void_payment": lambda u, w: SubscriptionService(u).void_payment(
        w.payment, "mistyped"
    ),
    "SubscriptionPayments.refund": lambda u, w: SubscriptionService(u).refund(
        w.one.id, PART, Method.CASH, "ill"
    ),
    "SubscriptionPayments.credit": lambda u, w: SubscriptionService(u).credit(w.one.id, PART, "goodwill"),
    "PaymentSettlement.lock": lambda u, w: PaymentSettlement(u).lock(w.one.id, credit=True),
    "WriteOffs.write_off": lambda u, w: SubscriptionService(u).write_off(w.one.id, "moved away"),
    "PaymentService.charge": _charges,
    "PaymentService.bring_forward": _brings_a_debt_forward,
    "PaymentService.take_back_opening": _takes_an_opening_back,
    "ImportedPlans.open": _brings_a_plan_forward,
    "ImportedPlans.take_back": _takes_a_plan_back,
    "PaymentService.take": lambda u, w: PaymentService(u).take(w.account.id, PART, Method.CASH),
    "PaymentService.void": lambda u, w: PaymentService(u).void(w.payment, "mistyped"),
    "PaymentService.credit": lambda u, w: PaymentService(u).credit(w.account.id, PART, "goodwill"),
    "SubscriptionPayments.take_back": _takes_back,
    "MoneyBack.refund": lambda u, w: MoneyBack(u).refund(w.account.id, PART, Method.CASH, "ill"),
    "MoneyBack.give_back": _gives_back,
    "MoneyBack.take_back": _takes_back_below,
    "ClientCredit.put": lambda u, w: ClientCredit(u).put(w.client.id, PART, "goodwill"),
    "ClientCredit.spend": lambda u, w: ClientCredit(u).spend(w.client.id, PART, "a sale"),
    "Ledger.write": _writes,
    "Ledger.write_each": _writes_each,
    "Ledger.round_off": _rounds_off,
    "DebtService.snooze": lambda u, w: DebtService(u).snooze(w.one.id, u.today + DAY),
    "FreezeService.gift": lambda u, w: FreezeService(u).gift(w.one.id, 7, "birthday"),
    "GiftDayGrants.give": lambda u, w: GiftDayGrants(u).give(w.one.id, 7, "birthday", None),
    "AttendanceService.admit_anyway": lambda u, w: AttendanceService(u).admit_anyway(w.denied, "is nice"),
    "AttendanceService.undo": lambda u, w: AttendanceService(u).undo(w.visit),
    "CheckInCorrections.admit_anyway": lambda u, w: CheckInCorrections(u).admit_anyway(w.denied, "is nice"),
    "CheckInCorrections.undo": lambda u, w: CheckInCorrections(u).undo(w.visit),
    "ClientBlocks.unblock": lambda u, w: ClientService(u).unblock(w.client.id),
    "ClientBlocks.block": lambda u, w: ClientService(u).block(w.client.id, u.today, "shorter"),
    "ClientService.reactivate": lambda u, w: ClientService(u).reactivate(w.client.id),
    "ChatLinks.unlink": lambda u, w: ClientService(u).unlink(w.client.id),
    "ClientService.register": _brings_oneself_a_friend,
    "ClientService.edit": _brings_an_older_friend,
    "ApprovalService.approve": lambda u, w: ApprovalService(u).approve(w.request),
}
"""A comma continues the name of the operation: the same one in another way."""
ELSEWHERE: Final = {
    "ProofService.approve": "needs a proof; refused in tests/transfers",
    "ProofService.reject": "needs a proof; refused in tests/transfers",
    "SubscriptionService.start_now": "needs a used-up pack",
    "FreezeService.quote": "needs a paid plan",
    "FreezeService.freeze": "needs a paid plan",
    "ChatLinks.issue_link": "needs a client without a chat",
    "ChatLinks.accept_link": "needs a link",
    "ApprovalRequests.ask_write_off": "the own debt is not even asked about",
    "ExcessRefundService.accept": "needs money that left twice",
    "ApprovalRequests.ask_long_freeze": "members ask for themselves, by `ask_freeze`",
}
"""Refused too; tried in tests of their own."""
ASKS: Final = {
    "SaleReturns.ask",
    "ApprovalRequests.ask_discount",
    "ApprovalRequests.quote_discount",
    "ApprovalRequests.ask_void",
    "ApprovalRequests.ask_refund",
    "ApprovalRequests.ask_freeze",
    "RequestSubmission.submit",
    "RequestSubmission.made_by",
    "DiscountQuotes.full",
    "DiscountQuotes.discounted",
}
"""Asking is what is left: somebody else decides."""
MAY: Final = {
    "PaymentKeys.add": "the gym's account, for everybody",
    "PaymentKeys.show": "as PaymentKeys.add",
    "PaymentKeys.move_first": "as PaymentKeys.add",
    "PaymentKeys.remove": "as PaymentKeys.add",
    "TransferQuotes.quote": "today's price, held for two days; a colleague approves",
    "ProofService.send": "a colleague approves",
    "ProofService.ask": "a question to oneself",
    "ProofService.confirm": "marks what a colleague has booked; the statement is the bank's",
    "ProofService.expire_due": "by a job",
    "BasketService.add": "sold to nobody, for money",
    "BasketService.put": "nothing is sold yet",
    "BasketService.sell": "as SaleService.sell",
    "CatalogueService.create": "a product is for everybody, and so is its price",
    "CatalogueService.edit": "as CatalogueService.create",
    "CatalogueService.deactivate": "as CatalogueService.create",
    "CatalogueService.reactivate": "as CatalogueService.create",
    "CatalogueService.set_price": "as CatalogueService.create",
    "CatalogueService.cancel_price": "as CatalogueService.create",
    "StockService.purchase": "pieces of the gym, of no client",
    "StockService.lose": "as StockService.purchase",
    "StockService.count": "as StockService.purchase",
    "ProductReminders.remind_due": "a job",
    "ApprovedSales.sell": "at the price that another person has approved; approving it alone is refused",
    "ApprovedSales.quote": "the price of an approved sale",
    "ApprovalService.reject": "gives nothing",
    "ApprovalService.withdraw": "gives nothing",
    "PaymentService.open_account": "an account without an entry is nothing",
    "ClientCredit.open": "an account without an entry is nothing",
    "FreezeService.end": "takes days back that were given; the member may do it too",
    "FreezeService.release": "the first step of a cancellation or change, which is refused",
    "FreezeService.close_gym": "closed for everybody, told to everybody, not chosen for one's own plan",
    "FreezeService.open_gym": "as close_gym",
    "Closures.close": "as FreezeService.close_gym",
    "Closures.open": "as FreezeService.close_gym",
    "FreezeService.gift_everybody": "the same days for every plan, told to the desk and to every member",
    "GiftDayGrants.give_everybody": "as FreezeService.gift_everybody",
    "DebtService.remind": "reminds of a debt",
    "PresenceService.check_out": "ends a visit",
    "AttendanceService.check_in_client": "the verdict of the door, one counted visit a day, no choice in it",
    "AttendanceService.check_in": "the verdict of the door, by one of the four below",
    "AttendanceService.check_in_face": "the verdict of the door",
    "AttendanceService.check_in_qr": "the verdict of the door",
    "AttendanceService.check_in_document": "the verdict of the door",
    "ClientService.deactivate": "takes the own access away",
    "ClientService.confirm_document": "a document is no money",
    "MemberCards.new_card": "a key to what was paid for",
    "MemberCards.card": "a key to what was paid for",
    "MemberCards.revoke_card": "takes a key away",
    "ChatLinks.link_contact": "the number that Telegram vouches for; it only makes known whose it is",
    "ClientService.set_language": "words",
    "BulkRegistration.register": "an admin's list of people; it says nothing of plans, nor who brought whom",
    "BulkRegistration.fill": "as BulkRegistration.register",
    "BulkRegistration.restore": "who comes back was made by a list and had no chat, so is nobody's own",
    "BulkRegistration.lock": "only reads",
    "SubscriptionService.activate_due": "a job",
    "SubscriptionService.expire_due": "a job",
    "WriteOffs.round_off": "a job; what no coin pays, of everybody",
    "SubscriptionService.remind_due": "a job",
    "ApprovalService.expire_due": "a job",
    "FreezeService.remind_of_ends": "a job",
    "FreezeService.complete_closings": "a job",
    "Closures.complete": "a job",
    "RewardService.remind_due": "a job",
    "Reminders.remind_due": "a job",
    "CardSheets.issue": "keys to what was paid for, for everybody",
    "CashService.count": "a count is compared with what was taken; it moves no money",
}
STEPS: Final = {
    "ProofBooking.sell",
    "ProofBooking.take",
    "Surpluses.void",
    "StockWriter.write",
    "AttemptWriter.judge",
    "AttemptWriter.override",
    "AttemptWriter.as_written",
    "FaceIdentification.match",
    "EarlyClose.cancel",
    "EarlyClose.use_up",
    "EarlyClose.place",
    "Rescheduling.lock",
    "Rescheduling.calendar",
    "Rescheduling.arrange",
    "Offers.sale",
    "Offers.renewal",
    "Offers.sellable",
    "Offers.price",
    "Offers.around_closings",
    "Sales.made_by",
    "PaymentSettlement.settle",
    "PaymentSettlement.after_refund",
    "StatusSync.settle",
    "StatusSync.lock_settled",
    "StatusSync.settled_open",
    "RewardRedemption.usable",
    "RewardRedemption.redeem",
}
"""Steps of the operations above, which no button reaches on another way."""
LOOKS: Final = {
    "PaymentKeys.all",
    "PaymentKeys.get",
    "PaymentKeys.shown",
    "ProofService.get",
    "ProofService.open_ones",
    "ProofService.sum_open",
    "ProofService.sum_open_of",
    "ProofService.sum_unconfirmed",
    "ProofService.voided_lately",
    "ProofService.unconfirmed",
    "TransferQuotes.get",
    "TransferQuotes.awaiting_proof",
    "TransferQuotes.offer",
    "BasketService.sold",
    "BasketService.view",
    "CatalogueService.all",
    "CatalogueService.by_code",
    "CatalogueService.by_scan",
    "CatalogueService.categories",
    "CatalogueService.get",
    "CatalogueService.on_sale",
    "CatalogueService.prices",
    "CatalogueService.sells",
    "CatalogueService.shelf",
    "DebtService.find",
    "DebtService.of_client",
    "DebtService.owing",
    "DebtWriteOffs.writable",
    "ProductReceipts.of",
    "ProductReceipts.seen",
    "SaleService.count_on_account",
    "SaleService.of_entry",
    "SaleService.on_account",
    "SaleService.owed",
    "SaleService.receipt",
    "SaleService.today",
    "StockService.last_cost",
    "StockService.movements",
    "StockService.shopping_list",
    "DebtService.overview",
    "DebtService.by_age",
    "DebtService.snoozed",
    "DebtService.get",
    "FreezeService.freezes",
    "FreezeService.quote_end",
    "FreezeService.allowance_left",
    "FreezeService.days_of_start",
    "FreezeService.closures",
    "PlanHolders.count",
    "SubscriptionQueries.current",
    "SubscriptionQueries.waiting",
    "SubscriptionQueries.latest",
    "SubscriptionQueries.last_canceled",
    "JointPayments.receipts",
    "SubscriptionQueries.get",
    "SubscriptionQueries.history",
    "SubscriptionQueries.owed",
    "SubscriptionQueries.ending_on",
    "SubscriptionReceipts.get",
    "SubscriptionReceipts.seen",
    "SubscriptionReceipts.of",
    "CashService.expected",
    "CashService.tills",
    "CashService.counts",
    "ClientCredit.balance",
    "ClientCredit.movements",
    "MoneyBack.given_back",
    "ExcessRefundService.listed",
    "ExcessRefundService.get",
    "UnbegunChargeService.listed",
    "MoneyBack.net_paid",
    "MoneyBack.paid_before",
    "MoneyBack.refundable",
    "MoneyBack.reversible",
    "PaymentService.given_back",
    "Surpluses.spent",
    "ProofDivision.divide",
    "PaymentHistory.balance",
    "PaymentHistory.account",
    "PaymentHistory.payment",
    "PaymentHistory.entries",
    "PaymentHistory.client_payments",
    "PaymentHistory.payments_of",
    "PaymentHistory.voided",
    "PaymentHistory.balance_after",
    "PaymentHistory.money_by_method",
    "StatementService.money",
    "AttemptService.today",
    "CardSheets.waiting",
    "CardService.card",
    "DoorOutlook.verdict",
    "PresenceService.inside",
    "PresenceService.occupancy",
    "AttendanceService.visits",
    "AttendanceService.today",
    "OwnClients.of_colleague",
    "ClientService.is_registered",
    "ClientService.documents_in_doubt",
    "ClientService.get",
    "ClientService.only",
    "ClientService.referrer",
    "ClientService.search",
    "ClientService.similar",
    "ChatLinks.link_owner",
    "ClientService.by_telegram",
    "UniqueClientWrites.require_new_document",
    "RewardRedemption.waiting",
    "RewardService.of_client",
    "RewardService.waiting",
    "ApprovalService.get",
    "ApprovalService.own_freeze_request",
    "ApprovalService.pending",
    "ApprovalService.count_pending",
}
