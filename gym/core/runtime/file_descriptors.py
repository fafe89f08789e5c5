"""Limit of file descriptors of this process, raised as far as the system allows."""

from __future__ import annotations

from contextlib import suppress

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None  # type: ignore[assignment]

MOST = 65_536
"""More is never needed here, and some loops are as long as the limit."""
UNKNOWN = 1024


def raise_limit() -> int:
    """The soft limit (often 1,024) raised to the hard one; how many there may be now."""
    if resource is None:
        return UNKNOWN
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    wanted = MOST if hard == unlimited else min(hard, MOST)
    if soft != unlimited and soft < wanted:
        with suppress(ValueError, OSError):  # macOS has a lower limit of its own
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            return wanted
    return MOST if soft == unlimited else soft
