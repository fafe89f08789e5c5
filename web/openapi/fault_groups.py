"""Faults that many operations share, grouped by what makes them: the database, a token, JSON, photos."""

from __future__ import annotations

from typing import Final

from gym.core.errors import Busy, DatabaseUnavailable
from gym.faces.errors import NoFace, NotAnImage, PhotoTooLarge, PhotoUnreadable, SeveralFaces
from gym.security.rate_limits import TooManyRequests
from gym.security.tokens import ExpiredToken, InvalidToken
from web.http.addresses import HttpsRequired
from web.http.authentication import WrongScope
from web.http.faults import HTTP_FAULTS, INTERNAL
from web.http.json import FieldsInvalid
from web.http.photos import ContentUnknown, Malformed
from web.openapi.declaration import DeclaredFault, Faults

ALWAYS: Final[Faults] = (HttpsRequired, DeclaredFault("internal", 500, INTERNAL))
STORED: Final[Faults] = (*ALWAYS, DatabaseUnavailable)
TOKEN: Final[Faults] = (*STORED, InvalidToken, ExpiredToken, WrongScope, TooManyRequests)
JSON: Final[Faults] = (
    Malformed,
    ContentUnknown,
    FieldsInvalid,
    DeclaredFault("too_large", 413, HTTP_FAULTS[413][1]),
)
PHOTO: Final[Faults] = (NotAnImage, PhotoTooLarge, PhotoUnreadable, NoFace, SeveralFaces, Busy)
