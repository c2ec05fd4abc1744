"""No page offers anybody what the server would refuse them: a link or a form that ends at "not allowed"."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException

from server.models import Role
from tests.server.test_routes import ANYBODY, Route, School, routes, school, written  # noqa: F401


class Offers(HTMLParser):
    """What a page leads to: method and path."""

    def __init__(self, here: str) -> None:
        super().__init__()
        self.here = here
        self.found: set[tuple[str, str]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self._add("GET", given["href"])
        elif tag == "form":
            self._add((given.get("method") or "get").upper(), given.get("action") or self.here)
        elif tag in ("button", "input") and given.get("formaction"):
            self._add("POST", given["formaction"])

    def _add(self, method: str, address: str) -> None:
        parts = urlsplit(address)
        if not parts.netloc and parts.scheme in ("", "http", "https") and parts.path:
            self.found.add((method, parts.path))


def endpoint_of(app: Flask, method: str, path: str) -> str | None:
    try:
        return f"{method} {app.url_map.bind('localhost').match(path, method=method)[0]}"
    except HTTPException:
        return None


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.ASSISTANT, Role.AUDITOR])
def test_everything_a_page_offers_is_allowed(school: School, role: Role) -> None:  # noqa: F811
    table = written()
    wrong, pages = set(), 0
    for route in routes(school.app):
        if not route.name.startswith("GET pages.") or role not in table[route.name].split():
            continue
        address = route.address(school.app, **school.ids["own"])
        answer = school.client(role).client.get(address)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        pages += 1
        offers = Offers(address)
        offers.feed(answer.text)
        for method, path in offers.found:
            name = endpoint_of(school.app, method, path)
            if name is not None and table[name] != ANYBODY and role not in table[name].split():
                wrong.add(f"{route.rule.endpoint} offers {name}")
    assert not wrong, "\n".join(sorted(wrong))
    assert pages > 5
