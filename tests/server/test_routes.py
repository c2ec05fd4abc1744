"""Every route × method × role against one written table, `routes.toml`: who may what.

A role "may" when the answer is neither 401 nor 403 nor a way to the sign-in page. What a form then says to
what was sent is for other tests.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from server.auth import KIOSK_COOKIE
from server.models import Role
from server.services import api_tokens, class_sessions, courses, kiosks, passes
from server.views.pages.my_code import PHONE_COOKIE
from tests.server.people import Auth, make_account

TABLE = Path(__file__).with_name("routes.toml")
ANYBODY = "anybody"
ROLES = ("nobody", "kiosk", "student", *Role)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
OF_A_COURSE = {"course_id", "session_id", "student_id"}


@dataclass(frozen=True)
class Route:
    """One way to call the app."""

    method: str
    rule: Rule

    @property
    def name(self) -> str:
        """As the table's rows are called."""
        return f"{self.method} {self.rule.endpoint}"

    @property
    def is_of_a_course(self) -> bool:
        """Whether ids of a course alone say what it is about; a personal link brings its own token."""
        return bool(OF_A_COURSE & set(self.rule.arguments)) and "token" not in self.rule.arguments

    def address(self, app: Flask, **ids: int) -> str:
        """Its path, with the ids where it takes them and something else where it takes something else."""
        values = {
            name: ids.get(name, 1 if "Integer" in type(converter).__name__ else _word(converter))
            for name, converter in self.rule._converters.items()
        }
        with app.test_request_context():
            adapter = app.url_map.bind("localhost")
            return adapter.build(self.rule.endpoint, values, method=self.method)


def _word(converter: object) -> str:
    known = getattr(converter, "items", None)
    return sorted(known)[0] if known else "x"


def routes(app: Flask) -> Iterator[Route]:
    for rule in app.url_map.iter_rules():
        for method in METHODS:
            if rule.methods and method in rule.methods:
                yield Route(method, rule)


def written() -> dict[str, str]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))["may"]


@pytest.fixture
def school(app, db, instructor, administrator):
    """Two courses with a student and a session each; everybody belongs to the first one."""
    own, foreign = (
        courses.create(db, teacher, code, code, "Asia/Seoul", 10)
        for teacher, code in ((instructor, "OWN"), (make_account(db, "other@school.example"), "FOREIGN"))
    )
    helper = make_account(db, "helper@school.example", Role.ASSISTANT)
    own.instructors.append(helper)
    db.commit()
    ids = {}
    for name, course in (("own", own), ("foreign", foreign)):
        student = courses.add_student(db, course, f"2026-{name}", name.title())
        session = class_sessions.start(db, course)
        ids[name] = {"course_id": course.id, "session_id": session.id, "student_id": student.id}
    accounts = {
        Role.ADMINISTRATOR: administrator,
        Role.INSTRUCTOR: instructor,
        Role.ASSISTANT: helper,
        Role.AUDITOR: make_account(db, "auditor@school.example", Role.AUDITOR),
    }
    _, kiosk = kiosks.register(db, "Room 1", instructor)
    pupil = courses.student(db, own, ids["own"]["student_id"])
    _, link = passes.issue_phone_link(db, app.extensions["face_checkin"].vault, pupil, instructor)
    phone = passes.take_phone(db, link)
    db.commit()
    api_tokens.create(db, helper, "the first, which somebody may revoke on the way", writes=True)
    tokens = {role: api_tokens.create(db, one, "x", writes=True)[1] for role, one in accounts.items()}
    db.commit()
    return School(app, ids, accounts, kiosk, phone, tokens)


@dataclass
class School:
    app: Flask
    ids: dict
    accounts: dict
    kiosk: str
    phone: str
    tokens: dict

    def client(self, role: str) -> Auth:
        """A browser of somebody in this role, fresh for each request: some requests sign out."""
        auth = Auth(self.app)
        if role in self.accounts:
            auth.sign_in(self.accounts[role])
        elif role == "kiosk":
            auth.client.set_cookie(KIOSK_COOKIE, self.kiosk)
        elif role == "student":
            auth.client.set_cookie(PHONE_COOKIE, self.phone)
        return auth

    def ask(self, role: str, route: Route, whose: str):
        """The answer to a request without content, but with a form's token."""
        auth = self.client(role)
        headers = {"X-CSRFToken": auth.token()} if route.method != "GET" else {}
        if role in self.tokens and route.rule.endpoint.startswith("token_api."):
            headers = {"Authorization": f"Bearer {self.tokens[role]}"}
        address = route.address(self.app, **self.ids[whose])
        answer = auth.client.open(address, method=route.method, headers=headers, buffered=False)
        answer.close()
        return answer

    def may(self, role: str, route: Route) -> bool:
        answer = self.ask(role, route, "own")
        to_the_door = answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in?next=")
        return answer.status_code not in {401, 403} and not to_the_door


def seen(school: School, route: Route) -> str:
    """Who may, as the table writes it."""
    allowed = [role for role in ROLES if school.may(role, route)]
    return ANYBODY if len(allowed) == len(ROLES) else " ".join(allowed)


def test_the_table_says_who_may_what(school):
    table = written()
    wrong = []
    for route in routes(school.app):
        actual = seen(school, route)
        if route.name not in table:
            wrong.append(f'no row; if this is right, add: "{route.name}" = "{actual}"')
        elif table[route.name] != actual:
            wrong.append(f'"{route.name}": written "{table[route.name]}", actually "{actual}"')
    assert not wrong, "tests/server/routes.toml:\n" + "\n".join(wrong)


def test_no_row_is_about_a_route_that_is_gone(app):
    assert set(written()) - {route.name for route in routes(app)} == set()


def test_the_ids_of_another_course_are_never_found(school):
    wrong = []
    for route in routes(school.app):
        if not route.is_of_a_course:
            continue
        for role in (Role.INSTRUCTOR, Role.ASSISTANT):
            if not school.may(role, route):
                continue
            status = school.ask(role, route, "foreign").status_code
            if status != 404:
                wrong.append(f"{role} {route.name}: {status}")
    assert wrong == []


def test_what_is_open_to_anybody_holds_nothing_of_a_course(app):
    """A row says "anybody" only where the address has no id of a course, or a secret of its own as well."""
    table = written()
    open_ones = [route for route in routes(app) if table[route.name] == ANYBODY]
    assert [route.name for route in open_ones if route.is_of_a_course] == []
