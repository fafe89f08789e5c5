"""`python -m web` without the API's limits: a load test asks more often than a kiosk may."""

from __future__ import annotations

from gym.app import Gym
from gym.security.rate_limits import MemoryBuckets, Rate
from web import app
from web.__main__ import main
from web.http.limits.rates import Limits

ENDLESS = Rate("endless", 10**9, 10**9)


class Unlimited(Limits):
    """Counted as ever, so that counting costs what it costs."""

    @classmethod
    def of(cls, gym: Gym) -> Limits:
        return Limits(MemoryBuckets(), *[ENDLESS] * 7)


if __name__ == "__main__":
    app.Limits = Unlimited  # type: ignore[misc]
    main()
