"""The sealed file: AES-256-GCM over chunks of one megabyte, in order, the last one marked.

Layout: magic, version, salt, wrapped file key (all authenticated by every chunk), then chunks. The nonce of a
chunk is its number and whether it is the last one, which is safe because each file has a random key of its
own; it is the STREAM construction of https://eprint.iacr.org/2015/189, as age uses it. So a chunk that was
changed, moved, left out or put in is refused, and a file that was cut lacks its last chunk.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO, Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gym.backup.errors import BackupAltered, BackupCut, BackupUnreadable
from gym.backup.files.passphrase import KEY_BYTES, SALT_BYTES, WRAPPED_BYTES, BackupKey

MAGIC: Final = b"PowerGym backup\n"
VERSION: Final = 1
CHUNK_BYTES: Final = 1024 * 1024
TAG_BYTES: Final = 16
HEADER_BYTES: Final = len(MAGIC) + 1 + SALT_BYTES + WRAPPED_BYTES


@dataclass(frozen=True, slots=True)
class SealedHeader:
    """What stands before the chunks; nothing in it tells of the gym."""

    salt: bytes
    wrapped: bytes

    def raw(self) -> bytes:
        return MAGIC + bytes((VERSION,)) + self.salt + self.wrapped

    @classmethod
    def read(cls, stream: BinaryIO, name: str) -> Self:
        """Raises `BackupUnreadable`, `BackupCut`."""
        raw = read_exactly(stream, HEADER_BYTES)
        if not raw.startswith(MAGIC) or raw[len(MAGIC) : len(MAGIC) + 1] != bytes((VERSION,)):
            raise BackupUnreadable(name)
        if len(raw) < HEADER_BYTES:
            raise BackupCut
        rest = raw[len(MAGIC) + 1 :]
        return cls(rest[:SALT_BYTES], rest[SALT_BYTES:])


class SealingWriter:
    """Encrypts what is written to it; a file without `finish` is refused by every reader."""

    def __init__(self, stream: BinaryIO, key: BackupKey) -> None:
        file_key = os.urandom(KEY_BYTES)
        header = SealedHeader(key.salt, key.wrap(file_key)).raw()
        self._stream = stream
        self._chunks = _Chunks(file_key, header)
        self._waiting = bytearray()
        self.digest = sha256()
        self.size = 0
        self._put(header)

    def write(self, data: bytes) -> None:
        """At most one chunk and what was given is held in memory."""
        self._waiting += data
        # The last chunk must be marked, so a full one waits until more has come.
        while len(self._waiting) > CHUNK_BYTES:
            self._put(self._chunks.seal(bytes(self._waiting[:CHUNK_BYTES]), last=False))
            del self._waiting[:CHUNK_BYTES]

    def finish(self) -> None:
        """Write the last chunk; the stream is left open."""
        self._put(self._chunks.seal(bytes(self._waiting), last=True))
        self._waiting.clear()

    def _put(self, sealed: bytes) -> None:
        self._stream.write(sealed)
        self.digest.update(sealed)
        self.size += len(sealed)


def opened_chunks(stream: BinaryIO, key: BackupKey, header: SealedHeader) -> Iterator[bytes]:
    """The plain chunks of a stream that stands behind its header, each checked before it is given out.

    Raises `PassphraseWrong`, `BackupAltered`, `BackupCut`.
    """
    chunks = _Chunks(key.unwrap(header.wrapped), header.raw())
    sealed = read_exactly(stream, CHUNK_BYTES + TAG_BYTES)
    while True:
        following = read_exactly(stream, CHUNK_BYTES + TAG_BYTES)
        yield chunks.open(sealed, last=not following)
        if not following:
            return
        sealed = following


class _Chunks:
    """Seals or opens chunk after chunk."""

    def __init__(self, file_key: bytes, header: bytes) -> None:
        self._gcm = AESGCM(file_key)
        self._about = sha256(header).digest()
        self._number = 0

    def seal(self, plain: bytes, *, last: bool) -> bytes:
        return self._gcm.encrypt(self._next(last=last), plain, self._about)

    def open(self, sealed: bytes, *, last: bool) -> bytes:
        nonce = self._next(last=last)
        try:
            return self._gcm.decrypt(nonce, sealed, self._about)
        except InvalidTag:
            raise (BackupCut if last and self._is_inner(sealed) else BackupAltered) from None

    def _is_inner(self, sealed: bytes) -> bool:
        """Whether the file ends with a chunk that was not its last."""
        try:
            self._gcm.decrypt(_nonce(self._number - 1, last=False), sealed, self._about)
        except InvalidTag:
            return False
        return True

    def _next(self, *, last: bool) -> bytes:
        nonce = _nonce(self._number, last=last)
        self._number += 1
        return nonce


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes((last,))


def read_exactly(stream: BinaryIO, size: int) -> bytes:
    """That many bytes, fewer only at the end: pipes and joined parts give less at a time."""
    pieces: list[bytes] = []
    while size > 0 and (piece := stream.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)
