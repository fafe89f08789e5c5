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
    # The first text said that nobody outside the gym gets anything; photos of the chat go through Telegram.
    2: N_(
        "{gym} would like to recognise you at the door by your face.\n\n"
        "What is kept, in the gym's own system: a mathematical template of your face, protected with a "
        "secret key, and a small encrypted picture. Photos that the kiosk at the door takes are read "
        "there and not kept; without a connection they wait on the kiosk, for three days at most.\n\n"
        "What it is for: only to let you in and to record your visits. The gym's staff see your picture; "
        "the gym gives it to nobody else.\n\n"
        "What goes through Telegram: photos that the desk sends to the bot in chat, to remember your face "
        "or to see who you are, and the small picture on your card, where you were photographed in chat. "
        "They pass through Telegram's servers and are seen in that chat. The bot deletes them there, as "
        "far as Telegram lets it: photos of an enrolment when it is saved or canceled, all others after "
        "ten minutes. If you want none of that, have your face taken at the kiosk: then no picture of it "
        "goes through Telegram, and at the desk your QR or document is enough.\n\n"
        "What the gym cannot reach: messages that Telegram does not let a bot delete (older than 48 "
        "hours), pictures somebody has saved on a phone, what Telegram itself keeps, and backups of the "
        "gym's system until they are replaced.\n\n"
        "It is your choice: a QR from your chat, or your document and the last four digits of your phone, "
        "work at the same hours. You can withdraw your consent at any time, with one tap or at the desk; "
        "the template and the picture are deleted at once.\n\n"
        "Do you agree?"
    ),
}
"""A new text gets the next number; the old ones stay, because people agreed to them.

Who agreed to an older text stays recognised until they say no: what is stored and what for has not changed,
the newer text only tells more of the way there, and a door that suddenly knows nobody would push people to
agree. But nothing new is stored: a new enrolment, and what the door learns, need the text in force.
"""


def consent_version() -> int:
    """The version in force."""
    return max(CONSENT_TEXTS)


def consent_text() -> str:
    """The msgid of the version in force; filled with `gym`, the gym's name."""
    return CONSENT_TEXTS[consent_version()]
