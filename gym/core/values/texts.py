"""Types of names, lists, files and folders in the environment."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from gym.core.text import one_line

_TOKEN: Final = re.compile(r"[0-9]{1,16}:[A-Za-z0-9_-]{3,100}")
_PACK: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_PACK_FILE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\.onnx:[0-9a-fA-F]{64}")
_PROVIDER: Final = re.compile(r"[A-Za-z0-9]{1,60}ExecutionProvider")

SHORTEST_PASSPHRASE: Final = 16


def _split(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _words(value: Any) -> Any:
    """A command as one would type it; quotes are understood, nothing else of a shell is."""
    if not isinstance(value, str):
        return value
    if not value.isprintable():
        raise ValueError("must be one line of text")
    try:
        return tuple(shlex.split(value))
    except ValueError:
        raise ValueError("has a quote that is not closed") from None


def _command(value: tuple[str, ...]) -> tuple[str, ...]:
    if value and not value[0]:
        raise ValueError("is not a command")
    return value


def _token(value: SecretStr) -> SecretStr:
    if not _TOKEN.fullmatch(value.get_secret_value()):
        raise ValueError("is not a bot's token such as 123456:ABC-DEF; @BotFather shows it")
    return value


def _passphrase(value: SecretStr) -> SecretStr:
    """Whoever has a stolen backup may guess for years."""
    if len("".join(value.get_secret_value().split())) < SHORTEST_PASSPHRASE:
        raise ValueError(f"must have at least {SHORTEST_PASSPHRASE} letters and digits")
    return value


def _name(value: str) -> str:
    """A heading of messages and papers: one line."""
    tidy = one_line(value)
    if not tidy or not value.isprintable():
        raise ValueError("must be one line of text")
    return tidy


def _path(value: Path) -> Path:
    text = str(value)
    if "\0" in text or "\n" in text or not text.strip():
        raise ValueError("is not a path")
    try:
        return value.expanduser()
    except RuntimeError:
        raise ValueError("begins with the home folder of a user who is not known here") from None


def _folder(value: Path) -> Path:
    if os.path.exists(value) and not os.path.isdir(value):
        raise ValueError("names a file; it must be a folder")
    return value


def _file(value: Path) -> Path:
    if not os.path.isfile(value):
        raise ValueError("names a file that is not there")
    return value


def _pack(value: str) -> str:
    if not _PACK.fullmatch(value):
        raise ValueError("must be a pack's name: letters, digits, _ . -")
    return value


def _pack_files(value: tuple[str, ...]) -> tuple[str, ...]:
    if value and (len(value) != 2 or not all(_PACK_FILE.fullmatch(one) for one in value)):
        raise ValueError("write detector.onnx:SHA256,recognizer.onnx:SHA256")
    return value


def _providers(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value or not all(_PROVIDER.fullmatch(one) for one in value):
        raise ValueError("must name providers of ONNX Runtime, such as CPUExecutionProvider")
    return value


def _upper(value: Any) -> Any:
    return value.strip().upper() if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""A comma-separated list in the environment."""
Command = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words), AfterValidator(_command)]
"""A program and its arguments, split as a shell would."""
BotToken = Annotated[SecretStr, AfterValidator(_token)]
Passphrase = Annotated[SecretStr, AfterValidator(_passphrase)]
Heading = Annotated[str, AfterValidator(_name)]
Folder = Annotated[Path, AfterValidator(_path), AfterValidator(_folder)]
"""A folder that is there or can be made; `~` is the user's own."""
ExistingFile = Annotated[Path, AfterValidator(_path), AfterValidator(_file)]
PackName = Annotated[str, AfterValidator(_pack)]
PackFiles = Annotated[Names, AfterValidator(_pack_files)]
Providers = Annotated[Names, AfterValidator(_providers)]
AnyCase = BeforeValidator(_upper)
"""For words that are written in capitals."""
