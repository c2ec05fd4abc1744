"""The server's settings: one typed object, read from the environment once, at start.

Every setting is an environment variable ``FACE_CHECKIN_<NAME>``; secrets can also be given as a file,
``FACE_CHECKIN_<NAME>_FILE``. A value that does not fit raises :class:`~server.exceptions.BadSetting`
with a sentence that names the variable.
"""

import difflib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from server.exceptions import BadSetting

PREFIX = "FACE_CHECKIN_"
REPOSITORY = Path(__file__).resolve().parent.parent
SHORTEST_PURPOSE = 15
SECRETS = (
    "secret_key",
    "data_key",
    "data_keys_older",
    "model_key",
    "audit_key",
    "certificate_key",
    "database_url",
    "redis_url",
    "smtp_url",
    "backup_key",
    "metrics_token",
)


class SecretFiles(PydanticBaseSettingsSource):
    """Reads ``FACE_CHECKIN_<NAME>_FILE`` for the settings that are secrets (Docker and systemd style)."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        """The content of the file that the variable names, without the line end."""
        variable = f"{PREFIX}{field_name.upper()}_FILE"
        path = os.environ.get(variable) if field_name in SECRETS else None
        if not path:
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            raise BadSetting(variable, f"cannot read {path}: {error}") from error

    def __call__(self) -> dict[str, Any]:
        """All the settings that come from files."""
        found = {name: self.get_field_value(field, name)[0] for name, field in self.fields()}
        return {name: value for name, value in found.items() if value is not None}

    def fields(self) -> list[tuple[str, Any]]:
        """The settings this source looks at."""
        return list(self.settings_cls.model_fields.items())


class Settings(BaseSettings):
    """What an operator can choose. The defaults run on one machine with nothing else installed."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, env_ignore_empty=True)

    data_dir: Path = Path("data")
    """Folder for the database, the secrets and the roster models; made when missing."""
    database_url: SecretStr | None = None
    """SQLAlchemy URL; default: SQLite in ``data_dir``. PostgreSQL: ``postgresql+psycopg://user:pw@host/db``."""
    database_pool: Annotated[int | None, Field(ge=1, le=200)] = None
    """Connections that a process keeps open; default: half as many as threads, at least 4."""
    database_overflow: Annotated[int | None, Field(ge=0, le=200)] = None
    """Connections that it opens beyond these for a while; default: as many again."""
    database_recycle_s: Annotated[int, Field(ge=30, le=86400)] = 1800
    """A connection to PostgreSQL is replaced when it is older than this."""
    database_timeout_s: Annotated[float | None, Field(gt=0, le=3600)] = 60.0
    """After so long PostgreSQL gives a statement up."""
    database_prepare: bool = True
    """Whether statements are prepared; off behind PgBouncer in transaction mode before its version 1.21."""
    redis_url: SecretStr | None = None
    """Redis for jobs and rate limits; default: SQLite and the database."""
    secret_key: SecretStr | None = None
    """Signs sessions; default: generated into ``data_dir`` (mode 0600)."""
    data_key: SecretStr | None = None
    """Encrypts photos and templates; 32 bytes in hex or base64; default: generated into ``data_dir``."""
    data_keys_older: SecretStr | None = None
    """With ``data_key``: the keys before it, separated by commas, until ``keys rotate`` is done."""
    model_key: SecretStr | None = None
    """Signs roster models; as long as ``data_key``; default: generated into ``data_dir``, as the next two."""
    audit_key: SecretStr | None = None
    """Binds the entries of the audit log."""
    certificate_key: SecretStr | None = None
    """Signs certificates of erasure."""

    backup_key: SecretStr | None = None
    """The passphrase that backups are sealed under."""
    backup_dir: Path | None = None
    """A backup goes into this folder every night; default: none is made."""
    backup_keep: Annotated[int, Field(ge=1, le=1000)] = 7
    """How many of those stay."""

    smtp_url: SecretStr | None = None
    """Mail server, ``smtp://user:password@host:587`` (STARTTLS where offered) or ``smtps://…``."""
    smtp_from: str | None = None
    """Sender of mails, ``Face Check-in <attendance@school.example>``."""

    weights_dir: Path = REPOSITORY / "models" / "faces"
    demo_dir: Path = REPOSITORY / "models" / "demo"
    fonts_dir: Path = REPOSITORY / "models" / "fonts"
    """The font of PDF files; ``python -m server fonts`` brings it there."""
    web_dist: Path = REPOSITORY / "web" / "dist"
    gestures_dir: Path = REPOSITORY / "models" / "pose"
    """The gesture model that kiosks load: a folder with a Teachable Machine pose export."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    public_url: Annotated[str | None, Field(pattern=r"^https?://[^\s/]+(/[^\s]*)?$")] = None
    """Where people reach the server, when a proxy stands in front: ``https://school.example/check-in``."""
    tls: Literal["off", "on"] = "off"
    """Whether the server itself speaks TLS, because no proxy in front does."""
    tls_certificate: Path | None = None
    """PEM file with the certificate chain; default: one signed by itself, made in ``data_dir``."""
    tls_key: Path | None = None
    """PEM file with the key of ``tls_certificate``."""
    trusted_proxies: Annotated[int, Field(ge=0, le=5)] = 0
    """How many proxies in front set X-Forwarded-For, -Proto, -Host and -Prefix."""
    workers: Annotated[int, Field(ge=1, le=64)] = 2
    threads: Annotated[int, Field(ge=4, le=256)] = 24
    """Threads of a worker. Up to two thirds of them may be held by live dashboards."""
    inference_threads: Annotated[int | None, Field(ge=1, le=64)] = None
    """Cores that one worker's networks use; default: the machine's cores shared between the workers."""
    log_format: Literal["text", "json"] = "text"
    """Of the lines on stderr: for people, or one JSON object a line."""
    metrics_token: SecretStr | None = None
    """Who asks for ``/metrics`` shows it as a bearer token; default: only this machine may ask."""
    metrics_port: Annotated[int | None, Field(ge=1, le=65535)] = None
    """Where ``python -m server jobs`` shows its own ``/metrics``, at ``host``; default: nowhere."""
    otel_endpoint: Annotated[str | None, Field(pattern=r"^https?://[^\s/]+(/[^\s]*)?$")] = None
    """Where traces go by OTLP over HTTP, ``http://collector:4318/v1/traces``; default: nowhere."""
    graceful_timeout: Annotated[int, Field(ge=1, le=300)] = 15
    jobs: bool = True
    """Whether ``serve`` does the jobs too; else ``python -m server jobs`` somewhere has to."""

    session_hours: Annotated[int, Field(ge=1, le=720)] = 12
    """Everybody signs in again after this long."""
    session_idle_minutes: Annotated[int, Field(ge=5, le=43200)] = 120
    """So does whoever made no request for this long; an open live roster counts as being there."""
    photo_days: Annotated[int | None, Field(ge=1, le=3650)] = None
    """Photos and templates go after a student's last lesson and so many days; default: when consent ends."""
    webhook_hosts: str = ""
    """Hosts, separated by commas, that webhooks may reach over http and at private addresses."""
    kept_hours: Annotated[int, Field(ge=0, le=72)] = 12
    """How long a kiosk keeps visits while the server is away; 0: not at all."""
    kept_visits: Annotated[int, Field(ge=1, le=1000)] = 200
    """How many visits a kiosk keeps at most."""
    kiosk_rate: Annotated[int, Field(ge=0, le=100_000)] = 1500
    """How many check-ins a minute a kiosk may send, and how many questions and answers; 0: any number."""
    embedder: Literal["fusion", "facenet", "sface"] = "fusion"
    gallery: Literal["off", "memory", "postgresql"] = "off"
    """Whether visitors who are not on a roster are looked for among all students; docs/privacy.md."""
    precision: Literal["auto", "f32", "bf16"] = "auto"
    """Of the embedding networks; ``auto`` takes bf16 on processors that multiply it natively."""
    device: str = "CPU"
    """Where the embedding networks run: a device of OpenVINO."""
    refit_delay_s: Annotated[float, Field(ge=0, le=3600)] = 20.0
    """A roster is fitted anew once it has been quiet for this long (a new photo is usable at once anyway)."""
    refit_augment: Annotated[int, Field(ge=0, le=100)] = 20
    liveness: Literal["required", "off"] = "required"
    """Whether a visitor has to show by a challenge that a person is there; never asked in the demo class."""
    camera_hosts: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:\[\], _-]*$", max_length=4000)] = ""
    """Hosts (``host`` or ``host:port``, commas between) that a room's camera may be at; default: none."""
    distinguish_purpose: Annotated[str, Field(max_length=300)] = ""
    """What guessing apparent gender is for, in a sentence; without one it is switched off."""
    default_time_zone: str = "Asia/Seoul"
    default_locale: Literal["ko", "en"] = "en"
    demo: bool = True
    """Whether an empty database offers the demo class."""

    @field_validator("backup_key")
    @classmethod
    def _not_short(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value) < 12:
            raise ValueError("must have at least 12 characters")
        return value

    @field_validator("backup_dir")
    @classmethod
    def _sealed(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if value is not None and info.data.get("backup_key") is None:
            raise ValueError("needs FACE_CHECKIN_BACKUP_KEY, the passphrase that backups are sealed under")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.match(r"smtps?://[^/\s]+$", value.get_secret_value()):
            raise ValueError("must look like smtp://user:password@host:587")
        return value

    @field_validator("distinguish_purpose")
    @classmethod
    def _sentence(cls, value: str) -> str:
        stated = " ".join(value.split())
        if stated and len(stated) < SHORTEST_PURPOSE:
            raise ValueError(f"states the purpose in a sentence of {SHORTEST_PURPOSE} characters or more")
        return stated

    @field_validator("default_time_zone")
    @classmethod
    def _known_time_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("is not a time zone of the IANA database, such as Asia/Seoul") from error
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then ``…_FILE``; no dotenv files."""
        return init_settings, env_settings, SecretFiles(settings_cls)

    @property
    def database(self) -> str:
        """The database's URL."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{(self.data_dir / 'face-check-in.sqlite3').resolve()}"

    @property
    def trusted_webhook_hosts(self) -> frozenset[str]:
        """The hosts of ``webhook_hosts``."""
        return frozenset(host.strip().lower() for host in self.webhook_hosts.split(",") if host.strip())

    @property
    def allowed_camera_hosts(self) -> tuple[str, ...]:
        """The hosts that a room's camera may be at."""
        return tuple(one.strip().lower() for one in self.camera_hosts.split(",") if one.strip())

    @property
    def max_streams(self) -> int:
        """How many live dashboards one worker process serves at a time."""
        return max(1, self.threads * 2 // 3)

    @property
    def address(self) -> str:
        """The address to print and to build links from, without a slash at its end."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = "localhost" if self.host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else self.host  # noqa: S104
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def scheme(self) -> Literal["http", "https"]:
        """What the server itself speaks."""
        return "https" if self.tls == "on" else "http"


def load_settings(**overrides: Any) -> Settings:
    """The settings of this process.

    :param overrides: values that win over the environment (command-line options, tests).
    :raises BadSetting: with the variable's name, for the first value that does not fit.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        raise BadSetting(PREFIX + name.removeprefix(PREFIX.lower()).upper(), first["msg"]) from None


def unknown_variables(environ: Mapping[str, str] = os.environ) -> dict[str, str | None]:
    """Variables with the server's prefix that are no setting, each with the name that was probably meant."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    known |= {f"{PREFIX}{name.upper()}_FILE" for name in SECRETS}
    strange = [name for name in environ if name.startswith(PREFIX) and name not in known]
    return {name: next(iter(difflib.get_close_matches(name, known, 1)), None) for name in sorted(strange)}
