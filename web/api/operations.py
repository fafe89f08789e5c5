"""All operations of the API, as the handlers declare them, and the document made of them."""

from __future__ import annotations

from typing import Final

from web.api import auth, check_ins, faces, health, kiosks, sign_ins, staff, thumbnails
from web.openapi import pages
from web.openapi.declaration import Json, Operation
from web.openapi.pages import ApiDocument
from web.openapi.routes import ApiRoutes

ROUTES: Final[tuple[ApiRoutes, ...]] = (
    kiosks.routes,
    auth.routes,
    sign_ins.routes,
    check_ins.routes,
    staff.routes,
    faces.routes,
    thumbnails.routes,
    health.routes,
    pages.routes,
)
OPERATIONS: Final[tuple[Operation, ...]] = tuple(one for table in ROUTES for one in table.operations)
API_DOCUMENT: Final = ApiDocument(OPERATIONS)


def document() -> Json:
    """The OpenAPI document."""
    return API_DOCUMENT.content
