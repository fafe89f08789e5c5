"""Hashes of PINs: Argon2id over a MAC with the gym's key, so that a stolen database does not reveal them.

All 10,000 PINs of four digits are tried against a bare Argon2id hash within minutes. The key is that of links
and cards and not a data key: those are retired once everything stored has moved to the next one, and a hash
cannot be moved without the PIN.
"""

from __future__ import annotations

import hashlib
import hmac

from gym.security.cipher import Keyring
from gym.security.passwords import hash_secret, verify_secret

PURPOSE = "pin"


class Pins:
    """Kept as `kid:$argon2id$…`. Functions here block for tens of milliseconds: use a thread."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def hash(self, pin: str) -> str:
        kid = self._keyring.first
        return f"{kid}:{hash_secret(self._mac(pin, kid))}"

    def verify(self, pin: str, stored: str) -> tuple[bool, str | None]:
        """Whether it fits, and a new hash where it was made without a key, by an older key or parameters.

        A PIN whose key is gone fits no more: an admin sets another one.
        """
        kid, _, hashed = stored.rpartition(":")
        if kid and kid not in self._keyring:
            return False, None
        fits, renewed = verify_secret(self._mac(pin, kid) if kid else pin, hashed)
        is_old = renewed is not None or kid != self._keyring.first
        return fits, self.hash(pin) if fits and is_old else None

    def _mac(self, pin: str, kid: str) -> str:
        return hmac.new(self._keyring.derive(PURPOSE, kid), pin.encode(), hashlib.sha256).hexdigest()
