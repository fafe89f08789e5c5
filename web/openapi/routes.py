"""The route table of the API: a handler gets its address together with its declaration only."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import replace

from aiohttp import web

from web.http.authentication import CALLERS, claims_of
from web.openapi.declaration import Operation

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class DeclarationIncomplete(Exception):
    """An operation without a description, found at import."""


class ApiRoutes:
    """The operations of one area, whose name tags them, and their aiohttp routes."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.operations: list[Operation] = []
        self.definitions: list[web.RouteDef] = []

    def handles(self, operation: Operation) -> Callable[[Handler], Handler]:
        """Decorates the handler of an operation; its docstring describes it where the operation does not.

        Raises `DeclarationIncomplete` where neither does.
        """

        def declare(handler: Handler) -> Handler:
            description = operation.description or inspect.getdoc(handler)
            if not description:
                raise DeclarationIncomplete(operation.name)
            self.operations.append(replace(operation, tag=self.tag, description=description))
            self.definitions.append(
                web.route(operation.method.upper(), operation.route, _guarded(operation, handler))
            )
            return handler

        return declare


def _guarded(operation: Operation, handler: Handler) -> Handler:
    """The handler, reached by the declared callers only."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        request[CALLERS] = operation.scopes
        if operation.scopes:
            claims_of(request)
        return await handler(request)

    return guarded
