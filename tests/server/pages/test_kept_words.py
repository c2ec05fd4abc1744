"""What is kept about somebody is told in words, in both languages."""

import pytest

from server.models import Base
from server.services import account_data, personal_data, readable_rows
from server.views.pages.kept_words import FIELDS, TABLES, kept_words
from tests.server.pages.conftest import Browser
from tests.server.people import Auth


def kept_tables():
    about_accounts = [table for table, _ in account_data.tables_of_an_account()]
    about_students = [table for table, _ in personal_data.tables_about_students()]
    return [Base.metadata.tables[name] for name in ("account", "student")] + about_accounts + about_students


def test_every_table_has_words():
    assert {table.name for table in kept_tables()} - set(TABLES) == set()


def test_every_moment_and_every_owner_has_words():
    told = {column.name for table in kept_tables() for column in readable_rows._shown(table)}
    named = {name for name in told if name.endswith(("_at", "_until", "_by")) or name == "name"}
    assert named - set(FIELDS) == set()


@pytest.mark.parametrize(
    ("value", "field", "said"),
    [
        (True, "is_active", "yes"),
        ("2026-03-02T00:30:05.123456+00:00", "created_at", "2 Mar 2026, 09:30:05"),
        ("not a moment", "created_at", "not a moment"),
        ("administrator", "role", "Administrator"),
        ("the student", "given_by", "the student, by personal link"),
        ([], "", "none"),
        ({"status": "late", "score": 0.123456}, "after", "Status: Late, Likeness: 0.1235"),
        ("A" * 9000, "float32", "A" * 60 + "… (9000 characters; the download has them all)"),
        ("A" * 9000, "words", "A" * 9000),
    ],
)
def test_a_value_reads_as_people_write_it(app, value, field, said):
    with app.test_request_context("/"):
        assert kept_words(value, field) == said


def test_own_data_in_korean(app, instructor):
    browser = Browser(Auth(app).sign_in(instructor))
    browser.language = "ko"
    page = browser.get("/account/data").text
    assert "<dt>이메일</dt>" in page
    assert "<dd>예</dd>" in page
    assert "created_at" not in page
