"""The environment's settings, typed; the gym's own settings live in `gym.settings`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from babel.numbers import list_currencies
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from gym.core.language import LANGUAGES

Names = Annotated[tuple[str, ...], NoDecode]
"""A comma-separated list in the environment."""


class ConfigError(Exception):
    """An environment value that stops the start; the message is one line that names it."""


def _default_home() -> Path:
    return Path.home() / ".local" / "share" / "powergym"


class Config(BaseSettings):
    """Every setting of the environment (or `.env`), with its default."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
    )

    telegram_bot_token: SecretStr | None = Field(None, description="Bot token; without it the sandbox starts")
    telegram_webhook_url: str | None = Field(None, description="Public https address for webhook mode")
    telegram_api_url: str | None = Field(None, description="Another Bot API server")
    sandbox_port: int = Field(8081, ge=0, le=65535, description="Port of the local Bot API server")

    database_url: str | None = Field(None, description="PostgreSQL; unset: the embedded one")
    database_direct_url: str | None = Field(None, description="Past the pooler, for LISTEN and locks")
    database_pooler: bool = Field(False, description="1 behind PgBouncer in transaction mode")
    database_pool_size: int = Field(
        16, ge=2, le=200, description="Connections per process; half as many more for the door"
    )
    auto_migrate: bool = Field(True, description="0: do not run migrations at start")

    powergym_home: Path = Field(default_factory=_default_home, description="Where the gym's data lies")

    web_host: str = Field("127.0.0.1", description="Address the API binds to")
    web_port: int = Field(8080, ge=0, le=65535, description="Port of the API and the kiosk page")
    port: int | None = Field(None, ge=1, le=65535, description="The platform's port; binds 0.0.0.0")
    trusted_proxies: Names = Field((), description="Proxies whose forwarded addresses are believed")
    allowed_origins: Names = Field((), description="CORS allow-list")
    require_https: bool = Field(False, description="1 refuses plain requests from outside")
    web_tls_cert: Path | None = Field(None, description="Certificate chain for HTTPS")
    web_tls_key: Path | None = Field(None, description="Its private key")
    web_https_port: int = Field(
        8443, ge=0, le=65535, description="Port for tablets, once `python -m gym certificate` was run"
    )
    metrics_allow: Names = Field((), description="Addresses that may read /metrics beside loopback")
    rate_limits: Literal["memory", "database"] = Field(
        "memory", description="Where limits count; database: replicas together"
    )

    gym_name: str = Field("PowerGym", min_length=1, max_length=80, description="The gym's name")
    gym_timezone: str = Field("America/Bogota", description="Zone in which a gym day is a day")
    gym_currency: str = Field("COP", description="ISO 4217 code")
    gym_language: str = Field("en", description="Language of people we know nothing of: en or es")

    face_pack: str = Field("buffalo_sc", description="Face model pack")
    face_root: Path | None = Field(None, description="Folder of the packs; unset: inside POWERGYM_HOME")
    face_download: bool = Field(True, description="0: never download a pack")
    face_pack_url: str = Field(
        "https://github.com/deepinsight/insightface/releases/download/model-zoo",
        description="Where missing packs are downloaded from",
    )
    face_pack_files: Names = Field(
        (), description="Of an unknown pack: detector.onnx:SHA256,recognizer.onnx:SHA256"
    )
    face_providers: Names = Field(("CPUExecutionProvider",), description="ONNX Runtime providers")
    face_threshold: Literal["auto"] | float = Field("auto", description="Cosine; auto rises with the gallery")
    face_margin: float = Field(0.05, ge=0, le=0.5, description="Lead over the best other client")
    face_liveness: Literal["off", "observe", "enforce"] = Field(
        "off", description="observe: judge and count; enforce: refuse pictures of faces"
    )
    face_liveness_model: Path | None = Field(None, description="MiniFASNet file; enforce needs it")
    face_challenge: Literal["off", "observe", "enforce"] = Field(
        "off", description="Kiosks ask to turn the head; enforce: a picture cannot, and is refused"
    )
    face_workers: int | None = Field(
        None, ge=1, le=64, description="Threads that read photos; unset: cores + 1"
    )

    jwt_keys: SecretStr | None = Field(None, description="kid:key,… for tokens; unset: secrets.env")
    data_keys: SecretStr | None = Field(None, description="kid:key,… for faces and pictures")
    access_token_minutes: int = Field(300, ge=1, description="Life of an access token")
    refresh_token_hours: int = Field(12, ge=1, description="Life of a refresh token")

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Verbosity")
    log_format: Literal["json", "console"] = Field("json", description="Shape of a log line")

    @field_validator(
        "trusted_proxies",
        "allowed_origins",
        "metrics_allow",
        "face_providers",
        "face_pack_files",
        mode="before",
    )
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("gym_timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if not _is_zone(value):
            raise ValueError("is not a time zone such as America/Bogota")
        return value

    @field_validator("gym_currency")
    @classmethod
    def _known_currency(cls, value: str) -> str:
        if value.upper() not in list_currencies():
            raise ValueError("is not an ISO 4217 code such as COP")
        return value.upper()

    @field_validator("gym_language")
    @classmethod
    def _spoken_language(cls, value: str) -> str:
        if value not in LANGUAGES:
            raise ValueError(f"must be one of {', '.join(LANGUAGES)}")
        return value

    @field_validator("database_url", "database_direct_url")
    @classmethod
    def _asyncpg_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        scheme, found, rest = value.partition("://")
        if not found or scheme not in {"postgres", "postgresql", "postgresql+asyncpg"}:
            raise ValueError("must be a postgresql:// address")
        return f"postgresql+asyncpg://{rest}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.gym_timezone)

    @property
    def sandbox(self) -> bool:
        """Without a token the local Bot API server stands in for Telegram."""
        return self.telegram_bot_token is None

    @property
    def bot_id(self) -> int | None:
        """Which bot the token is for, said by its first part; None without a token."""
        if self.telegram_bot_token is None:
            return None
        number = self.telegram_bot_token.get_secret_value().partition(":")[0]
        return int(number) if number.isdecimal() else None

    @property
    def packs_root(self) -> Path:
        return self.face_root or self.powergym_home / "faces"

    @property
    def bind(self) -> tuple[str, int]:
        """Host and port of the API; a platform's PORT means every address."""
        return ("0.0.0.0", self.port) if self.port else (self.web_host, self.web_port)  # noqa: S104


def _is_zone(name: str) -> bool:
    """Opens the one; listing all that the system has takes a tenth of a second at each start."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return not name.startswith(("posix", "right"))


def load_config(**overrides: object) -> Config:
    """Read the environment; an invalid value raises `ConfigError` with one line that names it."""
    try:
        return Config(**overrides)  # pyright: ignore[reportArgumentType] - values are checked by pydantic
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "CONFIG"
        raise ConfigError(f"{name}: {first['msg'].removeprefix('Value error, ')}") from None
