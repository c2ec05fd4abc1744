"""The OpenAPI description against the running app."""

import re
import uuid

import jsonschema
import pytest

from server.messages import MESSAGES
from server.models import utc_now
from server.services import attendance, check_ins
from server.services.check_ins import Visit
from server.views.api.description import document
from tests.server.people import Visitor

HIDDEN = {"HEAD", "OPTIONS"}


def operations(description):
    return {(path, method) for path, item in description["paths"].items() for method in item}


def check(response, path, method="get"):
    """The answer fits what the description says of this status."""
    description = document()
    answers = description["paths"][path][method]["responses"]
    assert str(response.status_code) in answers, (response.status_code, response.data)
    schema = answers[str(response.status_code)]["content"]["application/json"]["schema"]
    root = {**schema, "components": description["components"]}
    jsonschema.Draft202012Validator(
        root, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    ).validate(response.json)


def test_it_lists_exactly_the_routes_of_the_api(app):
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(("/api/", "/healthz", "/readyz"))
        for method in rule.methods - HIDDEN
    }
    assert routes == operations(document())


def test_every_schema_is_valid_and_used():
    description = document()
    text = str(description)
    for name, schema in description["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert f"#/components/schemas/{name}'" in text, f"{name} is not used"


def test_every_reason_it_names_has_words(app):
    found = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", str(document())))
    words = {word for word in found if word in MESSAGES}
    assert {"session_closed", "kiosk_not_paired", "too_many_streams"} <= words


def test_it_is_served(client):
    assert client.get("/api/v1/openapi.json").json["openapi"] == "3.1.0"
    prefixed = client.get("/api/v1/openapi.json", environ_overrides={"SCRIPT_NAME": "/check-in"})
    assert prefixed.json["servers"] == [{"url": "/check-in"}]


class TestAnswers:
    def test_health(self, client):
        check(client.get("/healthz"), "/healthz")
        check(client.get("/readyz"), "/readyz")

    def test_kiosk(self, client, demo_class):
        check(client.get("/api/v1/kiosk"), "/api/v1/kiosk")
        check(client.get("/api/v1/demo/people"), "/api/v1/demo/people")

    def test_check_ins(self, visitor, demo_class, db):
        path = "/api/v1/check-ins"
        frames = demo_class.probes[demo_class.student_of(0)][:2]
        match = visitor.show(frames)
        check(match, path, "post")
        accepted = visitor.answer(match.json["id"], "O")
        check(accepted, f"{path}/{{check_in_id}}/answer", "post")
        check(visitor.answer(match.json["id"], "X"), f"{path}/{{check_in_id}}/answer", "post")
        check(visitor.show(frames), path, "post")
        check(visitor.show([b"x"]), path, "post")
        check(visitor.show([b"x"], without="nonce"), path, "post")
        check(Visitor(visitor.client, 999).show(frames), path, "post")
        check(visitor.answer(str(uuid.uuid4()), "O"), f"{path}/{{check_in_id}}/answer", "post")

    def test_discarding(self, visitor, demo_class):
        match = visitor.show(demo_class.probes[demo_class.student_of(1)][:2])
        discarded = visitor.answer(match.json["id"], "X")
        check(discarded, "/api/v1/check-ins/{check_in_id}/answer", "post")

    def test_instructors(self, auth, demo_class, instructor, db):
        auth.sign_in(instructor)
        base = f"/api/v1/sessions/{demo_class.session.id}"
        student_id = demo_class.student_of(0)
        marked = auth.post_json(f"{base}/attendance/{student_id}", {"status": "late"})
        check(marked, "/api/v1/sessions/{session_id}/attendance/{student_id}", "post")
        roster = auth.client.get(f"{base}/roster")
        check(roster, "/api/v1/sessions/{session_id}/roster")
        check(auth.client.get("/api/v1/sessions/999/roster"), "/api/v1/sessions/{session_id}/roster")


def test_every_reason_a_decision_can_have_is_answered():
    description = document()
    schemas = description["components"]["schemas"]
    named = set(schemas["RefusedVisit"]["properties"]["reason"]["enum"])
    named |= set(schemas["Nobody"]["properties"]["reason"]["enum"]) | {"match", "already_checked_in"}
    assert named == set(check_ins.HTTP_STATUS)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_error_the_code_can_raise_has_a_message(language, repository):
    raised = re.compile(
        r"(?:Invalid|Unauthorised|Forbidden|NotFound|Conflict|Gone|NotReady)\(\s*\"([a-z_]+)\""
    )
    reasons = {
        reason
        for path in (repository / "server").rglob("*.py")
        for reason in raised.findall(path.read_text(encoding="utf-8"))
    }
    assert len(reasons) > 30
    assert reasons <= MESSAGES.keys()
    at = ("en", "ko").index(language)
    assert all(texts[at].strip() for texts in MESSAGES.values())


def test_entries_and_events_are_of_one_shape(db, demo_class, instructor):
    visit = Visit(str(uuid.uuid4()), demo_class.session.id, None, utc_now())
    assert check_ins.replay(db, visit) is None
    entry = attendance.live_roster(db, demo_class.session)[0].as_json()
    assert set(entry) == set(document()["components"]["schemas"]["Entry"]["properties"])
