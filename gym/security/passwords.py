"""Passwords and device secrets: Argon2id. Functions here block for tens of milliseconds: use a thread."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from gym.core.errors import Invalid
from gym.core.language import N_

SHORTEST: Final = 10
COMMON: Final = re.compile(
    r"(password|contrase\w*|qwerty\w*|1234567890*|letmein\w*|powergym\w*|gimnasio\w*|iloveyou\w*|admin\w*)\d*!*",
    re.IGNORECASE,
)


class PasswordTooWeak(Invalid):
    """Short, common, or the user's own name."""

    code = "password_too_weak"
    message = N_("Choose a password of at least 10 characters that is not a common one.")


@cache
def _hasher() -> PasswordHash:
    return PasswordHash((Argon2Hasher(),))


def check_strength(password: str, username: str = "") -> None:
    """Raises `PasswordTooWeak`."""
    low = password.lower()
    own_name = bool(username) and username.lower() in low
    if len(password) < SHORTEST or COMMON.fullmatch(password) or own_name or len(set(low)) < 4:
        raise PasswordTooWeak


def hash_secret(secret: str) -> str:
    """The Argon2id hash of a password or device secret."""
    return _hasher().hash(secret)


def verify_secret(secret: str, stored: str | None) -> tuple[bool, str | None]:
    """Whether it fits, and a new hash when the parameters have moved on.

    Without a stored hash the same work is done in vain, so that time tells nobody which names exist.
    """
    if stored is None:
        _hasher().verify(secret, _nobody())
        return False, None
    return _hasher().verify_and_update(secret, stored)


@cache
def _nobody() -> str:
    return _hasher().hash("nobody has this one")
