"""The door with the people of a folder: `pytest tests/e2e --faces DIR --strangers DIR`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.app import RunningApp
from tests.e2e.desk import claim_gym, create_plan, pair_kiosk, register_answers
from tests.e2e.door import Door
from tests.support.people import people, stranger
from tests.support.sandbox.client import Person as Phone
from tests.support.sandbox.client import SandboxClient

ENROLLED = 3
MOST_PEOPLE = 20
MOST_STRANGERS = 40


@dataclass
class Table:
    """What the door said of each kind of visitor."""

    members: Counter[str] = field(default_factory=Counter)
    strangers: Counter[str] = field(default_factory=Counter)
    photos: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        rows = [f"members    {dict(self.members)}", f"strangers  {dict(self.strangers)}"]
        return "\n".join([*rows, f"enrolment  {dict(self.photos)}"])


@pytest.mark.long
async def test_the_people_of_a_folder_come_in_and_strangers_do_not(
    running_app: RunningApp,
    telegram: SandboxClient,
    pytestconfig: pytest.Config,
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = Path(pytestconfig.getoption("--faces") or _own_people(tmp_path_factory.mktemp("people")))
    members = _people_in(folder)
    claim_url = await running_app.claim
    assert claim_url is not None
    assert running_app.web_url is not None
    ana = await claim_gym(telegram, claim_url)
    await create_plan(ana, "Monthly", "1 month", "0")
    table = Table()
    async with Door(running_app.web_url) as door:
        await pair_kiosk(ana, door)
        probes = [(person.name, await _join(ana, person, table)) for person in members]
        for name, photos in probes:
            for photo in photos:
                table.members[await _verdict(door, photo, name)] += 1
        for photo in _strangers(pytestconfig):
            table.strangers[await _verdict(door, photo, None)] += 1
    with capsys.disabled():
        print(f"\n{table}")
    assert table.members["wrong person"] == 0
    assert table.strangers["wrong person"] <= len(members) // 20
    assert table.members["admitted"] > 0.9 * (table.members["admitted"] + table.members["not recognized"])


async def _join(desk: Phone, person: Path, table: Table) -> list[bytes]:
    """Register by the first photos that are accepted, sell the free plan; the rest are probes."""
    photos = _photos_in(person)
    first, _, last = person.name.partition("_")
    await register_answers(desk, first, last.replace("_", " ") or first)
    taken = used = 0
    while taken < ENROLLED and used < len(photos) - 1:
        await desk.sends_photo(photos[used])
        reply = await desk.sees("photo")
        good = "✅ Good photo" in reply.words or "✅ Save" in reply.labels
        table.photos["taken" if good else "refused"] += 1
        taken, used = taken + good, used + 1
    if taken < ENROLLED:
        await desk.taps("Done with photos")
    await desk.taps("Save")
    await desk.sees("is registered")
    for label in ("Sell plan", "Monthly", "✅ Sell"):
        await desk.taps(label)
    await desk.sees("Sold")
    return photos[used:]


def _people_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir())[:MOST_PEOPLE]


def _photos_in(person: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(person.glob("*.jpg"))]


async def _verdict(door: Door, photo: bytes, name: str | None) -> str:
    """In a word; `name` is the folder of the person, None for a stranger."""
    status, answer = await door.post_photo(photo)
    if status != 201:
        return answer["error"]["code"]
    if "client" not in answer:
        return "not recognized"
    known = name is not None and answer["client"]["display_name"] == name.partition("_")[0]
    return "admitted" if known else "wrong person"


def _strangers(pytestconfig: pytest.Config) -> list[bytes]:
    folder = pytestconfig.getoption("--strangers")
    if folder is None:
        return [stranger()]
    return [path.read_bytes() for path in sorted(Path(folder).rglob("*.jpg"))[:MOST_STRANGERS]]


def _own_people(folder: Path) -> Path:
    """The suite's own people, in LFW's layout."""
    for person in people():
        (folder / person.name).mkdir()
        for variant in range(6):
            (folder / person.name / f"{variant}.jpg").write_bytes(person.photo(variant))
    return folder
