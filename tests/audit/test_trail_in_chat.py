"""The audit in chat: for admins, in private, narrowed by taps, in the reader's language."""

from __future__ import annotations

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.clients.schemas import ClientChanges, ClientInput
from gym.clients.service import ClientService
from gym.security.permissions import Actor, Role
from gym.staff.service import StaffService
from tests.bot.conftest import api, desk_bot, make_staff, open_bot, routers, sandbox, telegram
from tests.support.sandbox.client import SandboxClient
from tests.support.sandbox.desk_menu import behind_manage

__all__ = ["api", "desk_bot", "make_staff", "open_bot", "routers", "sandbox", "telegram"]


async def somebody(gym: Gym, actor: Actor, name: str, phone: str, other: str) -> None:
    async with gym.unit_of_work(actor) as uow:
        client = await ClientService(uow).register(
            ClientInput(first_name=name, last_name="Vargas", phone=phone)
        )
    async with gym.unit_of_work(actor) as uow:
        await ClientService(uow).edit(client.id, ClientChanges(phone=other))


async def test_an_admin_narrows_the_audit_by_taps(
    desk_bot: RunningBot, telegram: SandboxClient, make_staff, gym: Gym
) -> None:
    ana, bruno = await telegram.person("Ana"), await telegram.person("Bruno")
    boss = await make_staff(ana, Role.ADMIN)
    colleague = await make_staff(bruno, Role.EMPLOYEE)
    await somebody(gym, colleague, "Berta", "3001234567", "3109876543")
    await somebody(gym, boss, "Otto", "3001234568", "3109876544")
    await ana.sends("/start")
    await ana.taps("Audit")
    message = await ana.sees("who did what")
    assert "changed the details: Otto Vargas" in message.words
    assert "Phone: +573001234568 → +573109876544" in message.words
    await ana.taps("Spreadsheet")
    await ana.sees_document()
    await ana.taps("By whom")
    await ana.taps("Bruno")
    message = await ana.sees("by Bruno")
    assert "Berta Vargas" in message.words
    assert "Otto" not in message.words
    await ana.taps("Kind")
    await ana.taps("Money")
    await ana.sees("Nothing of that kind was recorded.")
    await ana.taps("Show all")
    await ana.taps("About whom")
    await ana.sends("Zacarías")
    await ana.sees("Nobody is found for “Zacarías”")
    await ana.sends("Otto")
    await ana.taps("Otto Vargas")
    message = await ana.sees("about Otto Vargas")
    assert "Berta" not in message.words
    await ana.taps("Day")
    await ana.sends("2/8/2026")
    await ana.sees("Nothing of that kind was recorded.")


async def test_in_spanish_and_not_for_an_employee(
    desk_bot: RunningBot, telegram: SandboxClient, make_staff, gym: Gym
) -> None:
    ana, bruno = await telegram.person("Ana"), await telegram.person("Bruno")
    boss = await make_staff(ana, Role.ADMIN)
    await make_staff(bruno, Role.EMPLOYEE)
    async with gym.unit_of_work(boss) as uow:
        assert boss.id is not None
        await StaffService(uow).set_language(boss.id, "es")
    await somebody(gym, boss, "Berta", "3001234567", "3109876543")
    await ana.sends("/start")
    await ana.taps("Auditoría")
    message = await ana.sees("quién hizo qué")
    assert "cambió los datos: Berta Vargas" in message.words
    assert "Teléfono: +573001234567 → +573109876543" in message.words
    await bruno.sends("/start")
    await bruno.sees("Send a photo")
    assert "Audit" not in " ".join(await behind_manage(bruno))
