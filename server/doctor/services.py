"""What the server works with: database, Redis, the jobs' process, the mail server, the clock."""

import ctypes
from datetime import UTC, datetime, timedelta
from typing import Any

import redis
from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server import schema
from server.cores import share_out
from server.doctor.finding import Finding, fault, ok, warning
from server.models import AuditEntry, InstallationNote, RosterFit, utc_now
from server.models.roster_fit import FitState
from server.night import LOOK_EVERY_S, SIGN_OF_LIFE
from server.runtime import pool_of
from server.services import mail
from server.settings import Settings

OLDEST_POSTGRESQL = 13
CLOCK_APART = timedelta(seconds=2)
SILENCE = timedelta(seconds=2 * LOOK_EVERY_S + 60)
WAITING = timedelta(minutes=30)
_TIME_ERROR = 5
_TIMEX_BYTES = 512
_SET_UP = "FACE_CHECKIN_DATABASE_URL, or see that the database runs"


def database(settings: Settings, engine: Engine) -> list[Finding]:
    """Does it answer, is it whole, has it this version's schema?"""
    try:
        with engine.connect() as connection:
            look = _sqlite if engine.dialect.name == "sqlite" else _postgresql
            return [*_schema(engine, connection), *look(settings, connection)]
    except DBAPIError as error:
        return [fault("database", f"It cannot be used: {str(error.orig).splitlines()[0]}.", _SET_UP)]


def _schema(engine: Engine, connection: Connection) -> list[Finding]:
    present, wanted = schema.present(connection), schema.head()
    if present is None:
        return [warning("schema", "The database is empty.", "The first start fills it.")]
    if not schema.is_known(present):
        said, do = f"{present} is newer than this version's {wanted}", "Install the version that made it"
        try:
            schema.refuse_newer(engine)
        except schema.NewerSchema:
            return [fault("schema", f"{said}.", f"{do}, or restore a backup.")]
        return [warning("schema", f"{said}, which works with it.", f"{do} here, too.")]
    if present != wanted:
        return [
            warning(
                "schema",
                f"{present} is older than this version's {wanted}.",
                "Make a backup; the next start brings it up to date.",
            )
        ]
    return [ok("schema", f"{present}, this version's")]


def _sqlite(settings: Settings, connection: Connection) -> list[Finding]:
    version = connection.scalar(text("SELECT sqlite_version()"))
    journal = connection.scalar(text("PRAGMA journal_mode"))
    wrong = connection.scalar(text("PRAGMA quick_check(1)"))
    if wrong != "ok":
        return [fault("database", f"SQLite finds it damaged: {wrong}.", "Stop the server, restore a backup.")]
    if journal != "wal":
        return [
            warning(
                "database",
                f"SQLite {version} works in mode {journal}, in which readers wait for writers.",
                "Put the data folder on a local disk: network file systems do not allow WAL.",
            )
        ]
    return [ok("database", f"SQLite {version}, whole, in WAL mode")]


def _postgresql(settings: Settings, connection: Connection) -> list[Finding]:
    number = int(connection.scalar(text("SHOW server_version_num")) or 0)
    most = int(connection.scalar(text("SHOW max_connections")) or 0)
    now = connection.scalar(text("SELECT clock_timestamp()"))
    said = f"PostgreSQL {number // 10000}.{number % 10000}, {most} connections"
    found = [ok("database", said)]
    if number // 10000 < OLDEST_POSTGRESQL:
        found = [warning("database", f"{said} is older than {OLDEST_POSTGRESQL}.", "Upgrade PostgreSQL.")]
    pool = pool_of(settings)
    wanted = (pool.size + (pool.size if pool.overflow is None else pool.overflow)) * (
        share_out(settings).workers + 1
    )
    if wanted > most:
        found.append(
            warning(
                "database",
                f"This server may open up to {wanted} connections, more than PostgreSQL allows.",
                "Raise max_connections, or lower FACE_CHECKIN_DATABASE_POOL or FACE_CHECKIN_WORKERS.",
            )
        )
    assert now is not None
    if abs(datetime.now(UTC) - now) > CLOCK_APART:
        found.append(
            warning("clock", f"The database's clock shows {now:%H:%M:%S} UTC.", "Set both machines by NTP.")
        )
    return found


def queue(settings: Settings) -> list[Finding]:
    """Does Redis answer, where it is used?"""
    if settings.redis_url is None and not settings.jobs:
        return [
            warning(
                "queue",
                "It is a file in the data folder: only a process of the jobs with the same folder sees it.",
                "FACE_CHECKIN_REDIS_URL, where that process runs elsewhere.",
            )
        ]
    if settings.redis_url is None:
        return [ok("queue", "SQLite in the data folder")]
    client = redis.Redis.from_url(settings.redis_url.get_secret_value(), socket_timeout=5)
    try:
        told: Any = client.info("server")
        policy: Any = client.info("memory").get("maxmemory_policy", "")
    except redis.RedisError as error:
        return [fault("queue", f"Redis does not answer: {error}.", "FACE_CHECKIN_REDIS_URL, or start Redis.")]
    finally:
        client.close()
    if policy not in ("", "noeviction"):
        return [
            warning(
                "queue",
                f"Redis throws away what does not fit ({policy}): jobs could be lost.",
                "CONFIG SET maxmemory-policy noeviction",
            )
        ]
    return [ok("queue", f"Redis {told['redis_version']}")]


def jobs(settings: Settings, engine: Engine) -> list[Finding]:
    """Is the process of the jobs alive, and does it come through?"""
    do = "python -m server serve starts it; its lines in the log say why it ended"
    with Session(engine) as db:
        note = db.get(InstallationNote, SIGN_OF_LIFE)
        waiting = db.scalar(
            select(func.min(RosterFit.created_at)).where(
                RosterFit.state.in_((FitState.WAITING, FitState.RUNNING))
            )
        )
    if note is None:
        return [warning("jobs", "Their process has not run yet.", do)]
    silence = utc_now() - datetime.fromisoformat(note.value["at"])
    if silence > SILENCE:
        return [fault("jobs", f"Their process gave no sign for {_minutes(silence)}.", do)]
    if waiting is not None and utc_now() - waiting > WAITING:
        return [
            warning("jobs", f"A fit has been waiting for {_minutes(utc_now() - waiting)}.", "See the log.")
        ]
    return [ok("jobs", f"Their process gave a sign {_minutes(silence)} ago, and nothing waits long")]


def clock(settings: Settings, engine: Engine | None) -> list[Finding]:
    """Is it set by somebody, and not behind what was already recorded?"""
    if engine is not None:
        with Session(engine) as db:
            newest = db.scalar(select(func.max(AuditEntry.at)))
        if newest is not None and newest > utc_now() + CLOCK_APART:
            return [
                fault(
                    "clock",
                    f"It shows {utc_now():%Y-%m-%d %H:%M} UTC; the audit log is at {newest:%Y-%m-%d %H:%M}.",
                    "Set the clock; attendance is recorded by it.",
                )
            ]
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    except (OSError, AttributeError):
        state = -1
    said = f"{utc_now():%Y-%m-%d %H:%M:%S} UTC"
    if state == _TIME_ERROR:
        return [
            warning(
                "clock", f"{said}, and nothing keeps it right.", "Set it by NTP (systemd-timesyncd, chrony)."
            )
        ]
    if state < 0:
        return [ok("clock", f"{said}; whether something keeps it right cannot be told from here")]
    return [ok("clock", f"{said}, kept right by the system")]


def mails(settings: Settings) -> list[Finding]:
    """Does the mail server let us in? Nothing is sent."""
    if not mail.configured(settings):
        return [
            ok("mail", "It is not set up (SMTP_URL, SMTP_FROM): links are handed over, no alerts are sent")
        ]
    try:
        with mail.connected(settings) as server:
            server.noop()
    except OSError as error:
        return [fault("mail", f"The mail server does not let us in: {error}.", "FACE_CHECKIN_SMTP_URL")]
    return [ok("mail", "The mail server lets us in")]


def _minutes(span: timedelta) -> str:
    return f"{int(span.total_seconds() // 60)} minutes"
