"""Names of photo files: whose photo it is, by document or card number. Pure.

`1020304050.jpg`, `CC 1.020.304.050 (2).jpg`, `1020304050_ana.jpg` and `1020304050/1.jpg` are one person's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Final

_COPY: Final = re.compile(r"[ _-]*(?:\([0-9]{1,2}\)|[ _-][0-9]{1,2})$")
"""`(2)` and `_2` behind a name: another photo of the same person."""
LONGEST: Final = 260
"""Letters of a path that are read, from its end: as many as Windows allows. A name in an archive may have
65,535, and looking there for what stands behind a number would stop the whole program for minutes."""
SHORTEST: Final = 4
"""Signs of a number; shorter ones count photos rather than people."""
_OTHER: Final = frozenset(
    {
        *(".csv", ".tsv", ".txt", ".xls", ".xlsx", ".xlsm", ".ods", ".numbers", ".json", ".xml", ".html"),
        *(".pdf", ".doc", ".docx", ".odt", ".rtf", ".zip", ".rar", ".7z", ".vcf", ".mp4", ".mov"),
    }
)
_RUBBISH: Final = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")


def is_other(path: str) -> bool:
    """Whether a file is no picture by its ending; one without an ending may be."""
    return PurePosixPath(path).suffix.lower() in _OTHER


def is_rubbish(path: str) -> bool:
    """What systems leave beside photos, which nobody would miss."""
    return any(part in _RUBBISH or part.startswith("._") for part in path.split("/"))


def is_hidden(path: str) -> bool:
    """Whether a part of the path begins with a dot: Android keeps small copies of photos in `.thumbnails`."""
    return any(part.startswith(".") and part not in (".", "..") for part in path.split("/"))


def numbers_in(path: str) -> Iterator[str]:
    """What may be the owner's number, the likeliest first; each once."""
    file = PurePosixPath(path[-LONGEST:])
    named = [file.stem, *(part for part in reversed(file.parts[:-1]))]
    seen: set[str] = set()
    for text in _parts(named):
        number = text.strip(" ._-")
        if sum(sign.isdecimal() for sign in number) >= SHORTEST and number not in seen:
            seen.add(number)
            yield number


def _parts(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield name
        yield _COPY.sub("", name)
        yield re.split(r"[_ ]+(?=[^\W\d])", name, maxsplit=1)[0]
        yield re.sub(r"^[^\W\d][^\d]*[_ -]+(?=[0-9])", "", name)
