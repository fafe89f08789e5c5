"""A run computes little beside its tests: bytecode is kept, the loop is the servers', garbage may wait."""

from __future__ import annotations

import asyncio
import gc
import os
import sys

import uvloop

from tests.conftest import YOUNG


def test_a_run_keeps_what_it_compiles_whatever_the_environment_says() -> None:
    assert not sys.dont_write_bytecode
    assert "PYTHONDONTWRITEBYTECODE" not in os.environ


async def test_a_test_runs_on_the_servers_event_loop() -> None:
    assert isinstance(asyncio.get_running_loop(), uvloop.Loop)


def test_garbage_is_looked_for_after_so_many_objects() -> None:
    assert gc.get_threshold()[0] == YOUNG
