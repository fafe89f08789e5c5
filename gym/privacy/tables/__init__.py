"""The privacy register: every table of the gym, row by row, and the places outside of the tables."""

from __future__ import annotations

from typing import Final

from gym.privacy.tables.books import BOOKS
from gym.privacy.tables.chats import CHATS
from gym.privacy.tables.doors import DOORS
from gym.privacy.tables.people import PEOPLE
from gym.privacy.tables.places import PLACES as PLACES
from gym.privacy.tables.visits import VISITS

REGISTER: Final = (*PEOPLE, *VISITS, *BOOKS, *CHATS, *DOORS)
