"""`python -m bot`: bot, kiosk API and scheduler in one event loop, which is all a usual gym needs."""

from __future__ import annotations

import sys

from gym.core.runtime import gc_control as collector

with collector.paused():
    from gym.core.config import ConfigError, load_config
    from gym.core.logging import configure_logging
    from gym.core.postgres import PostgresUnavailable
    from gym.core.runtime import event_loop as loop
    from gym.faces.loading import begin_loading


def main() -> None:
    """Run the bot; a fault of the set-up is one line on standard error."""
    loop.end_at_once()
    try:
        config = load_config()
        configure_logging(config.log_level, config.log_format)
        with collector.paused():
            loading = begin_loading(config)
            # Imported here: the face models are being loaded meanwhile, which takes two seconds.
            from bot.serving import run

        run(config, loading, with_web="--no-web" not in sys.argv[1:])
    except (ConfigError, PostgresUnavailable) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
