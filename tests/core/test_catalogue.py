"""Every message the product says has a Spanish translation with the same placeholders."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from gym.core.language import LANGUAGES, LOCALE_DIR, SOURCE_LANGUAGE

ROOT = Path(__file__).parents[2]
PACKAGES = ("gym", "bot", "web")
KEYWORDS = {"_": None, "t": None, "tr": None, "N_": None, "plural": (1, 2)}
PLACEHOLDER = re.compile(r"{\w+}|</?\w+>")


def spoken() -> set[str | tuple[str, ...]]:
    """Every msgid in the code."""
    found: set[str | tuple[str, ...]] = set()
    for package in PACKAGES:
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
        assert not entry.fuzzy, f"fuzzy, so it is left out when compiled: {message}"
        forms = [entry.string] if isinstance(entry.string, str) else list(entry.string)
        assert all(forms), f"not translated: {message}"
        source = message if isinstance(message, str) else message[-1]
        for form in forms:
            assert set(PLACEHOLDER.findall(form)) <= set(PLACEHOLDER.findall(source)), (message, form)
        assert set(PLACEHOLDER.findall(forms[-1])) == set(PLACEHOLDER.findall(source)), (message, forms)


def said_in_code() -> Iterator[tuple[str, str]]:
    """Literals given to a translator, with their place; those in f-strings too, which the extractor skips."""
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or _name(node.func) not in KEYWORDS:
                continue
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value, f"{path.relative_to(ROOT)}:{node.lineno}"


def _name(function: ast.expr) -> str | None:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return None


def test_no_message_hides_from_the_translators() -> None:
    known = {message if isinstance(message, str) else message[0] for message in spoken()}
    said = dict(said_in_code())
    assert len(said) > 400
    assert {message: place for message, place in said.items() if message not in known} == {}


def test_extracting_the_messages_again_changes_nothing(tmp_path: Path) -> None:
    """`make messages` on a clean tree: same order, same width, same header."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package)
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "tests").mkdir()
    for name in ("__init__.py", "messages.py"):
        shutil.copy(ROOT / "tests" / name, tmp_path / "tests")
    command = ["make", "-o", ".venv/.ready-dev", "messages", f"BIN={Path(sys.executable).parent}"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    for path in LOCALE_DIR.rglob("*.po"):
        again = tmp_path / path.relative_to(ROOT)
        assert again.read_text(encoding="utf-8") == path.read_text(encoding="utf-8")


def test_every_plural_is_taken_for_one() -> None:
    """A call inside of it whose arguments name `t` makes the extractor read the plural as one message."""
    known = spoken()
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) == "plural" and len(node.args) > 1:
                forms = tuple(one.value for one in node.args[:2] if isinstance(one, ast.Constant))
                place = f"{path.relative_to(ROOT)}:{node.lineno}"
                assert len(forms) < 2 or forms in known, f"work the values out before: {place}"
