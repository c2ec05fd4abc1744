"""Coming in and going out."""

import re

import pytest

from server.services import accounts
from tests.server.people import PASSWORD, fresh


class TestSignIn:
    def test_pages_lead_to_it_and_back(self, visitor_browser, instructor):
        answer = visitor_browser.get("/courses/1?x=2")
        assert answer.headers["Location"] == "/sign-in?next=/courses/1?x%3D2"
        signed_in = visitor_browser.post(
            answer.headers["Location"], {"email": instructor.email, "password": PASSWORD}
        )
        assert signed_in.headers["Location"] == "/courses/1?x=2"

    @pytest.mark.parametrize(
        "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:1", "/\nx"]
    )
    def test_it_never_leads_to_another_site(self, visitor_browser, instructor, target):
        answer = visitor_browser.post(
            "/sign-in",
            {"email": instructor.email, "password": PASSWORD},
            query_string={"next": target},
        )
        assert answer.headers["Location"] == "/"

    def test_a_wrong_password_says_so_at_the_field(self, visitor_browser, administrator):
        answer = visitor_browser.post("/sign-in", {"email": administrator.email, "password": "no"})
        assert answer.status_code == 422
        assert "E-mail or password is wrong." in answer.text

    def test_without_an_administrator_it_tells_of_the_set_up_link(self, visitor_browser):
        assert "one-time link" in visitor_browser.get("/sign-in").text

    def test_a_script_is_told_instead_of_led_away(self, visitor_browser):
        answer = visitor_browser.client.get("/courses", headers={"Accept": "application/json"})
        assert answer.status_code == 401

    def test_signing_out(self, browser):
        assert browser.get("/").status_code == 200
        assert "You are signed out." in browser.follow(browser.post("/sign-out"))
        assert browser.get("/").status_code == 302


class TestSetUp:
    FORM = {"name": "Han", "email": "han@school.example", "password": PASSWORD, "repeated": PASSWORD}

    def test_the_link_works_once(self, visitor_browser, db):
        url = f"/setup/{accounts.new_setup_link(db)}"
        assert f'action="{url}"' in visitor_browser.get(url).text
        assert "Welcome." in visitor_browser.follow(visitor_browser.post(url, self.FORM))
        assert visitor_browser.get(url).status_code == 410
        assert accounts.administrator_exists(fresh(db))

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"repeated": "something else"}, "The two passwords differ."),
            ({"password": "short", "repeated": "short"}, "Between 10 and 200 characters."),
            ({"email": "nobody"}, "This is not an e-mail address."),
            ({"name": ""}, "Please fill this in."),
        ],
    )
    def test_a_mistake_is_explained_and_uses_nothing_up(self, visitor_browser, db, change, message):
        token = accounts.new_setup_link(db)
        answer = visitor_browser.post(f"/setup/{token}", {**self.FORM, **change})
        assert answer.status_code == 422
        assert message in answer.text
        assert accounts.setup_link_valid(fresh(db), token)

    def test_an_invented_link_does_not_work(self, visitor_browser):
        assert visitor_browser.get("/setup/invented").status_code == 410


class TestLanguage:
    def test_one_tap_changes_it_for_good(self, visitor_browser):
        assert 'lang="en"' in visitor_browser.get("/sign-in").text
        answer = visitor_browser.post("/language", {"locale": "ko", "next": "/sign-in"})
        assert answer.headers["Location"] == "/sign-in"
        page = visitor_browser.get("/sign-in").text
        assert '<html lang="ko">' in page
        assert "로그인" in page

    def test_an_unknown_language_changes_nothing(self, visitor_browser):
        answer = visitor_browser.post("/language", {"locale": "xx", "next": "//evil.example"})
        assert not any("locale=" in cookie for cookie in answer.headers.getlist("Set-Cookie"))
        assert answer.headers["Location"] == "/"


def test_an_error_has_a_page_in_the_language_of_the_reader(browser):
    browser.language = "ko"
    answer = browser.get("/no-such-page")
    assert answer.status_code == 404
    assert re.search("<h1>페이지를 찾을 수 없습니다.</h1>", answer.text)
