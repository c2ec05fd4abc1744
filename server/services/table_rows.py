"""The rows of every table as lines of JSON that any database takes: out of SQLite, into PostgreSQL, and back.

Tables are looked at as they are in the database, not as this version's models know them, so that an older
schema is read and filled just as well.
"""

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    Time,
    TypeDecorator,
    cast,
    func,
    insert,
    select,
    text,
    type_coerce,
)
from sqlalchemy.types import TypeEngine, UserDefinedType

from server.models import SealedFile, UTCDateTime

REVISION_TABLE = "alembic_version"
KEPT_OTHERWISE = {REVISION_TABLE, SealedFile.__tablename__}
"""The revision stands in a backup's head, and sealed files are files in it."""
ROWS_AT_ONCE = 50
"""A photo has some 200 kB."""


class _Verbatim(UserDefinedType[str]):
    """A value that the database reads from text by itself, such as JSON."""

    cache_ok = True

    def get_col_spec(self, **_options: Any) -> str:
        return "TEXT"


class _Clock(TypeDecorator[time]):
    """A time of day."""

    impl = Time
    cache_ok = True


@dataclass(frozen=True)
class _Kind:
    """How a column's values are bound and read, and written as JSON."""

    type: TypeEngine[Any]
    to_json: Callable[[Any], Any]
    from_json: Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


_MOMENT = _Kind(UTCDateTime(), lambda value: value.isoformat(), datetime.fromisoformat)
_BYTES = _Kind(LargeBinary(), lambda value: base64.b64encode(value).decode(), base64.b64decode)
_VERBATIM = _Kind(_Verbatim(), _same, _same)
_KINDS: tuple[tuple[type[TypeEngine[Any]], _Kind], ...] = (
    (JSON, _VERBATIM),
    (DateTime, _MOMENT),
    (Date, _Kind(Date(), lambda value: value.isoformat(), date.fromisoformat)),
    (Time, _Kind(_Clock(), lambda value: value.isoformat(), time.fromisoformat)),
    (LargeBinary, _BYTES),
    (Boolean, _Kind(Boolean(), _same, _same)),
    (Integer, _Kind(Integer(), _same, _same)),
    (Float, _Kind(Float(), _same, _same)),
    (Numeric, _Kind(Numeric(), str, _same)),
    (String, _Kind(Text(), _same, _same)),
)


def _kind(column: Column[Any]) -> _Kind:
    """Of a column; text that the database understands for a type that only it knows."""
    return next((kind for of, kind in _KINDS if isinstance(column.type, of)), _VERBATIM)


def tables(connection: Connection) -> list[Table]:
    """Every table with rows to keep, each after those that it refers to."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name not in KEPT_OTHERWISE]


def lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """A line for each row, in the order of the primary key: a list of the columns' values."""
    kinds = [_kind(column) for column in table.columns]
    wanted = [
        cast(column, Text) if kind is _VERBATIM else type_coerce(column, kind.type)
        for column, kind in zip(table.columns, kinds, strict=True)
    ]
    query = select(*wanted).order_by(*table.primary_key.columns)
    found = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(query)
    for row in found:
        values = [
            None if value is None else kind.to_json(value) for kind, value in zip(kinds, row, strict=True)
        ]
        yield json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def load(connection: Connection, table: Table, columns: list[str], rows: Iterable[bytes]) -> None:
    """Puts lines into a table.

    :param columns: what the lines hold, in this order.
    :raises KeyError: when the table has no such column.
    """
    kinds = [_kind(table.columns[name]) for name in columns]
    names = {name: f"value_{place}" for place, name in enumerate(columns)}
    filled = Table(
        table.name,
        MetaData(),
        *(Column(name, kind.type, key=names[name]) for name, kind in zip(columns, kinds, strict=True)),
        schema=table.schema,
    )
    batch: list[dict[str, Any]] = []
    for line in rows:
        values = json.loads(line)
        batch.append(
            {
                name: None if value is None else kind.from_json(value)
                for name, kind, value in zip(names.values(), kinds, values, strict=True)
            }
        )
        if len(batch) == ROWS_AT_ONCE:
            connection.execute(insert(filled), batch)
            batch = []
    if batch:
        connection.execute(insert(filled), batch)


def counters(connection: Connection) -> dict[str, int]:
    """The last number given out for each table that never gives one twice."""
    if connection.dialect.name == "sqlite":
        if connection.scalar(text("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'")) is None:
            return {}
        return dict(connection.execute(text("SELECT name, seq FROM sqlite_sequence")).all())
    found = {}
    for table, sequence in _sequences(connection):
        last = connection.scalar(text(f"SELECT last_value FROM {sequence} WHERE is_called"))
        if last is not None:
            found[table.name] = int(last)
    return found


def set_counters(connection: Connection, last: dict[str, int]) -> None:
    """Lets numbers go on where they were left off, and never below what is there."""
    if connection.dialect.name == "sqlite":
        known = counters(connection)
        for name, number in last.items():
            if name in known:
                statement = "UPDATE sqlite_sequence SET seq = max(seq, :number) WHERE name = :name"
            elif _counts(connection, name):
                statement = "INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :number)"
            else:
                continue
            connection.execute(text(statement), {"name": name, "number": number})
        return
    for table, sequence in _sequences(connection):
        (key,) = table.primary_key.columns
        most = connection.scalar(select(func.max(key))) or 0
        number = max(most, last.get(table.name, 0))
        if number:
            connection.execute(
                text("SELECT setval(CAST(:sequence AS regclass), :number)"),
                {"sequence": sequence, "number": number},
            )


def _counts(connection: Connection, table: str) -> bool:
    """Whether SQLite never gives a number of this table twice."""
    query = text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name")
    return "AUTOINCREMENT" in (connection.scalar(query, {"name": table}) or "")


def _sequences(connection: Connection) -> Iterator[tuple[Table, str]]:
    """Tables with the sequence that numbers their rows, as PostgreSQL quotes it."""
    for table in tables(connection):
        keys = list(table.primary_key.columns)
        if len(keys) != 1 or not isinstance(keys[0].type, Integer):
            continue
        query = text("SELECT pg_get_serial_sequence(quote_ident(:table), :column)")
        sequence = connection.scalar(query, {"table": table.name, "column": keys[0].name})
        if sequence is not None:
            yield table, sequence
