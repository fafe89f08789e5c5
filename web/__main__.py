"""`python -m web`: the API and the kiosk page alone, for several replicas."""

from __future__ import annotations

import argparse
import sys

from gym.core.runtime import gc_control as collector

with collector.paused():
    from gym.core.config import ConfigError, load_config
    from gym.core.logging import configure_logging
    from gym.core.postgres import PostgresUnavailable
    from gym.core.runtime import event_loop as loop
    from gym.faces.loading import begin_loading


def main() -> None:
    """Read the configuration and serve; a fault of the set-up is one line on standard error."""
    argparse.ArgumentParser(
        prog="python -m web",
        description="Serves the API and the kiosk page alone, for several replicas.",
        epilog="Settings come from the environment or .env: docs/deploying.md.",
    ).parse_args()
    loop.end_at_once()
    try:
        config = load_config()
        configure_logging(config.log_level, config.log_format)
        with collector.paused():
            loading = begin_loading(config)
            from web.serving import run  # a second, in which the models are loaded

        run(config, loading)
    except (ConfigError, PostgresUnavailable) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
