"""Folder of the gym's own certificate authority and server certificate; renewal and expiry."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from gym.core.config import Config, ConfigError
from gym.security.tls.certificates import (
    HostNames,
    KeyedCertificate,
    issue,
    make_authority,
    may_certify,
    names_in,
)

FOLDER: Final = "https"
RENEW: Final = "run: python -m gym certificate, then restart"
SOON: Final = timedelta(days=30)
"""Before its end a certificate is spoken of: time enough for whoever looks in once a month."""
NOWHERE: Final = "192.0.2.1"
"""An address of no machine (RFC 5737): asking the way there names the interface that leads out."""


@dataclass(frozen=True, slots=True)
class CertificateFolder:
    """Where it lies in the gym's home."""

    home: Path

    @property
    def path(self) -> Path:
        return self.home / FOLDER

    @property
    def authority(self) -> Path:
        """The authority's key and certificate; it leaves this machine in sealed backups alone."""
        return self.path / "authority.pem"

    @property
    def public(self) -> Path:
        """What a tablet has to trust."""
        return self.path / "authority.crt"

    @property
    def server(self) -> Path:
        """The server's key and certificate."""
        return self.path / "server.pem"

    def make(self, gym_name: str, names: HostNames, now: datetime, *, anew: bool = False) -> KeyedCertificate:
        """A new server certificate, by the authority that is there; a first one, or `anew`, is made.

        Raises `NameOutside`, `NameMalformed` and `ConfigError`.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            authority = None if anew else self._authority(now)
            made = authority or make_authority(gym_name, names, now)
            server = issue(made, names, now)
            if authority is None:
                _write(self.authority, made.pem())
            _write(self.public, made.public_pem(), mode=0o644)
            _write(self.server, server.pem())
        except OSError as error:
            raise ConfigError(f"POWERGYM_HOME: cannot write {self.path} ({error.strerror})") from None
        return server

    def renew(self, gym_name: str, now: datetime) -> bool:
        """By the authority that is there, where the certificate ends soon or lacks an address that is here.

        False when there was nothing to do, or only a new authority could: tablets would not trust that one.
        Raises `ConfigError`.
        """
        standing, authority = self.standing(), self._authority(now)
        if authority is None:
            return False
        lacks = [one for one in addresses_here() if one not in standing.names]
        lacks = [one for one in lacks if may_certify(authority.certificate, HostNames.of([one]))]
        if not lacks and not standing.ends_soon(now):
            return False
        self.make(gym_name, HostNames.of([*standing.names, *lacks]), now)
        return True

    def contents(self) -> Mapping[str, str]:
        """The files by name, keys included: for sealed backups only. Empty without an authority. Blocks."""
        if not self.authority.exists():
            return {}
        return {file.name: file.read_text() for file in self._all() if file.exists()}

    def bring(self, contents: Mapping[str, str]) -> bool:
        """Write what `contents` said on another computer, so that tablets trust this one as well. Blocks.

        False where there is an authority here, whose tablets trust that one, or nothing that can be used.
        Raises `ConfigError`.
        """
        files = {path: contents[path.name] for path in self._all() if path.name in contents}
        if self.authority.exists() or not _is_usable(files.get(self.authority, "")):
            return False
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            for path, text in files.items():
                _write(path, text.encode(), 0o644 if path == self.public else 0o600)
        except OSError as error:
            raise ConfigError(f"POWERGYM_HOME: cannot write {self.path} ({error.strerror})") from None
        return True

    def _all(self) -> tuple[Path, ...]:
        """The authority last: while it is missing, nothing has been brought."""
        return self.public, self.server, self.authority

    def standing(self) -> CertificateStatus:
        """The server's certificate as it stands. Raises `ConfigError`."""
        return CertificateStatus.read(self.server)

    def _authority(self, now: datetime) -> KeyedCertificate | None:
        """The one that is there, unless it ends too soon to be of use."""
        if not self.authority.exists():
            return None
        try:
            found = KeyedCertificate.read(self.authority.read_bytes())
        except ValueError as error:
            raise ConfigError(f"POWERGYM_HOME: {self.authority} cannot be read ({error})") from None
        return found if found.certificate.not_valid_after_utc - now > SOON else None


@dataclass(frozen=True, slots=True)
class CertificateStatus:
    """How a certificate stands today."""

    certificate: x509.Certificate
    path: Path

    @classmethod
    def of(cls, config: Config) -> CertificateStatus | None:
        """The certificate that the server shows: that of the settings, else the gym's own; or None.

        Raises `ConfigError`.
        """
        path = config.web_tls_cert or CertificateFolder(config.powergym_home).server
        if config.web_tls_cert is None and not path.exists():
            return None
        return cls.read(path)

    @classmethod
    def read(cls, path: Path) -> CertificateStatus:
        """Raises `ConfigError`."""
        try:
            return cls(x509.load_pem_x509_certificate(path.read_bytes()), path)
        except (OSError, ValueError) as error:
            raise ConfigError(f"WEB_TLS_CERT: {path} cannot be read ({error})") from None

    @property
    def names(self) -> list[str]:
        """What it vouches for, host names first."""
        found = names_in(self.certificate)
        return [*found.hosts, *map(str, found.addresses)]

    @property
    def advice(self) -> str:
        """What renews it."""
        return RENEW if self.path.parent.name == FOLDER else "put a new one where WEB_TLS_CERT says"

    @property
    def ends(self) -> datetime:
        return self.certificate.not_valid_after_utc

    def is_over(self, now: datetime) -> bool:
        return self.ends <= now

    def ends_soon(self, now: datetime) -> bool:
        return self.ends - now <= SOON


def _is_usable(pem: str) -> bool:
    try:
        KeyedCertificate.read(pem.encode())
    except ValueError:
        return False
    return True


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 as browsers and tablets show it."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def names_of_this_machine() -> list[str]:
    """Its host name, alone and as the local network calls it, and its addresses there."""
    host = socket.gethostname().split(".")[0]
    named = [host, f"{host}.local"] if host and host != "localhost" else []
    return [*named, "localhost", *addresses_here(), "127.0.0.1", "::1"]


def addresses_here() -> list[str]:
    """The IPv4 addresses under which the local network reaches this machine, the usual one first."""
    found: dict[str, None] = {}
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        way.connect((NOWHERE, 9))  # sends nothing
        found[str(way.getsockname()[0])] = None
    with suppress(OSError):
        for *_, place in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET):
            found[str(place[0])] = None
    return [address for address in found if not address.startswith("127.")]


def _write(path: Path, content: bytes, mode: int = 0o600) -> None:
    """In one step, and from its first moment for nobody but the gym's own user."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
