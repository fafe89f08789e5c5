"""Input and output of kiosks: a pairing code, a device's credentials, names, PINs and door addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from gym.kiosks.errors import DoorAddressInvalid, ExitPinInvalid, KioskNameInvalid


@dataclass(frozen=True, slots=True)
class PairingIssued:
    """A code, shown once."""

    code: str
    expires_at: datetime

    @property
    def grouped(self) -> str:
        """As it is read out and typed: 123 456 789."""
        return " ".join(self.code[start : start + 3] for start in range(0, len(self.code), 3))


@dataclass(frozen=True, slots=True)
class Paired:
    """The device's credentials; the secret is shown once."""

    kiosk_id: UUID
    secret: str


def parse_kiosk_name(text: str) -> str:
    """Raises `KioskNameInvalid`."""
    name = " ".join(text.split())
    if not 1 <= len(name) <= 80:
        raise KioskNameInvalid
    return name


def parse_exit_pin(text: str) -> str:
    """What must be typed to leave the page; `Pins` hashes it before it is kept. Raises `ExitPinInvalid`."""
    pin = text.strip()
    if not re.fullmatch(r"[0-9]{4,8}", pin):
        raise ExitPinInvalid
    return pin


def parse_door_address(text: str) -> str:
    """Raises `DoorAddressInvalid`."""
    address = text.strip()
    if len(address) > 300 or re.search(r"\s", address):
        raise DoorAddressInvalid
    try:
        parts = urlsplit(address)
        whole = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # a bracket that is not closed, a port that is none
        whole = False
    if not whole:
        raise DoorAddressInvalid
    return address
