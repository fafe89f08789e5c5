"""`python -m tests.names`: write new names down; those that are there stay, whatever became of them."""

from __future__ import annotations

from tests.names.collecting import KEPT, names_kept, names_now


def main() -> None:
    known = names_kept() if KEPT.exists() else set[str]()
    fresh = names_now() - known
    KEPT.write_text("".join(f"{name}\n" for name in sorted(known | fresh)), encoding="utf-8")
    print(f"{len(fresh)} new names in {KEPT}")


if __name__ == "__main__":
    main()
