"""Which tests read the machine's clock: the paths that are live as a whole, and the files that hold any."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
LIVE: Final = (
    "tests/bot/telegram/test_killed.py",
    "tests/bot/outbox/test_outbox_kill.py",
    "tests/core/postgres/",
    "tests/e2e/",
    "tests/faces_db/",
    "tests/findings/test_links_and_the_bots_name.py",
    "tests/findings/test_lost_races.py",
    "tests/jobs/",
    "tests/kept/test_v0_1_0_opened.py",
    "tests/sandbox/",
    "tests/security/test_certificates.py",
    "tests/soak/",
    "tests/web/tls/test_https",
    "tests/web/door/test_killed.py",
    "tests/web/kiosk/",
    "tests/web/tls/test_served.py",
)
"""Where tests live in the machine's time: they start programs, open pages, or wait for what happens of
its own accord. `python -m tests.instants` runs them at every hour of a gym's day."""
MARK: Final = "pytest.mark.live"
"""How a file says so of some of its tests, or of all of them."""


@cache
def is_live(path: Path) -> bool:
    """Whether everything in a test file is live by its path."""
    return path.relative_to(ROOT).as_posix().startswith(LIVE)


def live_files() -> Sequence[Path]:
    """Every file with a live test: half of what pytest would otherwise spend on an instant is collecting."""
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    return [path for path in files if is_live(path) or MARK in path.read_text(encoding="utf-8")]
