"""A course's roster as a OneRoster 1.1 CSV bundle (1EdTech), in bulk mode."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable

from sqlalchemy.orm import Session

from server.models import Account, Course
from server.services import courses
from server.services.courses import RosterEntry
from server.services.oneroster_form import (
    ALL_FILES,
    COLUMNS,
    FULL_NAME,
    MANIFEST,
    MANIFEST_VERSION,
    ONEROSTER_VERSION,
)
from server.services.spreadsheet_cells import neutral

SCHOOL = "school"


def bundle(db: Session, course: Course) -> bytes:
    """The zip: one school, one course with one class, its instructors and its students."""
    tables = _tables(course, courses.roster(db, course))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, _manifest(tables))
        for name, records in tables.items():
            archive.writestr(f"{name}.csv", _written(COLUMNS[name], records))
    return out.getvalue()


def _tables(course: Course, entries: list[RosterEntry]) -> dict[str, list[dict[str, str]]]:
    year = str(course.created_at.astimezone(course.zone).year)
    this_class, this_course, term = f"class-{course.id}", f"course-{course.id}", f"year-{year}"
    students = [
        _user(f"student-{one.student.id}", "student", one.student.name)
        | {"username": one.student.number, "identifier": one.student.number}
        for one in entries
    ]
    return {
        "academicSessions": [
            {
                "sourcedId": term,
                "title": year,
                "type": "schoolYear",
                "startDate": f"{year}-01-01",
                "endDate": f"{year}-12-31",
                "schoolYear": year,
            }
        ],
        "orgs": [{"sourcedId": SCHOOL, "name": "Face Check-in", "type": "school"}],
        "courses": [
            {
                "sourcedId": this_course,
                "schoolYearSourcedId": term,
                "title": course.name,
                "courseCode": course.code,
                "orgSourcedId": SCHOOL,
            }
        ],
        "classes": [
            {
                "sourcedId": this_class,
                "title": course.name,
                "courseSourcedId": this_course,
                "classCode": course.code,
                "classType": "scheduled",
                "schoolSourcedId": SCHOOL,
                "termSourcedIds": term,
            }
        ],
        "users": [*map(_teacher, course.instructors), *students],
        "enrollments": [
            _enrolment(this_class, role, sourced_id)
            for role, sourced_id in (
                *(("teacher", f"account-{account.id}") for account in course.instructors),
                *(("student", f"student-{one.student.id}") for one in entries),
            )
        ],
    }


def _teacher(account: Account) -> dict[str, str]:
    user = _user(f"account-{account.id}", "teacher", account.name)
    return user | {"username": account.email, "email": account.email}


def _user(sourced_id: str, role: str, name: str) -> dict[str, str]:
    given, family = name_parts(name)
    return {
        "sourcedId": sourced_id,
        "enabledUser": "true",
        "orgSourcedIds": SCHOOL,
        "role": role,
        "givenName": given,
        "familyName": family,
        FULL_NAME: name,
    }


def name_parts(name: str) -> tuple[str, str]:
    """Given and family name, both of which OneRoster demands: a best guess, the full name travels beside."""
    if re.fullmatch("[가-힣]{2,4}", name):
        return name[1:], name[:1]
    given, _, family = name.rpartition(" ")
    return (given, family) if given else (name, ".")


def _enrolment(class_id: str, role: str, sourced_id: str) -> dict[str, str]:
    return {
        "sourcedId": f"{class_id}-{sourced_id}",
        "classSourcedId": class_id,
        "schoolSourcedId": SCHOOL,
        "userSourcedId": sourced_id,
        "role": role,
        "primary": "true" if role == "teacher" else "false",
    }


def _manifest(tables: dict[str, list[dict[str, str]]]) -> str:
    said = {"manifest.version": MANIFEST_VERSION, "oneroster.version": ONEROSTER_VERSION}
    said |= {f"file.{name}": "bulk" if name in tables else "absent" for name in ALL_FILES}
    said |= {"source.systemName": "Face Check-in", "source.systemCode": "face-check-in"}
    records = [{"propertyName": name, "value": value} for name, value in said.items()]
    return _written(("propertyName", "value"), records)


def _written(columns: tuple[str, ...], records: Iterable[dict[str, str]]) -> str:
    """UTF-8 without a byte order mark, as the standard wants it."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\r\n")
    writer.writeheader()
    for record in records:
        writer.writerow({column: neutral(cell) for column, cell in record.items()})
    return out.getvalue()
