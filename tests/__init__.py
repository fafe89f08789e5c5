"""The suite mirrors the packages; `e2e` drives the real bot and the real page."""

import os
import sys

# What is compiled is kept, as `make` has it, whatever the environment says: else each worker spends 15 s
# of processor on collecting instead of 11, and each bot that a test starts 4.9 on its imports instead of 4.1.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
