"""Every message the product says has a Spanish translation with the same placeholders."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from gym.core.language import LANGUAGES, LOCALE_DIR, SOURCE_LANGUAGE

ROOT = Path(__file__).parents[2]
KEYWORDS = {"_": None, "t": None, "tr": None, "N_": None, "plural": (1, 2)}
PLACEHOLDER = re.compile(r"{\w+}|</?\w+>")


def spoken() -> set[str | tuple[str, ...]]:
    """Every msgid in the code."""
    found: set[str | tuple[str, ...]] = set()
    for package in ("gym", "bot", "web"):
        for _, _, message, _, _ in extract_from_dir(ROOT / package, [("**.py", "python")], keywords=KEYWORDS):
            if message:
                found.add(message)
    return found


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != SOURCE_LANGUAGE])
def test_no_message_lacks_a_translation(language: str) -> None:
    with (LOCALE_DIR / language / "LC_MESSAGES" / "powergym.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    messages = spoken()
    assert len(messages) > 400
    for message in messages:
        entry = catalogue.get(message if isinstance(message, str) else message[0])
        assert entry is not None, f"not in the catalogue: {message}"
        forms = [entry.string] if isinstance(entry.string, str) else list(entry.string)
        assert all(forms), f"not translated: {message}"
        source = message if isinstance(message, str) else message[-1]
        for form in forms:
            assert set(PLACEHOLDER.findall(form)) <= set(PLACEHOLDER.findall(source)), (message, form)
        assert set(PLACEHOLDER.findall(forms[-1])) == set(PLACEHOLDER.findall(source)), (message, forms)
