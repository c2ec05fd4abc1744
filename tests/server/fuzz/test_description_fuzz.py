"""What the API's description allows, and what it does not, sent by schemathesis: never a 5xx."""

import os
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from server.models import Role
from server.services import api_tokens, kiosks
from server.views.api.description import document
from tests.server.people import Auth, make_account

CASES = int(os.environ.get("FUZZ_CASES", "0"))
EXAMPLES = max(4, CASES // 50)
STREAMS = {"/api/v1/events"}
"""Never end; bent requests are sent there by the other campaign."""

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def credentials(app, db, demo_class) -> Mapping[str, tuple[dict[str, str], dict[str, str]]]:
    """Headers and cookies of a kiosk, a program and a signed-in administrator."""
    account = make_account(db, "schema@school.example", Role.ADMINISTRATOR)
    _, kiosk = kiosks.register(db, "Fuzz", account)
    _, token = api_tokens.create(db, account, "fuzz", writes=True)
    db.commit()
    auth = Auth(app).sign_in(account)
    form_token = auth.token()
    session = auth.client.get_cookie("session")
    assert session is not None
    return {
        "kiosk": ({}, {"kiosk": kiosk}),
        "token": ({"Authorization": f"Bearer {token}"}, {}),
        "session": ({"X-CSRFToken": form_token}, {"session": session.value}),
        "": ({}, {}),
    }


def send(
    operation, ids: Mapping[str, Any], headers: dict[str, str], cookies: dict[str, str]
) -> list[tuple[int, str]]:
    """EXAMPLES requests of one kind: the status of each answer, and how to ask again."""
    answers = []

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)),
        known=st.integers(0, 3),
    )
    def ask(case: schemathesis.Case, known: int) -> None:
        if known:  # Mostly about something that is there: what is not there is soon answered.
            for part in (case.path_parameters, case.body):
                if isinstance(part, dict):
                    part.update((name, ids[name]) for name in part.keys() & ids)
        answer = case.call(headers=headers, cookies=cookies)
        answers.append((answer.status_code, case.as_curl_command()))

    ask()
    return answers


def test_every_call_of_the_description_keeps_its_feet(app, demo_class, credentials, capsys):
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    security = {
        (path, method.upper()): next(iter(call.get("security", [{}])[0]), "")
        for path, item in document()["paths"].items()
        for method, call in item.items()
    }
    ids = {
        "course_id": demo_class.course.id,
        "session_id": demo_class.session.id,
        "student_id": demo_class.student_of(0),
    }
    answers = []
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path not in STREAMS:
            answers += send(operation, ids, *credentials[security[operation.path, operation.method.upper()]])
    wrong = [f"{status}: {request}" for status, request in answers if status >= 500]
    if CASES:
        counts = Counter(status for status, _ in answers)
        with capsys.disabled():
            print(f"\n{len(answers):,} calls made of the description: {dict(sorted(counts.items()))}")
    assert wrong == []
    assert len({status for status, _ in answers} & {200, 400, 404, 422}) == 4
