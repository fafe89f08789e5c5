"""A client of whom the gym knows everything that it can know, and a search of everything for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, text

from gym.app import Gym
from gym.approvals.models import Approval, ApprovalKind, ApprovalState
from gym.approvals.service import ApprovalService
from gym.attendance.cards.client_card import CardService
from gym.attendance.checkin.service import AttendanceService
from gym.chats.models import ChatPerson, ChatPicture, Draft, InboxUpdate
from gym.chats.preferences import PreferenceService
from gym.clients.fields.table import CLIENT_FIELDS
from gym.clients.models import Client, DocumentType, Gender
from gym.clients.schemas import ClientChanges, ClientInput
from gym.clients.service import ClientService
from gym.conversations.models import MessageKind
from gym.conversations.schemas import WrittenMessage
from gym.conversations.service import ConversationService
from gym.core.database.ids import new_id
from gym.faces.models import ConsentMethod
from gym.faces.service import FaceRecognitionService
from gym.importing.models import ClientImport, ClientImportRow
from gym.notifications.kinds import KindGroup
from gym.payments.models import Method
from gym.products.sales.baskets import BasketService
from gym.products.sales.returns import SaleReturns
from gym.products.sales.schemas import WantedPieces
from gym.products.sales.service import SaleService
from gym.security.models import IdempotencyKey
from gym.security.permissions import Actor
from gym.subscriptions.discounts import Discount
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import Subscription
from gym.subscriptions.service import SubscriptionService
from gym.transfers.models import PaymentProof, ProofKind, ProofState, TransferQuote
from tests.faces_db.conftest import Faces
from tests.findings.dump.loot import columns
from tests.support.memberships import DeskClerk
from tests.support.shop import Shop

CHAT: Final = 7_001_002_003
PHONE: Final = "573007654321"
WORDS: Final = {
    "first_name": "Rosalinda",
    "last_name": "Quiroga",
    "alias": "Mariposita",
    "document": "1020309991",
    "phone": "3007654321",
    "email": "mariposa77@correo.example",
    "guardian": "Hermenegilda",
    "address": "Carrera Tornasol 91-07",
    "emergency": "Puertoreal",
    "tag": "tarjetazafiro",
    "warning": "alergia al maracuyá",
    "notes": "entrena con dorsal verdemar",
    "note": "pagó con billete violeta",
    "reason": "operación de rodilla izquierda",
    "gift": "ganó la rifa de orquídeas",
    "block": "rompió el espejo grande",
    "override": "olvidó la billetera azul",
    "void": "cobro repetido del lunes",
    "cancel": "se muda a Leticia amazónica",
    "chat": str(CHAT),
    "said": "zanahorias moradas",
    "asks": "toalla con monograma",
    "transfer": "TRF77820014",
    "born": "1990-03-08",
}
"""Everything that finds her; each must be somewhere before and nowhere after."""


@dataclass
class Life:
    """What is done for one client, a transaction each, as a desk and a chat do it."""

    gym: Gym
    desk: DeskClerk
    boss: DeskClerk
    rosa: Client = field(init=False)
    plan_id: UUID = field(init=False)

    @property
    def client_id(self) -> UUID:
        return self.rosa.id

    async def lived(self) -> None:
        await self.registered()
        await self.linked()
        await self.faced()
        await self.bought()
        await self.drank()
        await self.came()
        await self.wished()
        await self.transferred()
        await self.asked()
        await self.written()

    async def registered(self) -> None:
        data = ClientInput(
            first_name=WORDS["first_name"],
            last_name=WORDS["last_name"],
            document=CLIENT_FIELDS["document"].reader.kind(DocumentType.CC, WORDS["document"]),
            phone="+57 300 765 4321",
            birth_date=date(1990, 3, 8),
            gender=Gender.FEMALE,
        )
        changes = ClientChanges(
            alias=WORDS["alias"],
            email=WORDS["email"],
            guardian_name=WORDS["guardian"],
            address=WORDS["address"],
            emergency_contact=WORDS["emergency"],
            tags=[WORDS["tag"]],
            warning=WORDS["warning"],
            notes=WORDS["notes"],
        )
        async with self.gym.unit_of_work(self.desk.actor) as uow:
            self.rosa = await ClientService(uow).register(data, new_id())
        async with self.gym.unit_of_work(self.desk.actor) as uow:
            await ClientService(uow).edit(self.rosa.id, changes)
        async with self.gym.unit_of_work(self.desk.actor) as uow:
            await ClientService(uow).new_card(self.rosa.id)
            await CardService(uow).card(self.rosa.id)
            listed = ClientImport(
                file_name="members.csv", staff_name="Ana", at=uow.now, made=0, changed=1, left_out=0
            )
            uow.session.add(listed)
            await uow.session.flush()
            uow.session.add(
                ClientImportRow(
                    import_id=listed.id, client_id=self.rosa.id, line=2, made=False, filled=["email"]
                )
            )

    async def linked(self) -> None:
        async with self.gym.unit_of_work(self.desk.actor) as uow:
            issued = await ClientService(uow).issue_link(self.rosa.id)
        async with self.gym.unit_of_work(Actor.system()) as uow:
            await ClientService(uow).accept_link(issued.token, CHAT, "es")
        async with self.gym.unit_of_work(self.member) as uow:
            await PreferenceService(uow).set_group(KindGroup.REMINDERS, wanted=False)

    @property
    def member(self) -> Actor:
        return Actor.member(self.rosa.id, f"{WORDS['first_name']} {WORDS['last_name']}", "es")

    async def faced(self) -> None:
        drawn = Faces()
        async with self.gym.unit_of_work(self.member) as uow:
            await FaceRecognitionService(uow).give_consent(self.rosa.id, ConsentMethod.CHAT)
        async with self.gym.unit_of_work(self.desk.actor) as uow:
            await FaceRecognitionService(uow).enrol(self.rosa.id, drawn.photos(drawn.person()))

    async def bought(self) -> None:
        plan = await self.boss.plan()
        self.plan_id = plan.id
        async with self.gym.unit_of_work(self.desk.actor) as uow:
            await ApprovalService(uow).ask_discount(
                self.rosa.id, plan.id, Discount(Decimal(90000)), renews=False, reason=WORDS["reason"]
            )
        first = await self.boss.sell(self.rosa, plan)
        paid = await self.pays(first, Decimal(100000), WORDS["note"])
        async with self.gym.unit_of_work(self.boss.actor) as uow:
            await SubscriptionService(uow).void_payment(paid, WORDS["void"])
        await self.pays(first, Decimal(150000), None)
        async with self.gym.unit_of_work(self.boss.actor) as uow:
            await SubscriptionService(uow).refund(first.id, Decimal(20000), Method.CREDIT, WORDS["void"])
            await FreezeService(uow).gift(first.id, 3, WORDS["gift"])
        async with self.gym.unit_of_work(self.boss.actor) as uow:
            begins = uow.today + timedelta(days=2)
            await FreezeService(uow).freeze(first.id, begins, begins + timedelta(days=2), WORDS["reason"])
        later = await self.boss.renew(self.rosa)
        async with self.gym.unit_of_work(self.boss.actor) as uow:
            await SubscriptionService(uow).cancel(later.id, WORDS["cancel"])
        await self.boss.renew(self.rosa)

    async def drank(self) -> None:
        """On account, taken back with words about her, and another one that waits to be sold."""
        product = await Shop(self.gym, self.boss.actor).has(5)
        async with self.gym.unit_of_work(self.boss.actor) as uow:
            sold = await SaleService(uow).sell([WantedPieces(product.id, 1)], [], self.rosa.id)
        async with self.gym.unit_of_work(self.boss.actor) as uow:
            await SaleReturns(uow).void(sold.id, WORDS["void"])
        async with self.gym.unit_of_work(self.boss.actor) as uow:
            await BasketService(uow).begin(product.id, self.rosa.id)

    async def pays(self, sold: Subscription, amount: Decimal, note: str | None) -> UUID:
        async with self.gym.unit_of_work(self.boss.actor) as uow:
            taken = await SubscriptionService(uow).take_payment(sold.id, amount, Method.CASH, note=note)
        return taken.entry_id

    async def came(self) -> None:
        async with self.gym.unit_of_work(self.boss.actor) as uow:
            await ClientService(uow).block(self.rosa.id, uow.today + timedelta(days=20), WORDS["block"])
        async with self.gym.unit_of_work(self.desk.actor) as uow:
            denied = await AttendanceService(uow).check_in_client(self.rosa.id, key=new_id())
        assert denied.id is not None
        async with self.gym.unit_of_work(self.boss.actor) as uow:
            admitted = await AttendanceService(uow).admit_anyway(denied.id, WORDS["override"], key=new_id())
        async with self.gym.unit_of_work(Actor.system()) as uow:
            assert admitted.id is not None
            key = await uow.session.scalar(
                text("SELECT CAST(idempotency_key AS text) FROM check_ins WHERE id = :id"),
                {"id": admitted.id},
            )
            uow.session.add(
                IdempotencyKey(
                    caller=new_id(),
                    key=str(key),
                    body_hash=bytes(32),
                    created_at=uow.now,
                    leased_until=uow.now,
                    status=201,
                    answer=b"sealed",
                )
            )

    async def wished(self) -> None:
        """A wish of her own that she took back: she is named as who decided it."""
        now = self.gym.clock.now()
        async with self.gym.unit_of_work(Actor.system()) as uow:
            uow.session.add(
                Approval(
                    kind=ApprovalKind.FREEZE,
                    state=ApprovalState.WITHDRAWN,
                    client_id=self.rosa.id,
                    facts={"plan_name": "Monthly"},
                    asked_by_name=self.member.name,
                    reason=WORDS["reason"],
                    created_at=now,
                    expires_at=now,
                    decided_by_name=self.member.name,
                    decided_at=now,
                )
            )

    async def transferred(self) -> None:
        """A proof of payment that was rejected with words about her."""
        now = self.gym.clock.now()
        quote = TransferQuote(
            client_id=self.rosa.id,
            reference="K7M2QX",
            debts=[],
            amount=Decimal(5000),
            key_label="Nequi",
            created_at=now,
            holds_until=now,
        )
        async with self.gym.unit_of_work(Actor.system()) as uow:
            uow.session.add(quote)
            await uow.session.flush()
            uow.session.add(
                PaymentProof(
                    quote_id=quote.id,
                    client_id=self.rosa.id,
                    kind=ProofKind.NUMBER,
                    state=ProofState.REJECTED,
                    number=WORDS["transfer"],
                    expected=Decimal(5000),
                    sent_at=now,
                    expires_at=now,
                    decided_by_name="Ana Admin",
                    decided_at=now,
                    answer=WORDS["reason"],
                )
            )

    async def asked(self) -> None:
        """What she asks the desk, and what it answers about her."""
        asks = WrittenMessage(MessageKind.TEXT, f"{CHAT}:1", text=WORDS["asks"], chat_id=CHAT, message_id=1)
        async with self.gym.unit_of_work(self.member) as uow:
            await ConversationService(uow).receive(self.rosa.id, asks)
        async with self.gym.unit_of_work(self.desk.actor) as uow:
            service = ConversationService(uow)
            conversation = (await service.waiting()).items[0]
            words = WrittenMessage(MessageKind.TEXT, "form:1", text=f"{WORDS['asks']}? Claro.")
            await service.answer(conversation.id, words, seen=1)

    async def written(self) -> None:
        """What she writes, and what is half written about her."""
        now = self.gym.clock.now()
        pieces: list[Any] = [
            ChatPerson(user_id=CHAT, language="es", reachable=True, first_seen_at=now, home_message_id=12),
            ChatPicture(chat_id=CHAT, message_id=5, own=True, shown_at=now, due_at=now, stays="too_old"),
            InboxUpdate(
                update_id=1,
                chat_id=CHAT,
                payload={"message": {"text": WORDS["said"]}},
                received_at=now,
                done_at=now,
            ),
            Draft(
                chat_id=CHAT, user_id=CHAT, form="x", step="y", data={"text": WORDS["said"]}, updated_at=now
            ),
            Draft(
                chat_id=99,
                user_id=99,
                form="edit",
                step="to_notes",
                data={"values": {"client_id": {"$uuid": str(self.rosa.id)}, "client": WORDS["last_name"]}},
                updated_at=now,
            ),
        ]
        async with self.gym.unit_of_work(Actor.system()) as uow:
            uow.session.add_all(pieces)


async def found_in(gym: Gym, words: list[str]) -> dict[str, list[str]]:
    """Each word with the columns in which it stands, however bytes are written."""
    found: dict[str, list[str]] = {}
    async for table, column, content in columns(gym):
        folded = content.casefold()
        for word in words:
            if word.casefold() in folded:
                found.setdefault(word, []).append(f"{table}.{column}")
    return found


async def sums(gym: Gym) -> dict[str, object]:
    """Everything that is counted: the ledger by account and kind, balances, visits, receipts."""
    queries = {
        "entries": "SELECT account_id, kind, sum(amount), count(*) FROM ledger_entries GROUP BY 1, 2",
        "balances": "SELECT id, balance FROM accounts",
        "tills": "SELECT gym_day, method, staff_id, sum(amount) FROM ledger_entries GROUP BY 1, 2, 3",
        "receipts": "SELECT receipt_number, amount FROM ledger_entries WHERE receipt_number IS NOT NULL",
        "visits": "SELECT gym_day, outcome, code, count(*) FROM check_ins GROUP BY 1, 2, 3",
        "plans": "SELECT id, status, final_price, starts_on, ends_on FROM subscriptions",
        "rewards": "SELECT id, percent, redeemed_at FROM rewards",
    }
    async with gym.unit_of_work(Actor.system()) as uow:
        return {
            name: sorted(map(repr, (await uow.session.execute(text(query))).all()))
            for name, query in queries.items()
        }


async def rows_of(gym: Gym, model: type[Any]) -> list[Any]:
    async with gym.unit_of_work(Actor.system()) as uow:
        return list(await uow.session.scalars(select(model)))
