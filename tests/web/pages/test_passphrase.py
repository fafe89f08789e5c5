"""The page that shows the backups' pass-phrase once and asks two of its groups back, without JavaScript."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr
from sqlalchemy import select, text

from gym.app import Gym
from gym.audit.models import AuditEntry
from gym.backup.errors import PassphraseGiven, PassphraseThere
from gym.backup.files.passphrase import BackupKey
from gym.backup.keys.key_store import BackupKeyStore
from gym.backup.keys.links import PassphraseLinks
from gym.core.clock import FrozenClock
from gym.security.permissions import Actor, NotAllowed, Role
from gym.staff.models import Staff
from tests.conftest import hire
from web.app import make_app

GROUP = re.compile(r"<li>([0-9A-Z]{4})</li>")
HIDDEN = re.compile(r'name="draft" value="([^"]+)"')
ASKED = re.compile(r"Group (\d)")


@dataclass(frozen=True)
class Paper:
    """What somebody has written down, and the page they are on."""

    groups: list[str]
    draft: str

    @property
    def phrase(self) -> str:
        return "-".join(self.groups)


@dataclass(frozen=True)
class Browser:
    """An admin with a browser."""

    gym: Gym
    client: TestClient[Any, Any]
    admin: Actor

    @property
    def keys(self) -> BackupKeyStore:
        return BackupKeyStore(self.gym.config)

    async def link(self, admin: Actor | None = None) -> str:
        async with self.gym.unit_of_work(admin or self.admin) as uow:
            return (await PassphraseLinks(uow, self.keys).issue()).token

    async def opens(self, token: str) -> ClientResponse:
        return await self.client.get("/passphrase", params={"start": token})

    async def presses_show(self, token: str) -> ClientResponse:
        return await self.client.post("/passphrase", data={"start": token})

    async def writes_down(self, token: str) -> Paper:
        answer = await self.presses_show(token)
        page = await answer.text()
        assert answer.status == 200, page
        return Paper(GROUP.findall(page), html.unescape(HIDDEN.findall(page)[0]))

    async def has_written(self, paper: Paper) -> tuple[str, list[int]]:
        """The page that asks, and which groups."""
        answer = await self.client.post("/passphrase/written", data={"draft": paper.draft})
        page = await answer.text()
        assert answer.status == 200, page
        return page, [int(number) for number in ASKED.findall(page)]

    async def types(self, paper: Paper, first: str, second: str) -> ClientResponse:
        form = {"draft": paper.draft, "first": first, "second": second}
        return await self.client.post("/passphrase/confirm", data=form)

    async def confirms(self, paper: Paper) -> ClientResponse:
        _, asked = await self.has_written(paper)
        first, second = (paper.groups[number - 1] for number in asked)
        return await self.types(paper, first, second)


@pytest.fixture
def gym(gym: Gym, tmp_path: Path) -> Gym:
    home = {"powergym_home": tmp_path / "home", "backup_folder": tmp_path / "backups"}
    return replace(gym, config=gym.config.model_copy(update=home))


@pytest.fixture
async def browser(gym: Gym, admin: Actor) -> AsyncGenerator[Browser]:
    async with TestClient[Any, Any](TestServer(make_app(gym))) as client:
        yield Browser(gym, client, admin)


async def test_the_phrase_is_shown_once_and_in_force_once_two_groups_are_typed_back(browser: Browser) -> None:
    token = await browser.link()
    for _ in range(3):
        offered = await browser.opens(token)
        assert offered.status == 200
        assert GROUP.findall(await offered.text()) == [], "a preview shows nothing and spends nothing"
    paper = await browser.writes_down(token)
    assert len(paper.groups) == 4
    assert not browser.keys.is_there(), "whoever closes the page now has lost nothing"
    again = await browser.presses_show(token)
    assert (again.status, "only once" in await again.text()) == (409, True)

    page, asked = await browser.has_written(paper)
    assert len(set(asked)) == 2
    assert not any(group in page for group in paper.groups), "it is typed from paper"
    done = await browser.confirms(paper)
    assert (done.status, done.headers["Cache-Control"]) == (200, "no-store")
    assert "every night" in await done.text()
    assert await browser.keys.is_of(paper.phrase)
    assert (await browser.confirms(paper)).status == 200, "a second press says the same"
    async with browser.gym.unit_of_work(Actor.system()) as uow:
        acts = list(await uow.session.scalars(select(AuditEntry.action)))
    assert acts.count("backup.passphrase_made") == 1


async def test_a_backup_of_that_night_opens_with_what_stands_on_the_paper(browser: Browser) -> None:
    from gym.backup.files.archive import OpenedBackup
    from gym.backup.files.parts import files_at

    paper = await browser.writes_down(await browser.link())
    await browser.gym.backup_rounds.round()
    folder = browser.gym.config.backups_root
    assert not folder.exists(), "no phrase in force, no backup"
    await browser.confirms(paper)
    await browser.gym.backup_rounds.round()
    typed = " ".join(paper.groups).lower()
    assert (await OpenedBackup.by_passphrase(files_at([folder]), typed)).check().gym == "PowerGym"


async def test_wrong_groups_are_asked_again_and_nothing_is_in_force(browser: Browser) -> None:
    paper = await browser.writes_down(await browser.link())
    _, (first, second) = await browser.has_written(paper)
    right = paper.groups[first - 1], paper.groups[second - 1]
    for typed in (("", ""), (right[0], "0000"), (right[1], right[0]), ("AAAA", right[1])):
        if typed == right:
            continue
        answer = await browser.types(paper, *typed)
        page = await answer.text()
        assert (answer.status, "Look at your paper" in page) == (422, True)
        assert not any(f">{group}<" in page for group in paper.groups)
        assert not browser.keys.is_there()
    sloppy = await browser.types(paper, f" {right[0].lower()} ", right[1].replace("0", "o"))
    assert sloppy.status == 200


async def test_link_and_page_end_after_fifteen_minutes(browser: Browser, clock: FrozenClock) -> None:
    token, other = await browser.link(), await browser.link()
    assert (await browser.opens(token)).status == 409, "a newer one has replaced it"
    clock.advance(timedelta(minutes=10))
    paper = await browser.writes_down(other)
    clock.advance(timedelta(minutes=5))
    late = await browser.client.post("/passphrase/written", data={"draft": paper.draft})
    assert (late.status, "run out" in await late.text()) == (409, True)
    assert (await browser.types(paper, *paper.groups[:2])).status == 409
    assert not browser.keys.is_there()
    third = await browser.link()
    clock.advance(timedelta(minutes=15))
    assert (await browser.presses_show(third)).status == 409


async def test_only_admins_get_a_link_and_whoever_is_none_any_more_is_shown_nothing(
    browser: Browser, employee: Actor
) -> None:
    with pytest.raises(NotAllowed):
        await browser.link(employee)
    token = await browser.link()
    paper = await browser.writes_down(await browser.link())
    async with browser.gym.unit_of_work(Actor.system()) as uow:
        await hire(browser.gym, "Eva", Role.ADMIN)
        row = await uow.session.get_one(Staff, browser.admin.id)
        row.role = Role.EMPLOYEE
    assert (await browser.opens(token)).status in (403, 409)
    assert (await browser.types(paper, *paper.groups[:2])).status == 403
    async with browser.gym.unit_of_work(Actor.system()) as uow:
        row = await uow.session.get_one(Staff, browser.admin.id)
        row.role, row.active = Role.ADMIN, False
    assert (await browser.types(paper, *paper.groups[:2])).status == 409
    assert not browser.keys.is_there()


async def test_of_two_admins_one_makes_the_phrase_and_the_other_is_told_to_cross_it_out(
    browser: Browser,
) -> None:
    eva = await hire(browser.gym, "Eva", Role.ADMIN)
    mine = await browser.writes_down(await browser.link())
    hers = await browser.writes_down(await browser.link(eva))
    answers = await asyncio.gather(browser.confirms(mine), browser.confirms(hers))
    assert sorted(answer.status for answer in answers) == [200, 409]
    [lost] = [answer for answer in answers if answer.status == 409]
    assert "cross it out" in await lost.text()
    won = [await browser.keys.is_of(paper.phrase) for paper in (mine, hers)]
    assert sorted(won) == [False, True]
    with pytest.raises(PassphraseThere):
        await browser.link()


async def test_a_page_cannot_bring_a_phrase_of_its_own(browser: Browser) -> None:
    paper = await browser.writes_down(await browser.link())
    for forged in ("", "x", paper.draft[:-4] + "AAAA", "A" * 6000):
        answer = await browser.client.post("/passphrase/written", data={"draft": forged})
        assert answer.status in (404, 429)
        assert "<form" not in await answer.text()
    password = await browser.client.get("/password", params={"start": await browser.link()})
    assert password.status in (404, 429), "another page's link opens nothing here"


async def test_the_phrase_stands_in_no_table_and_no_file(browser: Browser, tmp_path: Path) -> None:
    paper = await browser.writes_down(await browser.link())
    await browser.confirms(paper)
    async with browser.gym.unit_of_work(Actor.system()) as uow:
        tables = await uow.session.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        )
        for table in list(tables):
            rows = await uow.session.scalars(text(f'SELECT t::text FROM "{table}" t'))
            assert not any(group in row for row in rows for group in (paper.phrase, paper.draft))
    files = await asyncio.to_thread(
        lambda: [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    )
    assert len(files) > 0
    assert not any(
        phrase.encode() in one for one in files for phrase in (paper.phrase, "".join(paper.groups))
    )


async def test_the_page_speaks_its_owners_language(browser: Browser) -> None:
    async with browser.gym.unit_of_work(Actor.system()) as uow:
        (await uow.session.get_one(Staff, browser.admin.id)).language = "es"
    token = await browser.link()
    page = await (await browser.opens(token)).text()
    assert '<html lang="es">' in page
    assert "frase" in page
    assert "script" not in page


async def test_no_link_where_the_environment_gives_the_phrase(browser: Browser) -> None:
    given = browser.gym.config.model_copy(update={"backup_passphrase": SecretStr("7KQP-X2M0-4RTV-9HJ1")})
    async with browser.gym.unit_of_work(browser.admin) as uow:
        with pytest.raises(PassphraseGiven):
            await PassphraseLinks(uow, BackupKeyStore(given)).issue()


async def test_a_key_that_cannot_be_kept_is_told_and_no_act_is_recorded(browser: Browser) -> None:
    """A read-only or full disk: nothing is in force, the same page can be sent again."""
    paper = await browser.writes_down(await browser.link())
    home = browser.gym.config.powergym_home
    home.parent.mkdir(parents=True, exist_ok=True)
    home.write_text("no folder")
    answer = await browser.confirms(paper)
    assert answer.status == 503
    assert "secrets" not in (await answer.text())
    home.unlink()
    assert (await browser.confirms(paper)).status == 200
    assert isinstance(await browser.keys.key(), BackupKey)
