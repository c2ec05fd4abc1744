"""Browsers and people, as in the tests that go the whole way."""

from tests.e2e.conftest import all_browsers, browsers, film_of, people

__all__ = ["all_browsers", "browsers", "film_of", "people"]
