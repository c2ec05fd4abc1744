"""Every page and list of the app, with addresses at which a filled university has something to show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from benchmarks.university_rows import PHRASE
from server.models import (
    Account,
    ClassSession,
    Course,
    Enrolment,
    ErasureCertificate,
    GestureModel,
    LinkPurpose,
    LtiContext,
    PhotoImport,
    Role,
    RosterDraft,
    Student,
    WeeklyPattern,
    utc_now,
)
from server.models.course import course_instructor
from server.services import api_tokens, student_links
from server.services.roster_files import NUMBER_AND_NAME, Brought

LINKS = {"pages.my_attendance": "attendance_link", "pages.my_photos": "enrolment_link"}
"""Pages that a personal link opens, and which of a place's links."""
QUERIES = {
    "pages.compare_versions": ("?a=1&b=2",),
    "pages.personal_data_search": ("", "?q=Kim", "?q=20260001"),
    "pages.roster": ("", "?page=2&sort=number&order=down", "?q=1"),
    "pages.attendance": ("", "?sort=rate", "?search=1"),
    "pages.audit_log": ("", "?page=1000", "?action=student_added", "?subject=student:1"),
    "token_api.course_attendance": ("", "?limit=500"),
}
"""Searched, sorted, and far behind, where a page can be."""
NO_LISTS = {
    "pages.asset_file",
    "pages.kiosk_worker",
    "pages.lti_connect",
    "pages.choose_password",
    "pages.setup",
    "pages.sign_in",
    "pages.second_step",
    "pages.take_phone",
    "pages.my_code_now",
    "instructor_api.stream",
}
"""Needs what only a message, a launch or a browser's own secret brings; the stream of events never ends."""


@dataclass
class Place:
    """What belongs together, by the names of the routes' arguments, and the links of one student."""

    values: dict[str, Any]
    links: dict[str, str] = field(default_factory=dict)


class Visitors:
    """Browsers of an instructor and of an administrator, and a program with the instructor's token."""

    def __init__(self, app: Flask, db: Session) -> None:
        self.instructor = _browser(app, "instructor1@school.example")
        self.administrator = _browser(app, "admin@school.example")
        account = db.scalars(
            select(Account).where(Account.role == Role.INSTRUCTOR).order_by(Account.id)
        ).first()
        assert account is not None
        _, token = api_tokens.create(db, account, "measuring", writes=False)
        self._app = app
        self._headers = {"Authorization": f"Bearer {token}"}

    def of(self, rule: Rule) -> Iterator[tuple[str, FlaskClient]]:
        """Whom a page is measured for. An administrator sees every course, so also how lists look then."""
        if rule.endpoint.startswith("token_api."):
            program = self._app.test_client()
            program.environ_base["HTTP_AUTHORIZATION"] = self._headers["Authorization"]
            yield "", program
            return
        yield "", self.instructor
        if "course_id" not in rule.arguments and "session_id" not in rule.arguments:
            yield "administrator", self.administrator


def _browser(app: Flask, email: str) -> FlaskClient:
    """Signed in through the form."""
    client = app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    assert token is not None
    form = {"csrf_token": token[1], "email": email, "password": PHRASE}
    assert client.post("/sign-in", data=form).status_code == 302
    return client


def places(db: Session, most: int) -> list[Place]:
    """Places in the first instructor's courses: the open session, and all others."""
    owner = db.scalars(select(Account).where(Account.role == Role.INSTRUCTOR).order_by(Account.id)).first()
    assert owner is not None
    found = db.execute(
        select(Course.id, ClassSession.id, Enrolment.student_id)
        .join(course_instructor, course_instructor.c.course_id == Course.id)
        .join(ClassSession, ClassSession.course_id == Course.id)
        .join(Enrolment, Enrolment.course_id == Course.id)
        .where(course_instructor.c.account_id == owner.id)
        .order_by(ClassSession.status.desc(), ClassSession.id.desc(), Enrolment.id)
    ).all()
    chosen = found[:: max(1, len(found) // most)]
    things = {course_id: _things(db, course_id, owner) for course_id in {row[0] for row in chosen}}
    return [
        Place(
            {"course_id": course_id, "session_id": session_id, "student_id": student_id}
            | {"visit_id": f"unknown-{course_id}-0"}
            | things[course_id],
            _links(db, course_id, student_id),
        )
        for course_id, session_id, student_id in chosen
    ]


def _things(db: Session, course_id: int, owner: Account) -> dict[str, int]:
    """One of everything else that a course or the installation has."""

    def first(query: Any) -> int:
        return int(db.scalars(query).first())

    draft = RosterDraft(
        course_id=course_id,
        account_id=owner.id,
        source="roster.csv",
        content=Brought(rows=[(line, [f"2027{line}", f"New {line}"]) for line in range(1, 101)]).as_json(),
        layout=NUMBER_AND_NAME.as_json(),
        whole=False,
        expires_at=utc_now() + timedelta(days=1),
    )
    db.add(draft)
    db.commit()
    return {
        "draft_id": draft.id,
        "pattern_id": first(select(WeeklyPattern.id).where(WeeklyPattern.course_id == course_id)),
        "import_id": first(select(PhotoImport.id).where(PhotoImport.course_id == course_id)),
        "context_id": first(select(LtiContext.id).where(LtiContext.course_id == course_id)),
        "number": 1,
        "model_id": first(select(GestureModel.id)),
        "certificate_id": first(select(ErasureCertificate.id)),
        "account_id": owner.id,
    }


def _links(db: Session, course_id: int, student_id: int) -> dict[str, str]:
    course, student = db.get_one(Course, course_id), db.get_one(Student, student_id)
    return {
        f"{purpose.value}_link": student_links.create(db, student, course, purpose, 30)
        for purpose in (LinkPurpose.ATTENDANCE, LinkPurpose.ENROLMENT)
    }


def pages(rules: Iterable[Rule], place: Place) -> list[Rule]:
    """Everything to look at: pages, and lists as JSON. Files and answers to devices are neither."""
    known = set(place.values) | {"token"}
    return sorted(
        (
            rule
            for rule in rules
            if rule.endpoint.split(".")[0] in {"pages", "token_api", "instructor_api"}
            and rule.endpoint not in NO_LISTS
            and "GET" in (rule.methods or ())
            and rule.arguments <= known
            and "." not in rule.rule.rsplit("/", 1)[-1]
        ),
        key=lambda rule: rule.rule,
    )


def addresses(app: Flask, rule: Rule, place: Place) -> list[str]:
    """Where a page is for one place: as it opens, and searched or further on."""
    values = {name: place.values[name] for name in rule.arguments if name != "token"}
    if "token" in rule.arguments:
        values["token"] = place.links[LINKS[rule.endpoint]]
    built = app.url_map.bind("localhost").build(rule.endpoint, values)
    return [built + query for query in QUERIES.get(rule.endpoint, ("",))]
