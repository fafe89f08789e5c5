"""Mutants: real photos that were damaged on the way, or made to do damage."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Iterator
from functools import cache

from tests.faces.hard_photos import claiming, encoded, pixels_of, png_claiming, saved, with_preview
from tests.support.people import group, landscape, people

Mutation = Callable[[bytes, random.Random], bytes]
HEADER = 256
"""Bytes at the beginning that say what the rest is."""
TAILS = (
    b"PK\x03\x04" + bytes(200),
    b"<!doctype html><script>1</script>",
    b"%PDF-1.7\n1 0 obj<<>>endobj",
    b"\x7fELF" + bytes(60),
    b"GIF89a" + bytes(40),
)


@cache
def sound() -> list[bytes]:
    """Photos of every kind, with one person, several and nobody; small, so that thousands can be read."""
    portraits = [encoded(pixels_of(one.photo(0))[::2, ::2].copy()) for one in people()]
    crowd = encoded(pixels_of(group())[::2, ::2].copy())
    kinds = [saved(portraits[0], kind) for kind in ("PNG", "WEBP")]
    turned = [saved(portraits[1], "JPEG", orientation=way) for way in (3, 6, 8)]
    return [*portraits, crowd, landscape(), *kinds, *turned, with_preview(portraits[2])]


def flip_bits(photo: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(photo)
    for _ in range(rng.choice((1, 2, 8, 64, 512))):
        damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
    return bytes(damaged)


def truncate(photo: bytes, rng: random.Random) -> bytes:
    return photo[: rng.randrange(len(photo))]


def edit_header(photo: bytes, rng: random.Random) -> bytes:
    """Any bytes where sizes, tables and orientation are written; the signature stays more often than not."""
    damaged = bytearray(photo)
    first = rng.choice((0, 3, 8, 12, 12))
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(first, min(HEADER, len(damaged) - 4))
        damaged[at : at + 4] = rng.choice(
            (rng.randbytes(4), b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff")
        )
    return bytes(damaged)


def cut_out(photo: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(photo))
    return photo[:start] + photo[start + rng.randint(1, 4000) :]


def splice(photo: bytes, rng: random.Random) -> bytes:
    """The beginning of one photo with the end of another."""
    other = rng.choice(sound())
    return photo[: rng.randrange(len(photo))] + other[rng.randrange(len(other)) :]


def polyglot(photo: bytes, rng: random.Random) -> bytes:
    """Two kinds of file in one: behind the photo, before it, or in a comment inside it."""
    tail = rng.choice(TAILS)
    comment = b"\xff\xfe" + struct.pack(">H", len(tail) + 2) + tail
    return rng.choice((photo + tail, tail + photo, photo[:2] + comment + photo[2:], photo + photo))


def bomb(photo: bytes, rng: random.Random) -> bytes:
    """A few bytes that claim to be a picture of up to four thousand million pixels."""
    size = (rng.choice((1, 5_000, 10_000, 65_535)), rng.choice((1, 5_000, 10_000, 65_535)))
    jpeg = photo if photo.startswith(b"\xff\xd8") else sound()[0]
    return rng.choice((claiming(size, jpeg), png_claiming(size)))


MUTATIONS: tuple[Mutation, ...] = (
    flip_bits,
    flip_bits,
    truncate,
    edit_header,
    edit_header,
    cut_out,
    splice,
    polyglot,
    bomb,
)


def mutants(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """The same ones each time, with the name of what was done to each."""
    rng = random.Random(seed)
    for number in range(count):
        mutation = MUTATIONS[number % len(MUTATIONS)]
        yield mutation.__name__, mutation(rng.choice(sound()), rng)
