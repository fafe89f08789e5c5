"""The way into every form of the bot, and what somebody answers who wants to get to its end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select

from bot.desk.admin.audit.buttons import TrailPart
from bot.desk.plans.plan_edit import PlanField
from bot.desk.products.product_edit import ProductField
from bot.routers import ROUTERS
from bot.routing.routes import Routes
from bot.ui.buttons.approvals import AskDiscount
from bot.ui.callbacks import Callback
from gym.app import Gym
from gym.approvals.service import ApprovalService
from gym.attendance.checkin.service import AttendanceService
from gym.clients.fields.table import FieldKey
from gym.clients.models import Client
from gym.conversations.models import Conversation, MessageKind
from gym.conversations.schemas import WrittenMessage
from gym.conversations.service import ConversationService
from gym.core.database.ids import new_id
from gym.kiosks.models import Kiosk
from gym.notifications.models import Notification, NotificationKind
from gym.payments.models import Method
from gym.plans.models import Plan
from gym.products.models import Product
from gym.products.sales.baskets import BasketService
from gym.products.sales.schemas import PaidPart, WantedPieces
from gym.products.sales.service import SaleService
from gym.security.permissions import Actor, Role
from gym.subscriptions.discounts import Discount
from gym.subscriptions.models import Subscription
from gym.subscriptions.schemas import RefundMode
from gym.subscriptions.service import SubscriptionService
from gym.transfers.models import PaymentKeyKind, ProofKind
from gym.transfers.payment_keys import PaymentKeys
from gym.transfers.quotes import TransferQuotes
from gym.transfers.schemas import SentProof
from gym.transfers.service import ProofService
from tests.support.memberships import PRICE, DeskClerk
from tests.support.shop import WATER, Shop

ROUTES: Final = Routes(ROUTERS)


@dataclass
class Scene:
    """Makes what a form is about; each has its own, so that none is in another's way."""

    gym: Gym
    admin: Actor
    plan: Plan
    other_plan: Plan
    kiosk: Kiosk

    @property
    def desk(self) -> DeskClerk:
        return DeskClerk(self.gym, self.admin)

    async def owing(self, name: str) -> tuple[Client, Subscription]:
        client = await self.desk.client(name)
        return client, await self.desk.sell(client, self.plan)

    async def paid(self, name: str) -> tuple[Client, Subscription, UUID]:
        client, sold = await self.owing(name)
        return client, sold, (await self.desk.pay(sold)).entry_id

    async def canceled(self, name: str, refund: RefundMode) -> Subscription:
        _, sold, _ = await self.paid(name)
        async with self.gym.unit_of_work(self.admin) as uow:
            await SubscriptionService(uow).cancel(sold.id, "moves", refund=refund, method=Method.CASH)
        return sold

    async def left_owing(self, name: str) -> Subscription:
        """Canceled after it began, and nothing of it paid."""
        _, sold = await self.owing(name)
        async with self.gym.unit_of_work(self.admin) as uow:
            await SubscriptionService(uow).cancel(sold.id, "moves", refund=RefundMode.NONE)
        return sold

    async def link(self, client: Client, who: Filler) -> None:
        async with self.gym.unit_of_work(Actor.system()) as uow:
            row = await uow.session.get_one(Client, client.id)
            row.telegram_id, row.linked_at = who.chat, self.gym.clock.now()

    async def quoted(self, client: Client, name: str) -> UUID:
        """What the plan costs from afar, by a key of its own."""
        async with self.gym.unit_of_work(self.admin) as uow:
            key = await PaymentKeys(uow).add(PaymentKeyKind.NEQUI, "Nequi", name)
            return (await TransferQuotes(uow).quote(client.id, self.plan.id, key.id)).id

    async def product(self, name: str) -> Product:
        return await Shop(self.gym, self.admin).has(9, name)

    async def sale(self, name: str) -> UUID:
        product = await self.product(name)
        async with self.gym.unit_of_work(self.admin) as uow:
            wanted, paid = [WantedPieces(product.id, 1)], [PaidPart(Method.CASH, WATER)]
            return (await SaleService(uow).sell(wanted, paid)).id


@dataclass(frozen=True)
class Filler:
    """Who fills a form in: one of the team, or a member in their own chat."""

    chat: int
    actor: Actor | None


Opener = Callable[[Scene, Filler, str], Awaitable[Callback]]
"""Given the scene, who will fill the form in, and a name for whom or what it is about."""


def press(code: str, *values: Any) -> Callback:
    return ROUTES.codes[code](*values)


def plainly(code: str, *values: Any) -> Opener:
    async def opens(_: Scene, __: Filler, ___: str) -> Callback:
        return press(code, *values)

    return opens


def of_owing(code: str, *more: Any) -> Opener:
    async def opens(scene: Scene, _: Filler, name: str) -> Callback:
        return press(code, (await scene.owing(name))[1].id, *more)

    return opens


def of_paid(code: str) -> Opener:
    async def opens(scene: Scene, _: Filler, name: str) -> Callback:
        return press(code, (await scene.paid(name))[1].id)

    return opens


def of_receipt(code: str) -> Opener:
    async def opens(scene: Scene, _: Filler, name: str) -> Callback:
        return press(code, (await scene.paid(name))[2])

    return opens


def of_canceled(code: str, refund: RefundMode, *more: Any) -> Opener:
    async def opens(scene: Scene, _: Filler, name: str) -> Callback:
        return press(code, (await scene.canceled(name, refund)).id, *more)

    return opens


def of_client(code: str, *more: Any) -> Opener:
    async def opens(scene: Scene, _: Filler, name: str) -> Callback:
        return press(code, (await scene.desk.client(name)).id, *more)

    return opens


def of_product(code: str, *more: Any) -> Opener:
    async def opens(scene: Scene, _: Filler, name: str) -> Callback:
        return press(code, (await scene.product(name)).id, *more)

    return opens


def of_sale(code: str) -> Opener:
    async def opens(scene: Scene, _: Filler, name: str) -> Callback:
        return press(code, await scene.sale(name))

    return opens


def of_kiosk(code: str) -> Opener:
    async def opens(scene: Scene, _: Filler, __: str) -> Callback:
        return press(code, scene.kiosk.id)

    return opens


def of_plan(code: str, *more: Any) -> Opener:
    async def opens(scene: Scene, _: Filler, __: str) -> Callback:
        return press(code, scene.other_plan.id, *more)

    return opens


async def admission(scene: Scene, _: Filler, name: str) -> Callback:
    client, _sold = await scene.owing(name)
    async with scene.gym.unit_of_work(scene.admin) as uow:
        denied = await AttendanceService(uow).check_in_client(client.id)
    return press("admit", denied.id)


async def sale(scene: Scene, _: Filler, name: str) -> Callback:
    return press("saleby", (await scene.desk.client(name)).id, scene.plan.id)


async def renewal(scene: Scene, _: Filler, name: str) -> Callback:
    return press("renby", (await scene.paid(name))[1].id, scene.plan.id, False)


async def ask_discount(scene: Scene, _: Filler, name: str) -> Callback:
    client = await scene.desk.client(name)
    async with scene.gym.unit_of_work(scene.admin) as uow:
        return AskDiscount.of(client.id, scene.plan.id, Discount.percent(Decimal(90)), uow.today)


async def rejection(scene: Scene, _: Filler, name: str) -> Callback:
    _client, _sold, entry = await scene.paid(name)
    async with scene.gym.unit_of_work(scene.admin) as uow:
        return press("apno", (await ApprovalService(uow).ask_void(entry, "mistyped")).id)


async def cash_count(scene: Scene, who: Filler, _: str) -> Callback:
    assert who.actor is not None
    async with scene.gym.unit_of_work(who.actor) as uow:
        return press("count", uow.today, who.actor.id)


async def split_payment(scene: Scene, who: Filler, name: str) -> Callback:
    product = await scene.product(name)
    assert who.actor is not None
    async with scene.gym.unit_of_work(who.actor) as uow:
        return press("bsktsp", (await BasketService(uow).begin(product.id)).id)


async def write_off(scene: Scene, _: Filler, name: str) -> Callback:
    return press("wroff", (await scene.left_owing(name)).id)


def of_the_own(code: str) -> Opener:
    """A member's: who fills it in is linked to the client."""

    async def opens(scene: Scene, who: Filler, name: str) -> Callback:
        client, _sold, _ = await scene.paid(name)
        await scene.link(client, who)
        return press(code)

    return opens


def of_proof(code: str) -> Opener:
    async def opens(scene: Scene, _: Filler, name: str) -> Callback:
        sent = SentProof(ProofKind.NUMBER, number=f"M1 {name}")
        quote = await scene.quoted(await scene.desk.client(name), name)
        async with scene.gym.unit_of_work(scene.admin) as uow:
            return press(code, (await ProofService(uow).send(quote, sent)).id)

    return opens


async def transfer_number(scene: Scene, who: Filler, name: str) -> Callback:
    client = await scene.desk.client(name)
    await scene.link(client, who)
    return press("rqnum", await scene.quoted(client, name))


async def conversation_answer(scene: Scene, _: Filler, name: str) -> Callback:
    """What a member wrote; nobody is told of it in the middle of another form."""
    client = await scene.desk.client(name)
    origin = WrittenMessage.of_chat(client.id.int % 10**9, 1)
    async with scene.gym.unit_of_work(Actor.member(client.id, name)) as uow:
        await ConversationService(uow).receive(client.id, WrittenMessage(MessageKind.TEXT, origin, text=name))
        await uow.flush()
        await uow.session.execute(
            delete(Notification).where(Notification.kind == NotificationKind.MEMBER_WROTE)
        )
        told = select(Conversation).where(Conversation.client_id == client.id)
        conversation = (await uow.session.scalars(told)).one()
        return press("cvans", conversation.id, conversation.told)


OPENERS: Final[dict[str, tuple[Role | None, Opener]]] = {
    "registration": (Role.EMPLOYEE, plainly("reg")),
    "admission": (Role.EMPLOYEE, admission),
    "report_days": (Role.ADMIN, plainly("rpdays", "money")),
    "edit_client": (Role.EMPLOYEE, of_client("editf", FieldKey.ALIAS)),
    "block_client": (Role.ADMIN, of_client("block")),
    "enrolment": (Role.EMPLOYEE, of_client("photos")),
    "freeze_wish": (None, of_the_own("myfask")),
    "quiet_hours": (None, of_the_own("prefq")),
    "sale": (Role.EMPLOYEE, sale),
    "renewal": (Role.EMPLOYEE, renewal),
    "refund": (Role.ADMIN, of_canceled("refund", RefundMode.NONE)),
    "goodwill": (Role.ADMIN, of_owing("gdwill")),
    "cancellation": (Role.ADMIN, of_paid("cancel")),
    "payment": (Role.EMPLOYEE, of_owing("payoth", False)),
    "void": (Role.ADMIN, of_receipt("void")),
    "take_back": (Role.ADMIN, of_canceled("rtaken", RefundMode.PRO_RATA)),
    "write_off": (Role.ADMIN, write_off),
    "ask_write_off": (Role.EMPLOYEE, write_off),
    "freeze": (Role.ADMIN, of_paid("freeze")),
    "debt_snooze": (Role.ADMIN, of_owing("dsnooz")),
    "rejection": (Role.ADMIN, rejection),
    "ask_discount": (Role.EMPLOYEE, ask_discount),
    "ask_void": (Role.EMPLOYEE, of_receipt("askv")),
    "ask_refund": (Role.EMPLOYEE, of_canceled("askr", RefundMode.NONE, None, None)),
    "cash_count": (Role.EMPLOYEE, cash_count),
    "plan": (Role.ADMIN, plainly("pnew")),
    "edit_plan": (Role.ADMIN, of_plan("pfield", PlanField.NAME)),
    "next_price": (Role.ADMIN, of_plan("pnext")),
    "product": (Role.ADMIN, plainly("prnew")),
    "edit_product": (Role.ADMIN, of_product("prfld", ProductField.NAME)),
    "product_price": (Role.ADMIN, of_product("prnext")),
    "purchase": (Role.ADMIN, of_product("stbuy")),
    "stock_loss": (Role.ADMIN, of_product("stlose")),
    "stock_count": (Role.ADMIN, of_product("stcnt")),
    "void_sale": (Role.ADMIN, of_sale("salevd")),
    "refund_sale": (Role.ADMIN, of_sale("salerf")),
    "ask_void_sale": (Role.EMPLOYEE, of_sale("saleak")),
    "sale_payment": (Role.EMPLOYEE, split_payment),
    "pair_kiosk": (Role.ADMIN, plainly("kpair")),
    "kiosk_pin": (Role.ADMIN, of_kiosk("kpin")),
    "kiosk_door": (Role.ADMIN, of_kiosk("kdoor")),
    "broadcast": (Role.ADMIN, plainly("bcnew")),
    "closing": (Role.ADMIN, plainly("clnew")),
    "gift_days": (Role.ADMIN, of_paid("gift")),
    "gift_all": (Role.ADMIN, plainly("giftal")),
    "audit_client": (Role.ADMIN, plainly("audby", TrailPart.CLIENT)),
    "audit_day": (Role.ADMIN, plainly("audby", TrailPart.DAY)),
    "setting": (Role.ADMIN, plainly("set", "receipt_footer")),
    "conversation_answer": (Role.EMPLOYEE, conversation_answer),
    "own_name": (Role.EMPLOYEE, plainly("mename")),
    "payment_key": (Role.ADMIN, plainly("pknew")),
    "proof_amount": (Role.EMPLOYEE, of_proof("proth")),
    "proof_rejection": (Role.EMPLOYEE, of_proof("prno")),
    "proof_question": (Role.EMPLOYEE, of_proof("prask")),
    "transfer_number": (None, transfer_number),
}
"""Form: whose it is, an employee's where both may, and how it is opened."""
NOT_WALKED: Final = {
    "import_people": "begun by a file, and its list stays with Telegram: tests/findings/importing",
    "import_photos": "begun by a file; one press, no answers",
    "import_everything": "begun by a file; one press, no answers",
    "accept_loss": "only where v0.1.0 has given back more than was paid: tests/kept",
    "transfer_proof": "begun by a picture; one press, no answers: tests/bot/desk/test_slips_chat.py",
    "risky_setting": "the same question as `setting`, and a press",
}
TYPED: Final = {
    "first_name": "Lía",
    "last_name": "Ospina",
    "document": "CC 1020304055",
    "phone": "300 765 4321",
    "birth_date": "3/8/1990",
    "to_alias": "Lila",
    "name": "Something new",
    "value": "Called otherwise",
    "price": "5000",
    "amount": "1000",
    "pieces": "2",
    "counted": "5",
    "cost": "1000",
    "words": "gift days",
    "pin": "482913",
    "door": "http://192.168.1.50/open",
    "cash": "0",
    "discount": "10%",
    "number": "M1 2345",
}
"""By the step's name; a reason otherwise."""
CHOSEN: Final = {"more": "That is all", "kind": "Another one", "gender": "Female", "consent": "without"}
"""Which choice, where the first does not lead to the end soonest."""


async def scene_of(gym: Gym, admin: Actor) -> Scene:
    desk = DeskClerk(gym, admin)
    plan, other = await desk.plan(), await desk.plan(PRICE, name="Quarter")
    kiosk = Kiosk(id=new_id(), name="Main door", secret_hash="-", paired_at=gym.clock.now())
    async with gym.unit_of_work(Actor.system()) as uow:
        (await uow.session.get_one(Plan, plan.id)).freeze_days = 20
        uow.session.add(kiosk)
    return Scene(gym, admin, plan, other, kiosk)
