"""Rows for every table of whatever schema a database has, made up from the columns' types and constraints."""

import re
from datetime import date, datetime, time, timedelta

from sqlalchemy import JSON, Boolean, Date, DateTime, Float, Integer, LargeBinary, String, Time, inspect

from server.services import table_rows

ROWS = 3
_ONE_OF = re.compile(r"\"?(\w+)\"?(?:::\w+)?\)?(?:::text)? (?:IN \(|= ANY)([^)]*\)?)")
_BETWEEN = re.compile(r"\"?(\w+)\"? BETWEEN (-?\d+)")


def fill(connection, rows=ROWS):
    """Puts rows into every table; gives their number by table."""
    allowed, least = _limits(connection)
    for table in table_rows.tables(connection):
        for number in range(1, rows + 1):
            values = {
                column.name: _value(column, number, allowed.get((table.name, column.name)), least)
                for column in table.columns
            }
            connection.execute(table.insert(), values)
    return {table.name: rows for table in table_rows.tables(connection)}


def everything(connection):
    """Every row of every table, as lines."""
    return {table.name: list(table_rows.lines(connection, table)) for table in table_rows.tables(connection)}


def _limits(connection):
    allowed, least = {}, {}
    looked = inspect(connection)
    for table in looked.get_table_names():
        for check in looked.get_check_constraints(table):
            for column, words in _ONE_OF.findall(check["sqltext"]):
                allowed[table, column] = re.findall(r"'([^']+)'", words)
            for column, number in _BETWEEN.findall(check["sqltext"]):
                least[table, column] = int(number)
    return allowed, least


def _value(column, number, allowed, least):
    if column.foreign_keys:
        return number if isinstance(column.type, Integer) else _text(column, number)
    if allowed:
        return allowed[number % len(allowed)]
    kind = column.type
    if isinstance(kind, JSON):
        return {"number": number, "이름": ["Ä", None, 1.5]}
    if isinstance(kind, DateTime):
        return datetime(2026, 3, 1, 9, 0, 0, 123456, tzinfo=None) + timedelta(days=number)
    if isinstance(kind, Date):
        return date(2026, 3, number)
    if isinstance(kind, Time):
        return time(9, number)
    if isinstance(kind, LargeBinary):
        return bytes(range(256)) * number
    if isinstance(kind, Boolean):
        return number % 2 == 0
    if isinstance(kind, Float):
        return number / 7
    if isinstance(kind, Integer):
        return least.get((column.table.name, column.name), 0) + number
    return _text(column, number)


def _text(column, number):
    assert isinstance(column.type, String), column
    return f"{number} 김민서"[: column.type.length]
