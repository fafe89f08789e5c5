"""`python -m web` in a process that dies by `kill -9` between a visit's commit and its answer."""

from __future__ import annotations

import os
import signal
import sys

from aiohttp import web

from web.__main__ import main
from web.api import check_ins


def die(*_: object) -> web.Response:
    """The plug is pulled: nothing is cleaned up, nothing is answered."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


if __name__ == "__main__":
    if "--dying" in sys.argv:
        sys.argv.remove("--dying")  # `python -m web` knows no such word
        check_ins.raw_reply = die
    main()
