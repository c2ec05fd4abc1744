"""Accounts: one's own, and the operator's page about those of others."""

import re

import pytest

from server.models import Account, Role
from server.services import accounts, courses, kiosks
from tests.server.pages.conftest import Browser
from tests.server.people import PASSWORD, Auth, fresh, make_account

NEW = "another long password"


@pytest.fixture
def operator(app, administrator):
    return Browser(Auth(app).sign_in(administrator))


@pytest.fixture
def somebody(app):
    return Browser(Auth(app))


def sign_in(browser, email, password):
    return browser.post("/sign-in", {"email": email, "password": password})


class TestInvitation:
    FORM = {"name": "Lee", "email": "lee@school.example", "role": "assistant"}

    def test_a_link_leads_to_a_password_and_works_once(self, operator, somebody, db, course):
        answer = operator.post("/people/new", {**self.FORM, "courses": str(course.id)})
        assert answer.status_code == 201
        link = re.search(r'id="one-time-link" href="http://localhost(/choose-password/[^"]+)"', answer.text)[
            1
        ]
        assert "Welcome, Lee" in somebody.get(link).text
        assert sign_in(somebody, "lee@school.example", "").status_code == 422
        chosen = {"password": NEW, "repeated": NEW}
        assert "The password is set." in somebody.follow(somebody.post(link, chosen))
        assert somebody.post(link, chosen).status_code == 410
        assert sign_in(somebody, "lee@school.example", NEW).status_code == 302
        made = accounts.by_email(fresh(db), "lee@school.example")
        assert made.role == Role.ASSISTANT
        assert [one.id for one in courses.list_for(db, made)] == [course.id]

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"email": "nobody"}, "This is not an e-mail address."),
            ({"email": "admin@school.example"}, "There is an account"),
            ({"name": ""}, "Please fill this in."),
            ({"role": "king"}, "Not a valid choice"),
        ],
    )
    def test_a_mistake_is_explained(self, operator, db, change, message):
        answer = operator.post("/people/new", {**self.FORM, **change})
        assert answer.status_code == 422
        assert message in answer.text
        assert db.query(Account).count() == 1

    def test_a_reset_keeps_out_who_knew_the_old_password(self, operator, somebody, db, instructor):
        sign_in(somebody, instructor.email, PASSWORD)
        answer = operator.post(f"/people/{instructor.id}/link")
        link = re.search(r"/choose-password/[\w-]+", answer.text)[0]
        assert somebody.get("/").status_code == 200
        somebody.post(link, {"password": NEW, "repeated": NEW})
        assert somebody.get("/").status_code == 302
        assert sign_in(somebody, instructor.email, PASSWORD).status_code == 422
        assert sign_in(somebody, instructor.email, NEW).status_code == 302


class TestOperator:
    def test_the_list(self, operator, instructor, course):
        page = operator.get("/people").text
        assert instructor.email in page
        assert "Instructor" in page

    def test_role_and_courses(self, operator, app, db, instructor, course):
        theirs = Browser(Auth(app).sign_in(instructor))
        operator.post(f"/people/{instructor.id}", {"role": "assistant"})
        assert theirs.get("/").status_code == 302, "a change of role signs out"
        changed = fresh(db).get(Account, instructor.id)
        assert changed.role == "assistant"
        assert courses.list_for(db, changed) == []

    def test_disabling_ends_sessions_and_kiosks(self, operator, app, db, instructor, course):
        theirs = Browser(Auth(app).sign_in(instructor))
        _, token = kiosks.register(db, "Room 1", instructor)
        operator.post(f"/people/{instructor.id}/disable")
        assert theirs.get("/").status_code == 302
        assert kiosks.authenticate(fresh(db), token) is None
        assert sign_in(theirs, instructor.email, PASSWORD).status_code == 422
        operator.post(f"/people/{instructor.id}/enable")
        assert sign_in(theirs, instructor.email, PASSWORD).status_code == 302

    def test_a_kiosk_ends_when_its_maker_teaches_no_more(self, db, instructor):
        _, token = kiosks.register(db, "Room 1", instructor)
        instructor.role = Role.AUDITOR
        db.commit()
        assert kiosks.authenticate(db, token) is None

    def test_nobody_locks_themselves_out(self, operator, db, administrator):
        for path, form in (("", {"role": "instructor"}), ("/disable", {})):
            page = operator.follow(operator.post(f"/people/{administrator.id}{path}", form))
            assert "another administrator" in page
        kept = fresh(db).get(Account, administrator.id)
        assert (kept.role, kept.is_active) == ("administrator", True)

    def test_signing_somebody_out_everywhere(self, operator, app, instructor):
        theirs = [Browser(Auth(app).sign_in(instructor)) for _ in range(2)]
        operator.post(f"/people/{instructor.id}/sign-out")
        assert [one.get("/").status_code for one in theirs] == [302, 302]

    def test_unknown_accounts(self, operator):
        assert operator.get("/people/99").status_code == 404

    @pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.ASSISTANT, Role.AUDITOR])
    def test_it_is_for_administrators_only(self, app, db, role):
        theirs = Browser(Auth(app).sign_in(make_account(db, "lee@school.example", role)))
        assert theirs.get("/people").status_code == 403
        assert 'href="/people"' not in theirs.get("/").text


class TestRoles:
    def test_an_assistant_marks_and_nothing_else(self, app, db, course):
        helper = make_account(db, "lee@school.example", Role.ASSISTANT)
        course.instructors.append(helper)
        db.commit()
        theirs = Browser(Auth(app).sign_in(helper))
        assert theirs.get("/").status_code == 200
        assert theirs.get(f"/courses/{course.id}").status_code == 403
        assert theirs.post(f"/courses/{course.id}/students", {"student-number": "1"}).status_code == 403

    def test_an_auditor_sees_every_course_and_changes_none(self, app, db, course):
        theirs = Browser(Auth(app).sign_in(make_account(db, "lee@school.example", Role.AUDITOR)))
        assert theirs.get(f"/courses/{course.id}").status_code == 200
        answer = theirs.post(f"/courses/{course.id}/students", {"student-number": "1", "student-name": "A"})
        assert answer.status_code == 403
        assert "Your role does not allow this." in answer.text


class TestOwnAccount:
    def test_another_password_takes_the_present_one_and_ends_other_sessions(self, browser, app, instructor):
        elsewhere = Browser(Auth(app).sign_in(instructor))
        form = {"password-present": "no", "password-password": NEW, "password-repeated": NEW}
        assert "not your present password" in browser.post("/account/password", form).text
        answer = browser.post("/account/password", {**form, "password-present": PASSWORD})
        assert "The password is changed." in browser.follow(answer)
        assert elsewhere.get("/").status_code == 302
        assert sign_in(elsewhere, instructor.email, NEW).status_code == 302

    def test_guessing_the_present_password_is_throttled(self, browser):
        form = {"password-present": "no", "password-password": NEW, "password-repeated": NEW}
        codes = [browser.post("/account/password", form).status_code for _ in range(6)]
        assert codes == [422] * 5 + [429]

    def test_name_and_language(self, browser, db, instructor):
        answer = browser.post("/account/profile", {"profile-name": "Kim Haneul", "profile-locale": "ko"})
        assert '<html lang="ko">' in browser.follow(answer)
        assert fresh(db).get(Account, instructor.id).name == "Kim Haneul"

    def test_the_language_comes_along_to_another_browser(self, somebody, db, instructor):
        instructor.locale = "ko"
        db.commit()
        assert '<html lang="ko">' in somebody.follow(sign_in(somebody, instructor.email, PASSWORD))

    def test_other_browsers_can_be_signed_out(self, browser, app, instructor):
        elsewhere = [Browser(Auth(app).sign_in(instructor)) for _ in range(3)]
        page = browser.get("/account").text
        one = re.findall(r"/account/sessions/(\d+)/end", page)
        assert len(one) == 3
        browser.post(f"/account/sessions/{one[0]}/end")
        assert sorted(other.get("/").status_code for other in elsewhere) == [200, 200, 302]
        assert "2 browsers are signed out." in browser.follow(browser.post("/account/sessions/end-others"))
        assert [other.get("/").status_code for other in elsewhere] == [302] * 3
        assert browser.get("/account").status_code == 200


class TestForgottenPassword:
    def test_without_mail_it_says_whom_to_ask(self, somebody):
        assert "Ask an administrator" in somebody.get("/forgot-password").text
