"""The file itself: opened by its pass-phrase alone, refused when cut, changed or put together wrongly."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from gym.backup.errors import (
    BackupAltered,
    BackupCut,
    BackupError,
    BackupUnreadable,
    PartMissing,
    PassphraseWrong,
)
from gym.backup.files import sealed_file
from gym.backup.files.parts import PART_BYTES, files_at, part_name, spans_of
from gym.backup.files.passphrase import BackupKey, new_passphrase, normalised
from gym.backup.files.sealed_file import (
    CHUNK_BYTES,
    HEADER_BYTES,
    TAG_BYTES,
    SealedHeader,
    SealingWriter,
    opened_chunks,
)

KEY = BackupKey(b"s" * 16, b"k" * 32)
CHUNK = CHUNK_BYTES + TAG_BYTES


def sealed(plain: bytes, key: BackupKey = KEY) -> bytes:
    stream = io.BytesIO()
    writer = SealingWriter(stream, key)
    for start in range(0, len(plain), 300_000):
        writer.write(plain[start : start + 300_000])
    writer.finish()
    assert writer.size == len(stream.getvalue())
    return stream.getvalue()


def opened(raw: bytes, key: BackupKey = KEY) -> bytes:
    stream = io.BytesIO(raw)
    return b"".join(opened_chunks(stream, key, SealedHeader.read(stream, "it")))


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_what_was_sealed_is_opened(size: int) -> None:
    plain = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    raw = sealed(plain)
    assert opened(raw) == plain
    assert len(raw) <= HEADER_BYTES + size + TAG_BYTES * (size // CHUNK_BYTES + 1)


def test_the_same_gym_twice_makes_two_different_files() -> None:
    assert sealed(b"gym") != sealed(b"gym")


@pytest.mark.parametrize("left", [HEADER_BYTES + CHUNK, HEADER_BYTES + 2 * CHUNK, HEADER_BYTES + 3 * CHUNK])
def test_a_file_cut_between_two_chunks_is_refused_as_incomplete(left: int) -> None:
    with pytest.raises(BackupCut):
        opened(sealed(b"a" * (3 * CHUNK_BYTES + 5))[:left])


@pytest.mark.parametrize(
    "left", [0, 5, HEADER_BYTES - 1, HEADER_BYTES, HEADER_BYTES + 7, HEADER_BYTES + CHUNK + 9]
)
def test_a_file_cut_anywhere_is_refused(left: int) -> None:
    with pytest.raises(BackupError):
        opened(sealed(b"a" * (2 * CHUNK_BYTES))[:left])


def test_a_byte_that_was_changed_anywhere_is_noticed() -> None:
    raw = sealed(b"a" * (CHUNK_BYTES + 10))
    for place in (16, 20, 40, 90, HEADER_BYTES, HEADER_BYTES + CHUNK - 1, len(raw) - 1):
        changed = bytearray(raw)
        changed[place] ^= 1
        with pytest.raises(BackupError):
            opened(bytes(changed))


def test_chunks_that_changed_places_or_were_left_out_are_noticed() -> None:
    raw = sealed(bytes(CHUNK_BYTES) + b"b" * CHUNK_BYTES + b"c" * CHUNK_BYTES + b"d")
    head, rest = raw[:HEADER_BYTES], raw[HEADER_BYTES:]
    one, two, three, last = (
        rest[:CHUNK],
        rest[CHUNK : 2 * CHUNK],
        rest[2 * CHUNK : 3 * CHUNK],
        rest[3 * CHUNK :],
    )
    for mixed in (two + one + three + last, one + three + last, one + two + two + three + last, last):
        with pytest.raises(BackupAltered):
            opened(head + mixed)
    with pytest.raises(BackupAltered):
        opened(raw + b"more")


def test_a_chunk_of_another_file_with_the_same_pass_phrase_is_refused() -> None:
    one, other = sealed(b"a" * 100), sealed(b"b" * 100)
    with pytest.raises(BackupAltered):
        opened(one[:HEADER_BYTES] + other[HEADER_BYTES:])


def test_another_pass_phrase_opens_nothing() -> None:
    with pytest.raises(PassphraseWrong):
        opened(sealed(b"gym"), BackupKey(KEY.salt, b"z" * 32))


def test_something_else_is_no_backup() -> None:
    with pytest.raises(BackupUnreadable):
        opened(b"PGDMP" + bytes(500))


def test_a_pass_phrase_is_read_as_people_copy_it() -> None:
    phrase = new_passphrase()
    assert len(phrase) == 19
    key = BackupKey.stretched("7KQP-X2M0-4RTV-9HJ1")
    again = BackupKey.stretched(" 7kqp x2mO 4rtv 9hjl\n", key.salt)
    assert again == key
    assert BackupKey.stretched("7KQP-X2M0-4RTV-9HJ2", key.salt) != key
    assert normalised(phrase) == phrase.replace("-", "")
    assert len({new_passphrase() for _ in range(50)}) == 50


def test_a_key_is_written_and_read_back_and_never_shown() -> None:
    key = BackupKey.stretched("7KQP-X2M0-4RTV-9HJ1")
    assert BackupKey.parse(key.text()) == key
    assert key.secret.hex() not in repr(key)
    assert str(key.secret) not in repr(key)


def test_memory_stays_the_same_whatever_the_size() -> None:
    writer = SealingWriter(io.BytesIO(), KEY)
    for _ in range(40):
        writer.write(bytes(200_000))
        assert len(writer._waiting) <= CHUNK_BYTES + 200_000  # pyright: ignore[reportPrivateUsage]


def test_parts_are_joined_in_their_order_from_a_folder(tmp_path: Path) -> None:
    raw = sealed(b"a" * 5000)
    for span in spans_of(len(raw), largest=400):
        part = raw[span.start : span.start + span.size]
        (tmp_path / part_name("powergym-20260803-150000.pgbackup", span.number)).write_bytes(part)
    with files_at([tmp_path]).opened() as stream:
        assert sealed_file.read_exactly(stream, len(raw) + 1) == raw
    (tmp_path / "powergym-20260803-150000.pgbackup.003").unlink()
    with pytest.raises(PartMissing) as missing:
        files_at([tmp_path])
    assert missing.value.context == {"number": 3}


def test_a_part_fits_through_a_bot() -> None:
    """core.telegram.org/bots/api#getfile: 20 MB at most."""
    spans = spans_of(100_000_000)
    assert max(span.size for span in spans) == PART_BYTES <= 19_000_000
    assert sum(span.size for span in spans) == 100_000_000


def test_phrases_stretched_at_the_same_time_do_not_wait_for_each_other_for_ever() -> None:
    """The program that makes backups, the one that sends them and a page stretch in one process."""
    code = (
        "from concurrent.futures import ThreadPoolExecutor as Pool; "
        "from gym.backup.files.passphrase import BackupKey; "
        "salts = [bytes([n] * 16) for n in range(4)]; "
        "keys = list(Pool(2).map(lambda salt: BackupKey.stretched('7KQP-X2M0', salt), salts)); "
        "assert len({key.secret for key in keys}) == 4"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
