"""Paying from afar in chat: few presses and one picture, one press at the desk, one truth for everybody."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from decimal import Decimal

from PIL import Image
from sqlalchemy import select, update
from zxingcpp import BarcodeFormat, read_barcodes

from bot.outbox.worker import OutboxWorker
from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.clients.models import Client
from gym.debts.service import DebtService
from gym.notifications.models import Notification, NotificationKind, NotificationState
from gym.payments.models import EntryKind
from gym.security.permissions import Actor, Role
from gym.staff.models import Staff
from gym.transfers.models import PaymentKeyKind
from gym.transfers.payment_keys import PaymentKeys
from tests.bot.conftest import MakeMember, all_handled
from tests.support.memberships import PRICE, DeskClerk, entries
from tests.support.sandbox.client import Person, SandboxClient
from tests.transfers.conftest import Transfers, number, picture

Hire = Callable[[Person, Role], Awaitable[Actor]]


def slip(shade: int) -> bytes:
    """A bank's picture, as a phone sends it."""
    image = io.BytesIO()
    Image.new("RGB", (200, 300), (shade, 120, 90)).save(image, "JPEG")
    return image.getvalue()


async def paid(gym: Gym) -> list[Decimal]:
    return [one.amount for one in await entries(gym) if one.kind is EntryKind.PAYMENT]


async def test_a_member_pays_from_afar_and_the_desk_approves_with_one_press(
    gym: Gym,
    desk_bot: RunningBot,
    telegram: SandboxClient,
    make_staff: Hire,
    make_member: MakeMember,
) -> None:
    outbox = OutboxWorker(gym, desk_bot.assembly.bot)
    boss, carla, rosa = [await telegram.person(name) for name in ("Ana", "Carla", "Rosa")]
    desk = DeskClerk(gym, await make_staff(boss, Role.ADMIN))
    await make_staff(carla, Role.EMPLOYEE)
    client: Client = await make_member(rosa, "Rosa", "Vargas")
    monthly = await desk.plan()

    await carla.sends("/start")
    await rosa.sends("/start")
    await rosa.taps("My plan")
    await rosa.taps("I want a plan")
    await rosa.sees("The desk knows")  # without a payment key

    await boss.sends("/start")
    await boss.taps("Payment keys")
    await boss.taps("New key")
    await boss.taps("Nequi")
    await boss.taps("Nequi")
    await boss.sends("300 123 4567")
    await boss.taps("Save")
    await boss.sees("Members are offered it")

    await rosa.sends("/start")
    await rosa.taps("My plan")
    await rosa.taps("I want a plan")
    await rosa.taps("Monthly · $150,000")
    await rosa.sees("In all: $150,000")
    await rosa.taps("Nequi")
    asked = await rosa.sees_photo()
    assert "300 123 4567" in asked.words
    drawn = Image.open(io.BytesIO(await telegram.download(str(asked.photo_url))))
    assert [one.text for one in read_barcodes(drawn, formats=BarcodeFormat.QRCode)] == ["300 123 4567"]
    assert (await rosa.taps("📋 150000")).copied == "150000"
    await rosa.sends_photo(slip(1))
    await rosa.sees("The gym has your proof of $150,000")
    assert not await paid(gym)

    await outbox.drain()
    asked = await carla.sees("Rosa Vargas has sent a proof of payment")
    assert asked.photo_url is not None, "the slip itself, in the one message"
    await boss.sees("Rosa Vargas has sent a proof of payment")
    await boss.taps("Look at it")
    await boss.sees("This proof waits for an answer")
    await carla.taps("Approve")
    await carla.sees("Booked: $150,000")
    assert await paid(gym) == [150000]
    await outbox.drain()
    await rosa.sees("150,000")
    await boss.sees("Carla has approved this payment")
    [asked] = [one for one in await boss.chat() if "Carla has approved this payment" in one.words]
    assert (asked.photo_url is not None, asked.labels) == (True, []), "edited in place, without live buttons"
    sold = await desk.current(client)
    assert sold is not None
    assert sold.plan_id == monthly.id

    await boss.sends("/start")
    await boss.taps("Today")
    await boss.sees("1 proof of payment approved")
    await boss.sends("/start")
    await boss.taps("Team")
    await boss.taps("Carla")
    await boss.sees("Approved 1 transfer, $150,000, that is not confirmed")
    await boss.sends("/start")
    await boss.taps("Collect")
    await boss.taps("Proofs")
    await boss.taps("Unconfirmed")
    await boss.sees("by Carla")
    await boss.taps("Rosa Vargas")
    await boss.sees("Everything was found on the bank statement")


async def test_another_amount_is_carried_on_where_the_plan_cannot_be_sold_as_quoted(
    gym: Gym,
    desk_bot: RunningBot,
    telegram: SandboxClient,
    make_staff: Hire,
    make_member: MakeMember,
) -> None:
    boss = await telegram.person("Ana")
    desk = DeskClerk(gym, await make_staff(boss, Role.ADMIN))
    monthly = await desk.plan()
    async with gym.unit_of_work(desk.actor) as uow:
        nequi = await PaymentKeys(uow).add(PaymentKeyKind.NEQUI, "Nequi", "300 123 4567")
    await boss.sends("/start")
    for name, press in (("Rosa", "Only the money"), ("Luz", "Sell it too")):
        client: Client = await make_member(await telegram.person(name), name, "Vargas")
        member = Transfers(gym, Actor.member(client.id, client.full_name))
        await member.sends(await member.quotes(client, monthly, nequi), number(f"{name} 1234"))
        first = await desk.sell(client, monthly)
        if press == "Sell it too":
            await desk.pay(first)
        await boss.sends("/start")
        await boss.taps("Collect")
        await boss.taps("Proofs")
        await boss.taps(f"{name} Vargas")
        await boss.taps("Other amount")
        await boss.sends("100000")
        await boss.sees("For Monthly: $100,000")
        await boss.taps("Book it")
        shown = await boss.sees("100,000")
        if "✅ Book it" in shown.labels:  # what it pays was summed up first
            await boss.taps("Book it")
        await boss.sees("was sold after this was quoted")
        await boss.sees("Arrived: $100,000")
        await boss.taps(press)
        await boss.sees("Booked: $100,000")
        async with gym.unit_of_work(desk.actor) as uow:
            owed = [one.balance for one in await DebtService(uow).of_client(client.id)]
        assert sum(owed) == 50000, "what arrived paid what it was for"
    assert await paid(gym) == [100000, PRICE, 100000]


async def test_a_slip_that_another_bot_had_received_is_approved_without_its_picture(
    gym: Gym, desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire, make_member: MakeMember
) -> None:
    """As in a restored gym whose bot has another token: Telegram gives a file to its own bot alone."""
    boss = await telegram.person("Ana")
    desk = DeskClerk(gym, await make_staff(boss, Role.ADMIN))
    client: Client = await make_member(await telegram.person("Rosa"), "Rosa", "Vargas")
    async with gym.unit_of_work(desk.actor) as uow:
        nequi = await PaymentKeys(uow).add(PaymentKeyKind.NEQUI, "Nequi", "300 123 4567")
    member = Transfers(gym, Actor.member(client.id, client.full_name))
    await member.sends(await member.quotes(client, await desk.plan(), nequi), picture("another bot's"))
    await boss.sends("/start")
    for label in ("Collect", "Proofs", "Rosa Vargas"):
        await boss.taps(label)
    assert "on the bank statement" in (await boss.sees("Telegram does not give this file")).words
    await boss.taps("Approve")
    await boss.sees("Booked: $150,000")
    assert await paid(gym) == [150000]


async def test_in_spanish_whoever_approves_reads_that_the_member_has_blocked_the_bot(
    gym: Gym,
    desk_bot: RunningBot,
    telegram: SandboxClient,
    make_staff: Hire,
    make_member: MakeMember,
) -> None:
    outbox = OutboxWorker(gym, desk_bot.assembly.bot)
    boss, carla, rosa = [await telegram.person(name, language_code="es") for name in ("Ana", "Carla", "Rosa")]
    desk = DeskClerk(gym, await make_staff(boss, Role.ADMIN))
    await make_staff(carla, Role.EMPLOYEE)
    client: Client = await make_member(rosa, "Rosa", "Vargas")
    await desk.plan()
    async with gym.unit_of_work(desk.actor) as uow:
        await PaymentKeys(uow).add(PaymentKeyKind.NEQUI, "Nequi", "300 123 4567")
        for table in (Staff, Client):
            await uow.session.execute(update(table).values(language="es"))
    for person in (boss, carla, rosa):
        await person.sends("/start")

    await rosa.taps("Mi plan")
    await rosa.taps("Quiero un plan")
    await rosa.taps("Monthly · $150.000")
    await rosa.taps("Nequi")
    await rosa.sends_photo(slip(1))
    await rosa.sees("El gimnasio tiene tu comprobante de $150.000")
    await outbox.drain()
    await carla.sees("Rosa Vargas envió un comprobante de pago")
    await rosa.blocks()
    await all_handled(gym)
    await carla.taps("Aprobar")
    booked = await carla.sees("Registrado: $150.000")
    assert "No puedo escribirle a Rosa Vargas: avísale tú." in booked.words
    await outbox.drain()
    async with gym.unit_of_work(Actor.system()) as uow:
        receipt = select(Notification.state).where(
            Notification.kind == NotificationKind.RECEIPT, Notification.recipient_id == client.id
        )
        assert await uow.session.scalar(receipt) is NotificationState.UNREACHABLE, "kept, and not tried again"

    # The payment was a mistake: the desk still sees what became of the proof.
    [payment] = [one for one in await entries(gym) if one.kind is EntryKind.PAYMENT]
    await desk.void(payment.id)
    await carla.sends("/start")
    await carla.taps("Cobrar")
    await carla.taps("Comprobantes")
    await carla.sees("El pago se anuló: hay que enviar el dinero o el comprobante otra vez.")
    await carla.taps("🚫 Rosa Vargas · $150.000")
    await carla.sees("Carla lo aprobó, y el pago se anuló.")


async def test_what_is_owed_for_the_plan_can_be_paid_where_the_plan_says_so(
    gym: Gym,
    desk_bot: RunningBot,
    telegram: SandboxClient,
    make_staff: Hire,
    make_member: MakeMember,
) -> None:
    boss, rosa = [await telegram.person(name) for name in ("Ana", "Rosa")]
    desk = DeskClerk(gym, await make_staff(boss, Role.ADMIN))
    sold = await desk.sell(await make_member(rosa, "Rosa", "Vargas"), await desk.plan())
    await rosa.sends("/start")
    await rosa.taps("My plan")
    assert "💵 Pay by transfer" not in (await rosa.sees("To pay")).labels, "there is no key yet"
    async with gym.unit_of_work(desk.actor) as uow:
        await PaymentKeys(uow).add(PaymentKeyKind.NEQUI, "Nequi", "300 123 4567")
    await rosa.sends("/start")
    await rosa.taps("My plan")
    await rosa.taps("💵 Pay by transfer")
    await rosa.taps("Nequi")
    assert "📋 150000" in (await rosa.sees("150,000")).labels
    await desk.pay(sold)
    await rosa.sends("/start")
    await rosa.taps("My plan")
    assert "💵 Pay by transfer" not in (await rosa.sees("Monthly")).labels
