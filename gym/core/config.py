"""Configuration from the environment, typed and validated; the gym's own settings are in `gym.settings`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gym.core.values.locales import Currency, Language, Zone
from gym.core.values.networks import NetworkList, Networks, ProxyList
from gym.core.values.texts import (
    AnyCase,
    BotToken,
    Command,
    ExistingFile,
    Folder,
    Heading,
    Names,
    PackFiles,
    PackName,
    Passphrase,
    Providers,
)
from gym.core.values.urls import (
    ApiServer,
    BindHost,
    DatabaseUrl,
    Download,
    checked_origin,
    checked_webhook,
    is_same_database,
)

MOST_ACCESS_MINUTES = 7 * 24 * 60
"""A week; what is told apart at each request stays short-lived."""
MOST_REFRESH_HOURS = 30 * 24
"""A sign-in ends for good after thirty days."""


class ConfigError(Exception):
    """An environment value that stops the start; the message is one line that names it."""


def _default_home() -> Path:
    return Path.home() / ".local" / "share" / "powergym"


class Config(BaseSettings):
    """Every setting of the environment (or `.env`), with its default."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
    )

    telegram_bot_token: BotToken | None = Field(None, description="Bot token; without it the sandbox starts")
    telegram_api_url: ApiServer | None = Field(None, description="Another Bot API server")
    telegram_webhook_url: str | None = Field(None, description="Public https address for webhook mode")
    sandbox_port: int = Field(8081, ge=0, le=65535, description="Port of the local Bot API server")

    database_url: DatabaseUrl | None = Field(
        None, repr=False, description="PostgreSQL; unset: the embedded one"
    )
    database_direct_url: DatabaseUrl | None = Field(
        None, repr=False, description="Past the pooler, for LISTEN and locks"
    )
    database_pooler: bool = Field(
        False, description="1 behind PgBouncer in transaction mode; needs DATABASE_DIRECT_URL"
    )
    database_pool_size: int = Field(
        16, ge=2, le=200, description="Connections per process; half as many more for the door"
    )
    auto_migrate: bool = Field(True, description="0: do not run migrations at start")

    powergym_home: Folder = Field(default_factory=_default_home, description="Where the gym's data lies")

    web_host: BindHost = Field("127.0.0.1", description="Address the API binds to")
    web_port: int = Field(8080, ge=0, le=65535, description="Port of the API and the kiosk page")
    port: int | None = Field(None, ge=1, le=65535, description="The platform's port; binds 0.0.0.0")
    trusted_proxies: ProxyList = Field(
        Networks(), description="Proxies whose forwarded addresses are believed: addresses, networks"
    )
    allowed_origins: Names = Field((), description="CORS allow-list, such as https://desk.example")
    require_https: bool = Field(False, description="1 refuses plain requests from outside")
    web_tls_cert: ExistingFile | None = Field(None, description="Certificate chain for HTTPS")
    web_tls_key: ExistingFile | None = Field(None, description="Its private key")
    web_https_port: int = Field(
        8443, ge=0, le=65535, description="Port for tablets, once `python -m gym certificate` was run"
    )
    metrics_allow: NetworkList = Field(
        Networks(), description="Addresses and networks that may read /metrics beside loopback"
    )
    rate_limits: Literal["memory", "database"] = Field(
        "memory", description="Where limits count; database: replicas together"
    )

    gym_name: Heading = Field("PowerGym", min_length=1, max_length=80, description="The gym's name")
    gym_timezone: Zone = Field("America/Bogota", description="Zone in which a gym day is a day")
    gym_currency: Currency = Field("COP", description="ISO 4217 code")
    gym_language: Language = Field("en", description="Language of people we know nothing of: en or es")

    face_pack: PackName = Field("buffalo_sc", description="Face model pack")
    face_root: Folder | None = Field(None, description="Folder of the packs; unset: inside POWERGYM_HOME")
    face_download: bool = Field(True, description="0: never download a pack")
    face_pack_url: Download | None = Field(
        None, description="Folder on the web where missing packs lie as PACK.zip; unset: none is downloaded"
    )
    face_pack_files: PackFiles = Field(
        (), description="Of an unknown pack: detector.onnx:SHA256,recognizer.onnx:SHA256"
    )
    face_providers: Providers = Field(("CPUExecutionProvider",), description="ONNX Runtime providers")
    face_threshold: Literal["auto"] | float = Field(
        "auto", description="Cosine, 0.1 to 0.95; auto rises with the gallery"
    )
    face_margin: float = Field(
        0.05, ge=0, le=0.5, allow_inf_nan=False, description="Lead over the best other client"
    )
    face_liveness: Literal["off", "observe", "enforce"] = Field(
        "off", description="observe: judge and count; enforce: refuse pictures of faces"
    )
    face_liveness_model: ExistingFile | None = Field(None, description="MiniFASNet file; enforce needs it")
    face_challenge: Literal["off", "observe", "enforce"] = Field(
        "off", description="Kiosks ask to turn the head; enforce: a picture cannot, and is refused"
    )
    face_workers: int | None = Field(
        None, ge=1, le=64, description="Threads that read photos; unset: cores + 1"
    )

    jwt_keys: SecretStr | None = Field(None, description="kid:key,… for tokens; unset: secrets.env")
    data_keys: SecretStr | None = Field(None, description="kid:key,… for faces and pictures")
    backup_passphrase: Passphrase | None = Field(
        None, description="Seals backups; unset: a phrase made by `python -m gym backup phrase`"
    )
    backup_folder: Folder | None = Field(
        None, description="Where backups are kept; unset: inside POWERGYM_HOME"
    )
    backup_command: Command = Field(
        (),
        repr=False,  # its arguments may hold a bucket's token
        description="Gets each new backup on its standard input; run without a shell, `{name}` is the file's",
    )
    access_token_minutes: int = Field(
        300, ge=1, le=MOST_ACCESS_MINUTES, description="Life of an access token"
    )
    refresh_token_hours: int = Field(
        12, ge=1, le=MOST_REFRESH_HOURS, validate_default=True, description="Life of a refresh token"
    )

    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], AnyCase] = Field(
        "INFO", description="Verbosity"
    )
    log_format: Literal["json", "console"] = Field("json", description="Shape of a log line")

    @field_validator("telegram_webhook_url")
    @classmethod
    def _delivered_to(cls, value: str | None, info: ValidationInfo) -> str | None:
        own_server = info.data.get("telegram_api_url") is not None
        return None if value is None else checked_webhook(value, own_server=own_server)

    @field_validator("database_pooler")
    @classmethod
    def _passed_by(cls, value: bool, info: ValidationInfo) -> bool:
        """An advisory lock that is taken through a pooler stays with one of its connections for ever."""
        if not value:
            return value
        direct, pooled = info.data.get("database_direct_url"), info.data.get("database_url")
        if direct is None:
            raise ValueError("needs DATABASE_DIRECT_URL, the server's own address past the pooler")
        if pooled is not None and is_same_database(direct, pooled):
            raise ValueError("needs a DATABASE_DIRECT_URL past the pooler; it is the same as DATABASE_URL")
        return value

    @field_validator("web_port", "port")
    @classmethod
    def _port_of_its_own(cls, value: int | None, info: ValidationInfo) -> int | None:
        stands_in = info.data.get("telegram_bot_token") is None
        if value and stands_in and value == info.data.get("sandbox_port"):
            raise ValueError(
                "is also SANDBOX_PORT, the local Bot API server's; give one of them another port"
            )
        return value

    @field_validator("refresh_token_hours")
    @classmethod
    def _outlives_access(cls, value: int, info: ValidationInfo) -> int:
        minutes = info.data.get("access_token_minutes")
        if minutes is not None and value * 60 < minutes:
            raise ValueError(f"must be at least as long as ACCESS_TOKEN_MINUTES, which is {minutes} minutes")
        return value

    @field_validator("allowed_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(checked_origin(one) for one in value)

    @field_validator("web_tls_key")
    @classmethod
    def _of_a_certificate(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if value is not None and info.data.get("web_tls_cert") is None:
            raise ValueError("is the key of a certificate, so it needs WEB_TLS_CERT too")
        return value

    @field_validator("face_threshold", mode="before")
    @classmethod
    def _cosine(cls, value: object) -> object:
        """Below 0.1 nearly everybody is alike, above 0.95 nobody is like a photo of the other day."""
        if value == "auto":
            return value
        try:
            number = float(str(value))
        except ValueError:
            number = -1.0
        if not 0.1 <= number <= 0.95:
            raise ValueError("must be auto or a number from 0.1 to 0.95")
        return number

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
    def backups_root(self) -> Path:
        return self.backup_folder or self.powergym_home / "backups"

    @property
    def own_database(self) -> Path | None:
        """The folder on whose disk the embedded PostgreSQL lies; None where DATABASE_URL leads elsewhere."""
        return None if self.database_url else self.powergym_home

    @property
    def bind(self) -> tuple[str, int]:
        """Host and port of the API; a platform's PORT means every address."""
        return ("0.0.0.0", self.port) if self.port else (self.web_host, self.web_port)  # noqa: S104


def load_config(**overrides: object) -> Config:
    """Read the environment; an invalid value raises `ConfigError` with one line that names it."""
    try:
        return Config(**overrides)  # pyright: ignore[reportArgumentType] - values are checked by pydantic
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "CONFIG"
        reason = first["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
        raise ConfigError(f"{name}: {reason}") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise ConfigError(f".env: cannot be read ({reason})") from None
