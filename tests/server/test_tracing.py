"""Traces: off by default, complete when on, and nothing about people in them."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from server import create_app
from server.exceptions import BadSetting
from server.runtime import Runtime
from server.settings import load_settings
from server.tracing import REQUEST_ID, TOLD, Tracing
from tests.running_server import free_port
from tests.server.people import Visitor


class Collector(ThreadingHTTPServer):
    """Takes OTLP over HTTP, as an OpenTelemetry collector does."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, bytes]] = []
        super().__init__(("127.0.0.1", free_port()), _Take)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/traces"

    def spans(self):
        for _, body in self.requests:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    yield from scope.spans


class _Take(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.server.requests.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.shutdown()
    collector.server_close()


def test_off_by_default(app, runtime, client):
    assert runtime.settings.otel_endpoint is None
    answer = client.get("/sign-in")
    assert "traceparent" not in answer.headers
    assert not runtime.tracing.tracer.start_span("x").is_recording()


def test_what_is_no_address_is_refused():
    with pytest.raises(BadSetting, match="FACE_CHECKIN_OTEL_ENDPOINT"):
        load_settings(otel_endpoint="collector:4318")


def test_a_visit_from_its_request_to_its_statements(settings, engine, demo_class, monkeypatch):
    kept = InMemorySpanExporter()
    monkeypatch.setattr("server.runtime.Tracing", lambda _endpoint: Tracing(None, kept))
    app = create_app(settings, engine=engine)
    runtime: Runtime = app.extensions["face_checkin"]
    runtime.start()
    client = app.test_client()
    client.set_cookie("locale", "ko")
    client.get("/healthz")
    client.post("/setup/a-secret-word?next=a-secret-page", headers={"User-Agent": "a secret browser"})
    student = demo_class.student_of(0)
    visit = Visitor(client, demo_class.session.id).show(demo_class.probes[student][:2])
    number = visit.headers["X-Request-ID"]
    with pytest.raises(RuntimeError), runtime.figures.job("fit_now"):
        raise RuntimeError("a secret message")
    runtime.stop()
    spans = kept.get_finished_spans()
    by_name = {span.name: span for span in spans}
    request = by_name["POST /api/v1/check-ins"]
    assert request.attributes[REQUEST_ID] == number
    assert request.attributes["http.route"] == "/api/v1/check-ins"
    for stage in ("decode", "detect", "align", "embed", "mask", "decide"):
        span = by_name[f"recognition {stage}"]
        assert span.parent.span_id == request.context.span_id
        assert span.start_time < span.end_time <= request.end_time
    statements = [
        one.attributes["db.statement"]
        for one in spans
        if one.context.trace_id == request.context.trace_id and "db.statement" in one.attributes
    ]
    assert any("INSERT INTO check_in" in statement for statement in statements)
    assert "healthz" not in " ".join(by_name)
    text = " ".join(str(span.to_json()) for span in spans)
    student_seen = visit.json["student"]
    for secret in ("secret", student_seen["name"], "127.0.0.1", visit.json["id"]):
        assert secret not in text, secret
    assert {name for span in spans for name in span.attributes} <= TOLD
    assert all(not span.events for span in spans)


def test_they_arrive_at_a_collector(settings, engine, collector):
    app = create_app(settings.model_copy(update={"otel_endpoint": collector.address}), engine=engine)
    assert app.test_client().get("/sign-in").status_code == 200
    app.extensions["face_checkin"].stop()
    assert {path for path, _ in collector.requests} == {"/v1/traces"}
    assert "GET /sign-in" in {span.name for span in collector.spans()}


def test_a_collector_that_is_away_holds_nobody_up(settings, engine):
    address = f"http://127.0.0.1:{free_port()}/v1/traces"
    app = create_app(settings.model_copy(update={"otel_endpoint": address}), engine=engine)
    assert app.test_client().get("/sign-in").status_code == 200
    app.extensions["face_checkin"].stop()
