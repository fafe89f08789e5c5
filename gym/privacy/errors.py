"""What can be wrong with a wish to be erased or with an export."""

from __future__ import annotations

from gym.core.errors import Conflict
from gym.core.language import N_


class ErasureDone(Conflict):
    """It cannot be taken back any more."""

    code = "erasure_done"
    message = N_("This client has been erased already. That cannot be taken back.")
