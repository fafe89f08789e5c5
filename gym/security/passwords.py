"""Passwords and device secrets: Argon2id. Functions here block for tens of milliseconds: use a thread."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from gym.core.errors import Invalid
from gym.core.language import N_

SHORTEST: Final = 10
LONGEST: Final = 256
"""Bounds the work of hashing what a stranger sends."""
FEWEST_DIFFERENT: Final = 5

# OWASP's first choice for Argon2id (password storage cheat sheet): 19 MiB, two passes, one lane. The
# library's 64 MiB a try would let a handful of parallel sign-ins outgrow the whole service.
MEMORY_KIB: Final = 19 * 1024
PASSES: Final = 2
LANES: Final = 1

_WORDS: Final = """
    password passwort contrasena contrasenia contrasenya clave micontrasena miclave secreto secret
    qwerty qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm qazwsx qazwsxedc qwertyqwerty
    letmein welcome bienvenido bienvenida iloveyou teamo tequiero teamomucho tequieromucho amorcito mivida
    admin administrator administrador root superuser usuario invitado employee empleado kiosk
    powergym gimnasio fitness crossfit entrenador workout gym mygym migimnasio powerlifting
    football futbol baseball basketball barcelona realmadrid americadecali millonarios nacional
    colombia bogota medellin cali mexico argentina venezuela espana
    dragon monkey sunshine princess princesa superman batman pokemon starwars michael jessica jennifer
    alejandro alejandra santiago sebastian valentina daniela carolina estrella corazon mariposa chocolate
    jesus jesucristo diosesamor whatever trustno changeme default abcdef abcdefgh abcdefghij abc hello hola
    computer computador internet google facebook instagram whatsapp telegram
"""
COMMON: Final = frozenset(_WORDS.split())
"""Words that stand alone in the lists of leaked passwords of gyms' two languages; digits and signs around
them, and digits for letters, do not help."""

RUNS: Final = (
    "0123456789" * 3,
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb",
    "1q2w3e4r5t6y7u8i9o0p",
)

_LEET: Final = str.maketrans("013457@$!", "oieastasi")
_EDGES: Final = re.compile(r"^[\W\d_]+|[\W\d_]+$")


class PasswordTooWeak(Invalid):
    """A password that is easily guessed; the subclasses say why."""

    code = "password_too_weak"
    message = N_("Choose a password of at least 10 characters that is not a common one.")


class PasswordTooShort(PasswordTooWeak):
    code = "password_too_short"
    message = N_(
        "The password needs at least {shortest} characters. A short sentence is easy to keep in mind."
    )

    def __init__(self) -> None:
        super().__init__(shortest=SHORTEST)


class PasswordTooLong(PasswordTooWeak):
    code = "password_too_long"
    message = N_("The password may have at most {longest} characters. Choose a shorter one.")

    def __init__(self) -> None:
        super().__init__(longest=LONGEST)


class PasswordTooCommon(PasswordTooWeak):
    code = "password_too_common"
    message = N_(
        "This password is among the first anybody would try. Choose another; a short sentence is good."
    )


class PasswordHasName(PasswordTooWeak):
    code = "password_has_name"
    message = N_("The password may not contain the user name. Choose another.")


def check_strength(password: str, username: str = "") -> None:
    """Raises `PasswordTooShort`, `PasswordTooLong`, `PasswordHasName` or `PasswordTooCommon`."""
    plain = _plain(password)
    if len(password) < SHORTEST:
        raise PasswordTooShort
    if len(password) > LONGEST:
        raise PasswordTooLong
    name = _plain(username)
    if len(name) >= 3 and name in plain:
        raise PasswordHasName
    if _is_guessable(plain):
        raise PasswordTooCommon


def hash_secret(secret: str) -> str:
    """The Argon2id hash of a password or device secret."""
    return _hasher().hash(_bytes(secret))


def verify_secret(secret: str, stored: str | None) -> tuple[bool, str | None]:
    """Whether it fits, and a new hash when the parameters have moved on.

    Without a stored hash the same work is done in vain, so that time tells nobody which names exist.
    """
    decoy = _nobody()  # made before either way is taken: else the first unknown name would take longer
    try:
        fits, renewed = _hasher().verify_and_update(_bytes(secret), stored or decoy)
    except UnknownHashError:
        fits, renewed = _hasher().verify_and_update(_bytes(secret), decoy)
        return False, None
    return (fits, renewed) if stored else (False, None)


def needs_rehash(stored: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return Argon2Hasher.identify(stored) and _argon2().check_needs_rehash(stored)


@cache
def _argon2() -> Argon2Hasher:
    return Argon2Hasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)


@cache
def _hasher() -> PasswordHash:
    return PasswordHash((_argon2(),))


@cache
def _nobody() -> str:
    return _hasher().hash("nobody has this one")


def _bytes(secret: str) -> bytes:
    """NFKC, since keyboards write the same accent in two ways; a broken surrogate is no reason to fail."""
    return unicodedata.normalize("NFKC", secret).encode("utf-8", "surrogatepass")


def _plain(text: str) -> str:
    """Lower case without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def _is_guessable(plain: str) -> bool:
    return len(set(plain)) < FEWEST_DIFFERENT or _is_common(plain) or _is_run(plain) or _is_repeated(plain)


def _is_common(plain: str) -> bool:
    """A common word within digits and signs, also with digits for letters or said twice; or digits alone."""
    core = re.sub(r"[\W_]+", "", _EDGES.sub("", plain))
    spoken = re.sub(r"[\W_]+", "", _EDGES.sub("", plain.translate(_LEET)))
    words = {core, spoken, core.translate(_LEET)}
    return not core or any(word in COMMON or _is_repeated(word) for word in words)


def _is_run(plain: str) -> bool:
    """Neighbours on the keyboard or in the alphabet, forwards or backwards."""
    return any(plain in run or plain[::-1] in run for run in RUNS)


def _is_repeated(plain: str) -> bool:
    """One piece of up to half the length, again and again."""
    return plain in (plain + plain)[1:-1]
