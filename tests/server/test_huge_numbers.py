"""Numbers that no column can hold: in paths, queries and forms they are ids of nothing, not errors."""

import pytest

from tests.server.people import Auth
from tests.server.test_routes import routes

HUGE = 10**30


@pytest.fixture
def signed_in(app, administrator, course) -> Auth:
    return Auth(app).sign_in(administrator)


def test_in_the_path(app, signed_in):
    token = signed_in.token()
    failed = []
    for route in routes(app):
        numbers = {
            name: HUGE for name, kind in route.rule._converters.items() if "Integer" in type(kind).__name__
        }
        if numbers:
            address = route.address(app, **numbers)
            answer = signed_in.client.open(address, method=route.method, headers={"X-CSRFToken": token})
            if answer.status_code >= 500:
                failed.append((route.name, answer.status_code))
    assert failed == []


@pytest.mark.parametrize(
    ("method", "address", "name"),
    [
        ("GET", "/courses/{course}/people?page={huge}", ""),
        ("GET", "/courses/{course}/cards?student={huge}", ""),
        ("GET", "/courses/{course}/attendance-links?student={huge}", ""),
        ("GET", "/courses/{course}/attendance?page={huge}&student={huge}", ""),
        ("GET", "/courses/{course}/recognition/comparison?a={huge}&b={huge}", ""),
        ("GET", "/audit?page={huge}", ""),
        ("GET", "/kiosks?session={huge}", ""),
        ("GET", "/api/v1/events?session_id={huge}", ""),
        ("POST", "/gestures/default", "target"),
        ("POST", "/courses/{course}/roster/chosen", "student"),
        ("POST", "/courses/{course}/attendance/links", "days"),
    ],
)
def test_in_queries_and_forms(app, signed_in, course, method, address, name):
    answer = signed_in.client.open(
        address.format(course=course.id, huge=HUGE),
        method=method,
        data={name: str(HUGE)} if name else None,
        headers={"X-CSRFToken": signed_in.token()} if name else {},
        buffered=False,
    )
    answer.close()
    assert answer.status_code < 500
