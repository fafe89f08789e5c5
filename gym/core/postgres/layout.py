"""Paths of the embedded server, and the state file that its supervisor writes."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

OWNER = "powergym"  # the database role everything belongs to
PORT = 5432  # only part of the socket's name; nothing listens on the network


@dataclass(frozen=True, slots=True)
class ServerLayout:
    """The files under `POWERGYM_HOME/postgres`."""

    root: Path

    @classmethod
    def under(cls, home: Path) -> ServerLayout:
        return cls(home.expanduser().absolute() / "postgres")

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def unfinished(self) -> Path:
        """Where initdb works; it becomes `data` in one rename, so a killed initdb leaves no half cluster."""
        return self.root / "data.new"

    @property
    def users_lock(self) -> Path:
        """Shared by every user; the supervisor waits for it exclusively, which means that nobody is left."""
        return self.root / "users.lock"

    @property
    def supervisor_lock(self) -> Path:
        """Held exclusively while a supervisor lives; whoever can take it has to start one.

        Its name, and those of the state file and the log, are those of v0.1.0: two releases that run on one
        home must find the same supervisor.
        """
        return self.root / "keeper.lock"

    @property
    def state(self) -> Path:
        return self.root / "keeper.json"

    @property
    def sockets(self) -> Path:
        """A link to the short directory of the sockets, where the data directory's own path is too long."""
        return self.root / "sockets"

    @property
    def server_log(self) -> Path:
        return self.root / "postgres.log"

    @property
    def supervisor_log(self) -> Path:
        return self.root / "keeper.log"


@dataclass(frozen=True, slots=True)
class SupervisorState:
    """What a supervisor tells its users: where the sockets are, or why there is no server."""

    pid: int
    sockets: str = ""
    error: str = ""

    def write(self, path: Path) -> None:
        draft = path.with_suffix(".tmp")
        draft.write_text(json.dumps(asdict(self)), encoding="utf-8")
        os.replace(draft, path)

    @classmethod
    def read(cls, path: Path) -> SupervisorState | None:
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None
