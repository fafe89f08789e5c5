"""HTTPS: the certificate of the settings, if there is one."""

from __future__ import annotations

import ssl

from gym.core.config import Config, ConfigError


def tls_context(config: Config) -> ssl.SSLContext | None:
    """The server's TLS context, or None for plain HTTP. Raises `ConfigError`."""
    if config.web_tls_cert is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(config.web_tls_cert, config.web_tls_key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"WEB_TLS_CERT: cannot be used ({error})") from None
    return context
