"""New messages into the catalogues, untranslated: `python -m tests.messages`, which `make messages` runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

ROOT: Final = Path(__file__).parents[1]
LOCALE: Final = "gym/locale"
KEYWORDS: Final = ("_", "t", "tr", "N_", "plural:1,2")
ROOMS: Final = ("gym", "bot", "web")
WIDTH: Final = "100"


def main() -> int:
    with TemporaryDirectory() as folder:
        template = Path(folder) / "powergym.pot"
        asked = [part for word in KEYWORDS for part in ("-k", word)]
        written = ["--no-location", "--sort-output", "-w", WIDTH, "-o", str(template)]
        _babel("extract", "-F", f"{LOCALE}/babel.cfg", *asked, *written, *ROOMS)
        kept = ["--no-fuzzy-matching", "--ignore-obsolete", "--ignore-pot-creation-date", "-w", WIDTH]
        _babel("update", "-i", str(template), "-d", LOCALE, "-D", "powergym", *kept)
    return 0


def _babel(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "babel.messages.frontend", "-q", *arguments], cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
