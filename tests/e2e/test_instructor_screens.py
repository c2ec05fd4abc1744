"""The pages of a course that has been going for weeks, in both languages, kept in docs/screens."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from server import create_app
from server.models import Account, Attendance, ClassSession, Course, LinkPurpose, utc_now
from server.services import class_sessions, courses, student_links, timetable
from server.services.timetable import PatternDraft
from server.settings import Settings
from tests.e2e.browsers import Browsers
from tests.e2e.instructor import Instructor
from tests.e2e.screen_keeper import ScreenKeeper
from tests.e2e.test_screens import LAPTOP, LOCALES, PHONE
from tests.running_server import RunningServer

pytestmark = pytest.mark.screens

NAMES = (
    "김민준",
    "남궁하늘별",
    "이서연",
    "박도윤",
    "최지우",
    "정하준",
    "Amara Okafor",
    "Lena Müller",
    "Noah Smith",
    "Sofía Herrera",
    "Yuki Tanaka",
    "Zeynep Kaya",
)
WEEKS = 9


@dataclass(frozen=True)
class Term:
    """Where the pages are."""

    server: RunningServer
    cookies: dict
    course: str
    session: str
    student: str
    entry: str
    own_attendance: str
    own_photos: str


@pytest.fixture(scope="module")
def term(tmp_path_factory: pytest.TempPathFactory, all_browsers: Browsers) -> Iterator[Term]:
    """A course of twelve students after nine weeks, with a session under way."""
    server = RunningServer.start(
        tmp_path_factory.mktemp("term"), demo="false", distinguish_purpose="How seats were shared"
    )
    page = all_browsers.page(viewport=LAPTOP)
    instructor = Instructor(page, server.url)
    instructor.become_administrator(server.setup_path())
    course = instructor.create_course("BIO-101", "Biology 101")
    instructor.add_students(course, [(f"2026{n:04}", name) for n, name in enumerate(NAMES, 1)])
    cookies = page.context.storage_state()
    all_browsers.end_pages()
    app = create_app(Settings(data_dir=server.data))
    with app.extensions["face_checkin"].sessions() as db:
        found, account = db.get(Course, course), db.scalars(select(Account)).one()
        students = [entry.student for entry in courses.roster(db, found)]
        _weeks(db, found, students, account)
        first = utc_now().date() + timedelta(days=1)
        timetable.add_pattern(
            db, found, PatternDraft("Lecture", ("mo", "we"), time(9), 90, first, first + timedelta(days=60))
        )
        session = class_sessions.start(db, found, "Cells")
        student = students[0].id
        links = {purpose: student_links.create(db, students[0], found, purpose, 7) for purpose in LinkPurpose}
        db.commit()
        yield Term(
            server,
            cookies,
            f"/courses/{course}",
            f"/sessions/{session.id}",
            f"/courses/{course}/students/{student}",
            f"/sessions/{session.id}/students/{student}",
            f"/me/{links[LinkPurpose.ATTENDANCE]}",
            f"/my-photos/{links[LinkPurpose.ENROLMENT]}",
        )
    app.extensions["face_checkin"].stop()
    assert server.stop() == 0


def _weeks(db, course, students, account) -> None:
    random = Random(0)
    for week in range(WEEKS, 0, -1):
        start = utc_now() - timedelta(days=7 * week)
        session = ClassSession(
            course_id=course.id,
            title=f"Week {WEEKS + 1 - week}",
            status="closed",
            starts_at=start,
            late_after_minutes=10,
            opened_at=start,
            closed_at=start + timedelta(minutes=90),
        )
        db.add(session)
        db.flush()
        for student in students:
            status = random.choices(("present", "late", "absent", "excused"), (82, 8, 7, 3))[0]
            db.add(
                Attendance(
                    session_id=session.id,
                    student_id=student.id,
                    status=status,
                    method="manual",
                    marked_by=account.id,
                    recorded_at=start + timedelta(minutes=4),
                )
            )
    db.commit()


@pytest.mark.parametrize("language", LOCALES)
def test_the_pages_of_a_course(term: Term, browsers: Browsers, repository: Path, language: str) -> None:
    keeper = ScreenKeeper(repository / "docs" / "screens")
    options = {"storage_state": term.cookies, "locale": LOCALES[language]}
    page = browsers.page(viewport=LAPTOP, **options)
    phone = browsers.page(viewport=PHONE, **options)
    pages = {
        "roster": f"{term.course}/roster",
        "timetable": f"{term.course}/timetable",
        "attendance": f"{term.course}/attendance",
        "attendance-student": f"{term.course}/attendance/students/{term.student.rsplit('/', 1)[1]}",
        "entry": term.entry,
        "exports": f"{term.course}/exports",
        "recognition": f"{term.course}/recognition",
        "photo-imports": f"{term.course}/photo-imports",
        "lms": f"{term.course}/platforms",
        "webhooks": f"{term.course}/webhooks",
        "roll-call": f"{term.session}/roll-call",
        "verify": "/verify",
        "tokens": "/tokens",
        "platforms": "/platforms",
        "people": "/people",
        "account": "/account",
        "my-data": "/account/data",
        "second-factors": "/account/second-factors",
        "distinguish": "/distinguish",
        "audit": "/audit",
        "status": "/status",
    }
    on_a_phone = {"status", "timetable", "attendance", "roll-call"}
    for name, path in pages.items():
        page.goto(term.server.url + path)
        expect(page.locator("h1")).to_be_visible()
        keeper.keep(page, name, language)
        if name in on_a_phone:
            phone.goto(term.server.url + path)
            keeper.keep(phone, f"{name}-phone", language)
    own = browsers.page(viewport=PHONE, locale=LOCALES[language])
    for name, path in (("my-attendance", term.own_attendance), ("my-photos", term.own_photos)):
        own.goto(term.server.url + path)
        expect(own.locator("h1")).to_be_visible()
        keeper.keep(own, name, language)
