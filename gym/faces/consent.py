"""The consent text, by version: what a client agrees to before a face is stored."""

from __future__ import annotations

from gym.core.language import N_

CONSENT_TEXTS: dict[int, str] = {
    1: N_(
        "{gym} would like to recognise you at the door by your face.\n\n"
        "What is kept: a mathematical template of your face, protected with a secret key, and a small "
        "encrypted picture. The photos taken at the door are not kept.\n\n"
        "What it is for: only to let you in and to record your visits. Nobody outside the gym gets it.\n\n"
        "It is your choice: a QR from your chat, or your document and the last four digits of your phone, "
        "work at the same hours. You can withdraw your consent at any time, with one tap or at the desk; the "
        "template and the picture are deleted at once.\n\n"
        "Do you agree?"
    ),
}
"""A new text gets the next number; the old ones stay, because people agreed to them."""


def consent_version() -> int:
    """The version in force."""
    return max(CONSENT_TEXTS)


def consent_text() -> str:
    """The msgid of the version in force; filled with `gym`, the gym's name."""
    return CONSENT_TEXTS[consent_version()]
