"""`python -m bot`: bot, kiosk API and scheduler in one event loop, which is all a usual gym needs."""

from __future__ import annotations

import argparse
import sys
from typing import Final

from gym.core.runtime import gc_control as collector

with collector.paused():
    from gym.core.config import ConfigError, load_config
    from gym.core.logging import configure_logging
    from gym.core.postgres import PostgresUnavailable
    from gym.core.runtime import event_loop as loop
    from gym.faces.loading import begin_loading


MORE: Final = (
    "Operator's commands: python -m gym --help. Settings come from the environment or .env: docs/running.md."
)


def main() -> None:
    """Run the bot; a fault of the set-up is one line on standard error."""
    arguments = _arguments()
    loop.end_at_once()
    try:
        config = load_config()
        configure_logging(config.log_level, config.log_format)
        with collector.paused():
            loading = begin_loading(config)
            # Imported here: the face models are being loaded meanwhile, which takes two seconds.
            from bot.serving import run

        run(config, loading, with_web=not arguments.no_web)
    except (ConfigError, PostgresUnavailable) as error:
        sys.exit(str(error))


def _arguments() -> argparse.Namespace:
    """What the command line says; `--help` and what is not known end the program before anything starts."""
    parser = argparse.ArgumentParser(
        prog="python -m bot", description="Runs the gym: bot, kiosk page, API and scheduler.", epilog=MORE
    )
    parser.add_argument("--no-web", action="store_true", help="without the kiosk page and the API")
    return parser.parse_args()


if __name__ == "__main__":
    main()
