"""Every page and every list asks the database as often in an installation three times as large."""

from contextlib import contextmanager

import pytest
from sqlalchemy import event

from benchmarks.university_lists import Size
from benchmarks.university_pages import Visitors, addresses, pages, places
from benchmarks.university_rows import University
from server import create_app, schema
from server.settings import Settings

SMALL = Size(2, 4, courses_a_student=2, courses_an_instructor=2, sessions=3, each=3)
LARGE = Size(6, 12, courses_a_student=6, courses_an_instructor=6, sessions=9, each=9)
"""Every list is three times as long, those of one course and of one student too."""


@contextmanager
def counted(database):
    """How many statements the database was asked."""
    seen = []

    def count(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(database, "before_cursor_execute", count)
    yield seen
    event.remove(database, "before_cursor_execute", count)


def asked(size, folder, engine):
    """The statements of every page, by its address and who asks."""
    app = create_app(Settings(data_dir=folder, threads=4), engine=engine)
    runtime = app.extensions["face_checkin"]
    schema.upgrade(runtime.database, folder)
    University(runtime.database, size, runtime.vault, engine.embedder_id).fill()
    with runtime.sessions() as db:
        (place,) = places(db, 1)[:1]
        visitors = Visitors(app, db)
    found = {}
    for rule in pages(app.url_map.iter_rules(), place):
        for role, client in visitors.of(rule):
            for address in addresses(app, rule, place):
                with counted(runtime.database) as seen:
                    answer = client.get(address)
                assert answer.status_code < 500, address
                if answer.status_code == 200:
                    found[rule.endpoint, address.partition("?")[2], role] = seen
    runtime.stop()
    return found


@pytest.fixture(scope="module")
def both(tmp_path_factory, engine):
    return [asked(size, tmp_path_factory.mktemp("school") / "data", engine) for size in (SMALL, LARGE)]


def test_the_number_of_queries_does_not_grow(both):
    small, large = both
    grown = {
        page: (len(small[page]), len(large[page]), sorted(set(large[page]) - set(small[page])))
        for page in large
        if page in small and len(large[page]) > len(small[page])
    }
    assert grown == {}


def test_every_list_was_asked(both):
    """A page that answers nothing but refusals would never be found to grow."""
    small, large = both
    assert small.keys() == large.keys()
    pages_asked = {endpoint for endpoint, _, _ in large}
    assert {
        "pages.today",
        "pages.courses",
        "pages.live",
        "pages.roster",
        "pages.attendance",
        "pages.people",
        "pages.audit_log",
        "token_api.list_courses",
        "instructor_api.roster",
    } <= pages_asked
    assert len(pages_asked) >= 50
