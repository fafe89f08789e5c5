"""Database engine and sessions, mapped base, column types, and the classification of PostgreSQL's errors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

import asyncpg
from sqlalchemy import DateTime, Enum, ExceptionContext, MetaData, Numeric, event, make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.pool import NullPool

from gym.core.database.direct_pool import SESSION_SETTINGS, DirectPool
from gym.core.database.ids import new_id

NAMING = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


class Base(DeclarativeBase):
    """Every mapped row."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: DateTime(timezone=True), Decimal: Numeric(12, 2)}


Id = Annotated[UUID, mapped_column(primary_key=True, default=new_id)]


def enum_column(kind: type[StrEnum]) -> Enum:
    """An enum kept as text with a check constraint: readable in SQL, changeable online."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        name=kind.__name__.lower(),
        length=32,
        values_callable=_values,
    )


def _values(kind: type[StrEnum]) -> list[str]:
    return [member.value for member in kind]


def violated_constraint(error: IntegrityError) -> str | None:
    """The name of the constraint behind an integrity error (asyncpg keeps it in the cause)."""
    cause = getattr(error.orig, "__cause__", None)
    return getattr(cause, "constraint_name", None)


def sqlstate(error: DBAPIError) -> str | None:
    """PostgreSQL's five-letter code of an error."""
    return getattr(error.orig, "sqlstate", None)


RETRYABLE = frozenset({"40001", "40P01"})
"""Serialisation failure and deadlock: the same work may be done again."""
_GONE = ("08", "57P", "53")
"""Connection trouble, server shutting down, out of connections: come back later."""


def is_retryable(error: BaseException) -> bool:
    return isinstance(error, DBAPIError) and sqlstate(error) in RETRYABLE


FAULTS = (
    DBAPIError,
    PoolTimeout,
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresError,
    TimeoutError,
)
"""What an operation on the database may raise when PostgreSQL is in trouble; `is_unavailable` tells which."""


def is_unavailable(error: BaseException) -> bool:
    """True when PostgreSQL is out of reach, as opposed to having refused something."""
    if _is_bad_value(error):
        return False
    if isinstance(error, DBAPIError):
        state = sqlstate(error) or ""
        return error.connection_invalidated or state.startswith(_GONE) or isinstance(error, InterfaceError)
    if isinstance(error, asyncpg.PostgresError):
        return (getattr(error, "sqlstate", None) or "").startswith(_GONE)
    return isinstance(error, FAULTS)


_REFUSALS = ("22", "23", "54")
"""Data exceptions, integrity violations, limits of PostgreSQL: the values are at fault, always."""


def is_refusal(error: BaseException) -> bool:
    """True when PostgreSQL, or its driver, will never take these values.

    Everything else may pass: a timeout, a deadlock, a column that a migration is about to add.
    """
    if _is_bad_value(error):
        return True
    state = sqlstate(error) if isinstance(error, DBAPIError) else getattr(error, "sqlstate", None)
    return (state or "").startswith(_REFUSALS)


def _is_bad_value(error: BaseException) -> bool:
    """A value that the driver cannot write as its column's type, for instance a number beyond bigint.

    To asyncpg it is an InterfaceError, as is a connection that is gone; only it is a ValueError too.
    """
    cause = error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig is not None else error
    misconfigured = isinstance(cause, asyncpg.ClientConfigurationError)
    return isinstance(cause, asyncpg.InterfaceError) and isinstance(cause, ValueError) and not misconfigured


PATIENCE: Final = 60.0
"""Seconds a statement may take; none of the gym's needs a tenth of it, so the network has fallen silent."""
CONNECT_PATIENCE: Final = 20.0
"""Seconds that opening a connection may take."""


class Database:
    """One engine and its sessions."""

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 16,
        pooler: bool = False,
        direct_url: str | None = None,
        patience: float | None = PATIENCE,
    ):
        """`patience` is how many seconds a statement may take; None: as long as it needs."""
        self.url = url
        self.pooler = pooler
        self.direct_url = direct_url or url
        self.engine: AsyncEngine = _engine(url, pool_size=pool_size, pooler=pooler, patience=patience)
        self.sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=True)
        self.direct_pool = DirectPool(plain_dsn(url), size=max(4, pool_size // 2), pooler=pooler)

    def session(self) -> AsyncSession:
        return self.sessions()

    async def warm(self, connections: int) -> None:
        """Open connections ahead of the first request."""

        async def touch() -> None:
            async with self.engine.connect() as connection:
                await connection.execute(text("SELECT daterange(current_date, current_date, '[]')"))

        await asyncio.gather(self.direct_pool.open(), *(touch() for _ in range(connections)))

    @asynccontextmanager
    async def direct(self) -> AsyncGenerator[asyncpg.Connection]:
        """A connection of its own past any pooler: LISTEN and advisory locks live on it."""
        connection = await asyncpg.connect(plain_dsn(self.direct_url))
        try:
            yield connection
        finally:
            await connection.close(timeout=2)

    @asynccontextmanager
    async def unhurried(self) -> AsyncGenerator[AsyncConnection]:
        """A connection past any pooler, in no transaction, whose statements take as long as they need: a
        migration may write every row anew."""
        engine = _engine(self.direct_url, pool_size=1, pooler=self.pooler, patience=None)
        try:
            async with engine.connect() as connection:
                yield connection
        finally:
            await engine.dispose()

    async def close(self) -> None:
        await self.direct_pool.close()
        await self.engine.dispose()


OF_THE_DIALECT: Final = ("prepared_statement_cache_size", "prepared_statement_name_func")
"""Options that SQLAlchemy keeps to itself; PostgreSQL would refuse them as settings of the server."""


def plain_dsn(url: str) -> str:
    """The address as asyncpg itself reads it: SQLAlchemy's `ssl` is libpq's `sslmode`."""
    made = make_url(url).set(drivername="postgresql")
    options = {name: value for name, value in made.query.items() if name not in OF_THE_DIALECT}
    if "ssl" in options:
        options["sslmode"] = options.pop("ssl")
    return made.set(query=options).render_as_string(hide_password=False)


def _engine(url: str, *, pool_size: int, pooler: bool, patience: float | None) -> AsyncEngine:
    arguments: dict[str, Any] = {
        "timeout": CONNECT_PATIENCE,
        "command_timeout": patience,
        "server_settings": SESSION_SETTINGS,
    }
    if pooler:
        # Behind PgBouncer in transaction mode a prepared statement may meet another server process.
        arguments |= {"statement_cache_size": 0, "prepared_statement_cache_size": 0}
        engine = create_async_engine(url, poolclass=NullPool, connect_args=arguments, hide_parameters=True)
    else:
        engine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            pool_use_lifo=True,
            connect_args=arguments,
            hide_parameters=True,
        )
    event.listen(engine.sync_engine, "handle_error", _leave_the_silent)
    return engine


def _leave_the_silent(context: ExceptionContext) -> None:
    """With a connection that did not answer, all others over the same network are left."""
    if isinstance(context.original_exception, TimeoutError):
        context.invalidate_pool_on_disconnect = True


async def execute_all(session: AsyncSession, statements: Sequence[str]) -> None:
    """Run plain statements in order (migrations and tests)."""
    for statement in statements:
        await session.execute(text(statement))
