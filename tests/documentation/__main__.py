"""`python -m tests.documentation`: write the tables of docs/export.md and docs/privacy.md from the code."""

from __future__ import annotations

from gym.exporting.page import page
from gym.privacy.register_page import register_page
from tests.documentation.pages import ROOT, text_of
from tests.privacy.test_page import BEGINS, ENDS


def main() -> None:
    (ROOT / "docs/export.md").write_text(page(), encoding="utf-8")
    before, begins, rest = text_of("docs/privacy.md").partition(BEGINS)
    _, ends, after = rest.partition(ENDS)
    (ROOT / "docs/privacy.md").write_text(
        f"{before}{begins}\n{register_page().strip()}\n{ends}{after}", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
