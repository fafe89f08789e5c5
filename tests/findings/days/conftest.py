"""A desk, a door and a member with a paid month, as the rooms' own tests have them."""

from __future__ import annotations

from tests.attendance.conftest import desk, door, kiosk, paid, rosa

__all__ = ["desk", "door", "kiosk", "paid", "rosa"]
