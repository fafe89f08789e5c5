"""`python -m gym doctor`: checks of disk, Telegram, HTTPS, database, faces and money, each with advice."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from typing import Final

import aiohttp
from sqlalchemy import text

from gym.app import Gym, open_gym
from gym.backup.health import BackupHealthReader, BackupTrouble, copy_has_failed
from gym.backup.keys.key_store import BackupKeyStore
from gym.clients.service import ClientService
from gym.commands.certificate import finding as https
from gym.commands.faces import findings_of
from gym.commands.findings import Finding, show
from gym.core.config import Config, ConfigError
from gym.core.database.migrations import current, head
from gym.core.postgres import PostgresUnavailable
from gym.security.permissions import Actor
from gym.subscriptions.money.excess_refunds import ExcessRefundService
from gym.unit_of_work import UnitOfWork

LEAST_FREE_GB = 2
TELEGRAM: Final = "https://api.telegram.org"
PATIENCE: Final = aiohttp.ClientTimeout(total=10)

OUT_OF_REACH: Final = "look at the internet connection; the door works meanwhile, the chat does not"
ASK_BOTFATHER: Final = "copy the token again from @BotFather into TELEGRAM_BOT_TOKEN"


async def examine(config: Config) -> int:
    """Print every finding; the exit status is 1 when something is not well."""
    return show([finding async for finding in _findings(config)])


async def _findings(config: Config) -> AsyncIterator[Finding]:
    yield _disk(config)
    yield await telegram_finding(config)
    yield https(config)
    try:
        async with open_gym(config) as gym:
            async for finding in _database(gym):
                yield finding
            async for finding in findings_of(gym):
                yield finding
    except (ConfigError, PostgresUnavailable) as error:
        yield Finding("start", False, str(error), "mend this first")


def _disk(config: Config) -> Finding:
    config.powergym_home.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(config.powergym_home).free / 1e9
    return Finding("disk", free >= LEAST_FREE_GB, f"{free:.0f} GB free", f"keep {LEAST_FREE_GB} GB free")


async def telegram_finding(config: Config) -> Finding:
    """Whether Telegram knows the token, asked by getMe, which changes nothing. The token is never shown."""
    if config.telegram_bot_token is None:
        return Finding("Telegram", True, "no token: the local Bot API server stands in")
    token = config.telegram_bot_token.get_secret_value()
    address = f"{(config.telegram_api_url or TELEGRAM).rstrip('/')}/bot{token}/getMe"
    try:
        async with aiohttp.ClientSession(timeout=PATIENCE) as session, session.get(address) as answer:
            status, body = answer.status, await answer.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        return Finding("Telegram", False, f"out of reach ({type(error).__name__})", OUT_OF_REACH)
    match status, body:
        case 200, {"result": {"username": str(name)}}:
            return Finding("Telegram", True, f"@{name} answers")
        case ((401 | 404), _):
            return Finding("Telegram", False, f"the token is not known ({status})", ASK_BOTFATHER)
        case _:
            return Finding("Telegram", False, f"it answers {status}, not who the bot is", OUT_OF_REACH)


async def _database(gym: Gym) -> AsyncIterator[Finding]:
    found, wanted = await current(gym.database), head()
    yield Finding("migrations", found == wanted, str(found), "run: python -m gym migrate")
    async with gym.unit_of_work(Actor.system()) as uow:
        version = await uow.session.scalar(text("SHOW server_version"))
        names = await uow.session.scalars(text("SELECT extname FROM pg_extension"))
        missing = {"vector", "pg_trgm", "unaccent", "btree_gist"} - set(names)
        yield Finding("PostgreSQL", True, str(version))
        yield Finding(
            "extensions", not missing, "all there" if not missing else f"missing: {missing}", "install them"
        )
        yield await money_finding(uow)
        yield await documents_finding(uow)
        if found == wanted:
            yield await backup_finding(uow, gym.config)
        yield Finding("gym", True, f"{uow.settings.name}, {uow.settings.timezone}, {uow.now.isoformat()}")


async def money_finding(uow: UnitOfWork) -> Finding:
    """Plans of which more was given back than was paid, which an earlier release let happen."""
    doubts = (await ExcessRefundService(uow).listed()).total
    found = f"{doubts} plans of which more was given back than was paid" if doubts else "it adds up"
    return Finding("money", not doubts, found, "an admin opens Clients, then “Money to look at”")


MAKE_PHRASE: Final = "an admin opens Backups in chat, or run: python -m gym backup phrase"


async def documents_finding(uow: UnitOfWork) -> Finding:
    """Documents that an earlier release may have read wrongly: the kiosk would refuse the right number."""
    doubts = (await ClientService(uow).documents_in_doubt()).total
    found = f"{doubts} that an earlier version may have read wrongly" if doubts else "as they were typed"
    return Finding("documents", not doubts, found, "an admin opens Clients, then “documents to check”")


ADVICE: Final = {
    BackupTrouble.NONE_YET: "run: python -m gym backup make",
    BackupTrouble.TOO_OLD: "see that the program runs at night, then: python -m gym backup make",
    BackupTrouble.FAILED: "make room on the disk, then: python -m gym backup make",
    BackupTrouble.COPY_FAILED: "look at what BACKUP_COMMAND printed, and try it: python -m gym backup make",
    BackupTrouble.NOT_SENT: "see that the bot reaches Telegram, and whose chat stands under Backups",
    BackupTrouble.PROOF_FAILED: "run: python -m gym backup make, then python -m gym backup verify",
}


async def backup_finding(uow: UnitOfWork, config: Config) -> Finding:
    """Whether the last good backup is young, in the chat, and was proved."""
    if not BackupKeyStore(config).is_there():
        if config.sandbox:
            return Finding("backups", True, "none, for a gym to try things out")
        return Finding("backups", False, "there is no pass-phrase", MAKE_PHRASE)
    found = await BackupHealthReader(uow.session).read(uow.context.wall, to_chat=uow.settings.backup_to_chat)
    made_at = found.last.made_at if found.last else None
    seen = (
        f"the last is of {made_at.isoformat(timespec='minutes')}"
        if made_at
        else "none was made by itself yet"
    )
    if found.trouble is None:
        return Finding("backups", True, seen)
    if found.last is not None and copy_has_failed(found.last):
        seen += ", and BACKUP_COMMAND has not taken it"
    return Finding("backups", False, f"{found.trouble.replace('_', ' ')}; {seen}", ADVICE[found.trouble])
