"""Rosters from a OneRoster 1.1 CSV bundle: classes with their students."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from zipfile import ZipFile

from server.exceptions import Invalid
from server.models import utc_now
from server.services import roster_text
from server.services.damaged_zip import DAMAGED
from server.services.oneroster_form import FULL_NAME, MANIFEST, MANIFEST_VERSION, NEEDED, ONEROSTER_VERSION
from server.services.roster_columns import full_name
from server.services.roster_text import MAX_CELL, MAX_ROWS, Row
from server.services.roster_workbook import open_archive
from server.services.spreadsheet_cells import plain

MAX_CLASSES = 500
MAX_LINES = 200_000

Record = dict[str, str]


class BundleIncomplete(Invalid):
    """Something is missing in a bundle.

    :ivar missing: each thing by the name that OneRoster gives it.
    """

    def __init__(self, missing: list[str]) -> None:
        super().__init__("oneroster_incomplete", detail=", ".join(missing))
        self.missing = missing


@dataclass(frozen=True)
class SchoolClass:
    """A class of a bundle; each row holds number and name of a student, its line is that of ``users.csv``."""

    title: str
    rows: list[Row]


def is_bundle(archive: ZipFile) -> bool:
    """Whether a zip says that it is one."""
    return any(name.rsplit("/", 1)[-1].lower() == MANIFEST for name in archive.namelist())


def read_bundle(content: bytes) -> list[SchoolClass]:
    """The classes by title, with those who are enrolled as students today.

    A student's number is the identifier, else the username, else the sourcedId.

    :raises BundleIncomplete: ``oneroster_incomplete``.
    :raises Invalid: ``oneroster_unreadable``, ``roster_archive_too_big``, ``csv_too_long``.
    """
    with open_archive(content, "oneroster_unreadable") as archive:
        files = {name.rsplit("/", 1)[-1]: name for name in archive.namelist()}
        _check_manifest(archive, files)
        tables = {name: _table(archive, files[f"{name}.csv"]) for name in NEEDED}
    missing = [
        f"{name}.csv: {column}"
        for name, (columns, _) in tables.items()
        for column in NEEDED[name]
        if column not in columns
    ]
    if missing:
        raise BundleIncomplete(missing)
    users = {
        record["sourcedId"]: (line, [_number(record), _name(record)]) for line, record in tables["users"][1]
    }
    members: dict[str, list[Row]] = defaultdict(list)
    for _, record in tables["enrollments"][1]:
        if record["role"].lower() == "student" and not _over(record) and record["userSourcedId"] in users:
            members[record["classSourcedId"]].append(users[record["userSourcedId"]])
    classes = [
        SchoolClass(_title(record), sorted(members[record["sourcedId"]]))
        for _, record in tables["classes"][1]
    ]
    if not classes:
        raise BundleIncomplete(["classes.csv"])
    if len(classes) > MAX_CLASSES or any(len(one.rows) > MAX_ROWS for one in classes):
        raise Invalid("csv_too_long")
    return sorted(classes, key=lambda one: one.title)


def _check_manifest(archive: ZipFile, files: dict[str, str]) -> None:
    """Holds the bundle against its own manifest."""
    if MANIFEST not in files:
        raise BundleIncomplete([MANIFEST])
    columns, records = _table(archive, files[MANIFEST])
    if not {"propertyName", "value"} <= set(columns):
        raise BundleIncomplete([f"{MANIFEST}: propertyName, value"])
    said = {record["propertyName"]: record["value"] for _, record in records}
    missing = []
    versions = (("manifest.version", MANIFEST_VERSION), ("oneroster.version", ONEROSTER_VERSION))
    for name, version in versions:
        if said.get(name) != version:
            missing.append(f"{name} = {version}")
    for name in NEEDED:
        if said.get(f"file.{name}") != "bulk":
            missing.append(f"file.{name} = bulk")
    promised = [name.removeprefix("file.") for name, mode in said.items() if mode in {"bulk", "delta"}]
    missing += [f"{name}.csv" for name in sorted({*promised, *NEEDED}) if f"{name}.csv" not in files]
    if missing:
        raise BundleIncomplete(missing)


def _table(archive: ZipFile, name: str) -> tuple[list[str], list[tuple[int, Record]]]:
    """The columns and the live records of a file, with their lines."""
    try:
        text = roster_text.decode(archive.read(name)).removeprefix("\ufeff")
    except DAMAGED as error:
        raise Invalid("oneroster_unreadable") from error
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        columns = [column.strip() for column in next(reader, [])]
        return columns, list(_records(reader, columns))
    except csv.Error as error:
        raise Invalid("oneroster_unreadable") from error


def _records(reader: Iterator[list[str]], columns: list[str]) -> Iterator[tuple[int, Record]]:
    for line, cells in enumerate(reader, start=2):
        if line > MAX_LINES:
            raise Invalid("csv_too_long")
        record = dict.fromkeys(columns, "") | {
            column: plain(cell.strip()[:MAX_CELL]) for column, cell in zip(columns, cells, strict=False)
        }
        if any(cells) and record.get("status", "").lower() != "tobedeleted":
            yield line, record


def _number(record: Record) -> str:
    return record.get("identifier") or record.get("username") or record["sourcedId"]


def _name(record: Record) -> str:
    return record.get(FULL_NAME) or full_name(record["givenName"], record["familyName"])


def _title(record: Record) -> str:
    code = record.get("classCode", "")
    return f"{code} · {record['title']}" if code else record["title"]


def _over(record: Record) -> bool:
    """Whether an enrolment has ended."""
    try:
        return date.fromisoformat(record.get("endDate", "")) < utc_now().date()
    except ValueError:
        return False
