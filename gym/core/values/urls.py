"""Types of server addresses: absolute URLs, each of the kind that its variable needs."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated, Final
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator
from sqlalchemy import make_url

_VISIBLE: Final = re.compile(r"[\x21-\x7e]{1,2000}")
_HOST: Final = re.compile(
    r"(?=.{1,253}\Z)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}))*\.?"
)
TELEGRAM_PORTS: Final = frozenset({None, 443, 80, 88, 8443})
"""The ports to which api.telegram.org delivers (https://core.telegram.org/bots/api#setwebhook)."""
OWN_PLACES: Final = frozenset(
    {"api", "healthz", "kiosk", "metrics", "pages", "passphrase", "password", "readyz"}
)
"""How the paths begin at which the gym's own pages and API answer."""
_PATH: Final = re.compile(r"(/[A-Za-z0-9._~:@+=,;-]*)*")
_INSIDE: Final = (".local", ".internal", ".lan", ".localhost")
# The parts of a database's address as SQLAlchemy's make_url reads them: a password may hold `#` or `/`.
_DATABASE: Final = re.compile(
    r"(?:[^:/]*(?::[^@]*)?@)?(?:\[(?P<six>[^/?\]]+)\]|(?P<host>[^/:?\[\]]+)?)(?::(?P<port>[^/?]*))?"
    r"(?:/[^?]*)?(?:\?(?P<query>.*))?"
)
_DIALECTS: Final = frozenset({"postgres", "postgresql", "postgresql+asyncpg"})


def split(text: str, *, schemes: tuple[str, ...] = ("https", "http")) -> SplitResult:
    """The parts of an absolute URL without user and fragment. Raises ValueError; never repeats the text."""
    example = f"must be an address such as {schemes[0]}://gym.example"
    try:
        parts = urlsplit(text if _VISIBLE.fullmatch(text) else "")
        port, host = parts.port, parts.hostname
    except ValueError:
        raise ValueError(example) from None
    if parts.scheme not in schemes or not host or not is_host(host) or port == 0:
        raise ValueError(example)
    if "@" in parts.netloc or parts.fragment or "#" in text:
        raise ValueError(f"{example}, without a user and without #")
    return parts


def is_host(text: str) -> bool:
    """An address of the Internet Protocol or a name of the DNS."""
    try:
        ip_address(text)
    except ValueError:
        return _HOST.fullmatch(text) is not None and not re.fullmatch(r"[0-9.]+", text)
    return True


def is_inside(host: str) -> bool:
    """Whether a host is this machine, one of the own network, or a name that only the own network knows."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host.rstrip(".") or host.rstrip(".").endswith(_INSIDE)


def _api_server(value: str) -> str:
    """The token stands in each of its addresses, so it is not sent over the internet in clear."""
    parts = split(value)
    if parts.query:
        raise ValueError("must be an address without ?")
    if parts.scheme == "http" and not is_inside(parts.hostname or ""):
        raise ValueError("must begin with https: over plain http the bot's token could be read on its way")
    return value


def checked_webhook(value: str, *, own_server: bool) -> str:
    """Telegram delivers over https and to four ports; a Bot API server of one's own also into its network.

    Raises ValueError.
    """
    parts = split(value)
    inside = own_server and is_inside(parts.hostname or "")
    if parts.scheme != "https" and not inside:
        raise ValueError("must begin with https: Telegram delivers nowhere else")
    if not own_server and parts.port not in TELEGRAM_PORTS:
        raise ValueError("must be at port 443, 80, 88 or 8443: Telegram delivers to no other")
    _require_own_path(parts.path)
    return value


def _require_own_path(path: str) -> None:
    """A path that means one place to every proxy and router on the way, and not one that is taken.

    Raises ValueError.
    """
    places = path.split("/")
    if not _PATH.fullmatch(path) or {".", ".."} & set(places):
        raise ValueError("must have a path of letters and digits, such as /telegram")
    if len(places) > 1 and places[1] in OWN_PLACES:
        raise ValueError(f"must have a path of its own, such as /telegram: /{places[1]} is the gym's")


def _download(value: str) -> str:
    split(value)
    return value


def _database(value: str) -> str:
    scheme, found, rest = value.partition("://")
    parts = _DATABASE.fullmatch(rest) if found and value.isprintable() else None
    if scheme not in _DIALECTS or parts is None:
        raise ValueError("must be a postgresql:// address")
    if not (parts["host"] or parts["six"] or "host=" in (parts["query"] or "")):
        raise ValueError("must be a postgresql:// address with a host")
    if parts["port"] is not None and not _is_port(parts["port"]):
        raise ValueError("has a port that is not a number from 1 to 65535")
    return f"postgresql+asyncpg://{rest}"


def is_same_database(one: str, other: str) -> bool:
    """Whether two addresses lead to the same port of the same host and the same database there."""
    return _door(one) == _door(other)


def _door(url: str) -> tuple[object, ...]:
    made = make_url(url)
    return (made.host or made.query.get("host"), made.port or made.query.get("port", 5432), made.database)


def _is_port(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,5}", text) is not None and 1 <= int(text) <= 65535


def _bind_host(value: str) -> str:
    if not is_host(value):
        raise ValueError("must be an address of this machine, such as 127.0.0.1, or its name")
    return value


def checked_origin(value: str) -> str:
    """`https://desk.example:8443`, as browsers write it. Raises ValueError with the entry that is none."""
    try:
        parts = split(value.rstrip("/"))
    except ValueError:
        parts = None
    if parts is None or parts.path or parts.query:
        raise ValueError(f"{value[:60]!a} is not an origin such as https://desk.example")
    return f"{parts.scheme}://{parts.netloc.lower()}"


ApiServer = Annotated[str, AfterValidator(_api_server)]
Download = Annotated[str, AfterValidator(_download)]
DatabaseUrl = Annotated[str, AfterValidator(_database)]
"""An address of PostgreSQL, for asyncpg whatever it was written for."""
BindHost = Annotated[str, AfterValidator(_bind_host)]
