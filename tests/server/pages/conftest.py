"""A browser without scripts: it opens pages, and sends forms with their token."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.models import Account
from tests.server.people import Auth


@dataclass
class Browser:
    """A client that speaks one language and sends the form tokens that pages give it."""

    auth: Auth
    language: str = "en"

    @property
    def client(self) -> FlaskClient:
        return self.auth.client

    def get(self, url: str, **options: Any) -> TestResponse:
        """Opens a page."""
        return self.client.get(url, headers={"Accept-Language": self.language}, **options)

    def post(self, url: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """Sends a form."""
        headers = {"Accept-Language": self.language, **options.pop("headers", {})}
        form = {"csrf_token": self.auth.token(), **(data or {})}
        return self.client.post(url, data=form, headers=headers, **options)

    def follow(self, response: TestResponse) -> str:
        """The text of the page that an answer leads to."""
        assert response.status_code == 302, response.text
        return self.get(response.headers["Location"]).text


@pytest.fixture
def visitor_browser(auth: Auth) -> Browser:
    """Nobody is signed in."""
    return Browser(auth)


@pytest.fixture
def browser(auth: Auth, instructor: Account) -> Browser:
    """The instructor's browser."""
    return Browser(auth.sign_in(instructor))


def words(html: str) -> str:
    """A page's text without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
