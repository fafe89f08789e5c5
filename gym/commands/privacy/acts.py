"""Exporting and erasing one client from the shell, and the journal that a restored backup repeats."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Final
from uuid import UUID

import typer
from pydantic import TypeAdapter, ValidationError

from gym.app import Gym, open_gym
from gym.clients.models import Client
from gym.clients.service import ClientService
from gym.core.config import Config, ConfigError
from gym.core.language import Translator
from gym.privacy.archive import archive
from gym.privacy.consents.consent_register import ConsentLine, ConsentRegister
from gym.privacy.consents.consent_sheet import consent_sheet
from gym.privacy.erasure import ErasureJournal, ErasureService
from gym.privacy.export import ExportService
from gym.privacy.models import Erasure
from gym.privacy.schemas import ErasureNotice, JournalEntry
from gym.security.permissions import Actor
from gym.unit_of_work import UnitOfWork

JOURNAL: Final = TypeAdapter(list[JournalEntry])


async def export(config: Config, who: str, target: Path, *, as_json: bool) -> int:
    """Write everything that is kept of one client as a ZIP, kiosk pictures too. Raises `ClientNotFound`."""
    async with open_gym(config, faces=False) as gym:
        async with gym.unit_of_work(Actor.system()) as uow:
            client = await _found(uow, who)
            data = await ExportService(uow).collect(client.id, for_chat=False)
            settings = uow.settings
        packed = await asyncio.to_thread(archive, data, settings, settings.translator(data.language))
    await asyncio.to_thread(_written, target, packed)
    facts: dict[str, object] = {
        "client_id": str(data.client_id),
        "file": str(target),
        "rows": data.rows,
        "pictures": len(data.pictures),
        "receipts": len(data.receipts),
    }
    _say(facts, as_json, f"{target}: {data.rows} rows, {len(data.pictures)} pictures")
    return 0


def _written(target: Path, packed: bytes) -> None:
    """For its owner alone: it holds everything about somebody."""
    target.touch(mode=0o600)
    target.write_bytes(packed)


async def erase(config: Config, who: str, *, sure: bool, as_json: bool) -> int:
    """Ask for an erasure, carried out in a day; without `sure` only say what it would mean (status 1)."""
    async with open_gym(config, faces=False) as gym:
        notice = await _notice(gym, who)
        if not sure:
            words = _in_words(notice, (await gym.settings()).translator("en"))
            _say(_open_matters(notice), as_json, words + "\nNothing was done: add --yes.")
            return 1
        async with gym.unit_of_work(Actor.system()) as uow:
            wish = await ErasureService(uow).ask(notice.client_id)
    _say(_facts(wish) | _open_matters(notice), as_json, f"It is done on {wish.due_at:%Y-%m-%d %H:%M} UTC.")
    return 0


async def keep(config: Config, who: str, *, as_json: bool) -> int:
    """Take an erasure back. Raises `ErasureDone`."""
    async with open_gym(config, faces=False) as gym, gym.unit_of_work(Actor.system()) as uow:
        client = await _found(uow, who)
        await ErasureService(uow).take_back(client.id)
    _say({"client_id": str(client.id)}, as_json, "Taken back: nothing is erased.")
    return 0


async def journal(config: Config) -> int:
    """Print the erasures that a restored backup has to repeat, as JSON: ids and days, nothing of a person."""
    async with open_gym(config, faces=False) as gym, gym.unit_of_work(Actor.system()) as uow:
        found = await ErasureJournal(uow).entries()
    typer.echo(JOURNAL.dump_json(list(found)).decode())
    return 0


async def replay(config: Config, file: Path, *, as_json: bool) -> int:
    """Repeat the erasures of a journal that `journal` has printed. Raises `ConfigError` for another file."""
    try:
        entries = JOURNAL.validate_json(await asyncio.to_thread(file.read_bytes))
    except ValidationError:
        raise ConfigError(f"{file} is no journal of erasures") from None
    async with open_gym(config, faces=False) as gym:
        erased = await gym.run(Actor.system(), lambda uow: ErasureJournal(uow).replay(entries))
    _say({"entries": len(entries), "erased": erased}, as_json, f"{erased} of {len(entries)} were repeated.")
    return 0


async def consents(config: Config, sheet: Path | None, *, as_json: bool) -> int:
    """Print every consent to face check-in, or write them as a spreadsheet."""
    async with open_gym(config, faces=False) as gym, gym.unit_of_work(Actor.system()) as uow:
        found = await ConsentRegister(uow).everything()
        settings = uow.settings
    t = Translator("en")
    if sheet is not None:
        packed = await asyncio.to_thread(consent_sheet, found, settings.name, settings.translator())
        await asyncio.to_thread(_written, sheet, packed)
    if as_json:
        typer.echo(json.dumps([_consent_facts(one) for one in found], ensure_ascii=False))
        return 0
    for one in found:
        ended = f" – {one.ended_at:%Y-%m-%d}" if one.ended_at else ""
        how = ", ".join(filter(None, [one.method.value, one.witness]))
        typer.echo(f"{one.who(t)}: text {one.version}, {one.given_at:%Y-%m-%d}{ended}, {how}")
    typer.echo(f"{len(found)} consents, {sum(one.ended_at is None for one in found)} of them in force.")
    return 0


def _consent_facts(one: ConsentLine) -> dict[str, object]:
    return {
        "client_id": str(one.client_id),
        "client": one.client_name,
        "erased": one.erased,
        "document": one.document,
        "guardian": one.guardian_name,
        "purpose": "face_check_in",
        "version": one.version,
        "method": one.method.value,
        "noted_by": one.witness,
        "given_at": one.given_at.isoformat(),
        "ended_at": one.ended_at.isoformat() if one.ended_at else None,
        "state": one.standing.value,
    }


async def _notice(gym: Gym, who: str) -> ErasureNotice:
    async with gym.unit_of_work(Actor.system()) as uow:
        client = await _found(uow, who)
        return await ErasureService(uow).notice(client.id)


async def _found(uow: UnitOfWork, who: str) -> Client:
    """By id, or the only one whom the search finds.

    Raises `ClientNotFound`, `NobodyFound`, `SeveralFound`.
    """
    service = ClientService(uow)
    try:
        return await service.get(UUID(who))
    except ValueError:
        return await service.only(who)


def _facts(wish: Erasure) -> dict[str, object]:
    return {
        "client_id": str(wish.client_id),
        "due_at": wish.due_at.isoformat(),
        "done_at": wish.done_at.isoformat() if wish.done_at else None,
    }


def _open_matters(notice: ErasureNotice) -> dict[str, object]:
    return {
        "client_id": str(notice.client_id),
        "owes": str(notice.owes),
        "credit": str(notice.credit),
        "proofs": str(notice.proofs),
        "plan_until": notice.plan_until.isoformat() if notice.plan_until else None,
    }


def _in_words(notice: ErasureNotice, t: Translator) -> str:
    lines = [f"Erase {notice.client_name} ({notice.client_id})?"]
    lines.append(f"Owed: {t.money(notice.owes)}. Credit: {t.money(notice.credit)}.")
    if notice.proofs:
        lines.append(f"Proofs of payment that wait for the desk: {t.money(notice.proofs)}.")
    if notice.plan_until is not None:
        lines.append(f"A plan runs until {notice.plan_until}.")
    lines.append("Visits and money stay, without a name. Chats, prints and backups are out of reach.")
    return "\n".join(lines)


def _say(facts: dict[str, object], as_json: bool, words: str) -> None:
    typer.echo(json.dumps(facts) if as_json else words)
