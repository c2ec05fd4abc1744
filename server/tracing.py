"""Traces by OpenTelemetry, where the operator names somewhere to send them; off otherwise.

What leaves the server is on a list: endpoints, methods, status codes, names of stages, SQL with placeholders,
and the request's id. No addresses of pages (some hold a secret), none of people, no values, no messages.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flask import Flask
from opentelemetry.trace import NoOpTracer, SpanKind, StatusCode, Tracer, get_current_span
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext

from server.request_ids import request_id

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

NAME = "face-check-in"
REQUEST_ID = "request.id"
TOLD = {
    REQUEST_ID,
    "http.method",
    "http.request.method",
    "http.route",
    "http.status_code",
    "http.response.status_code",
    "db.system",
    "db.statement",
    "db.operation",
}
"""The attributes that may leave the server."""
_SPANS = "spans"
NOT_TRACED = "healthz,readyz,metrics,assets"


class Tracing:
    """One per process. Does nothing where there is nowhere to send traces to.

    :param endpoint: of a collector that takes OTLP over HTTP, ``http://collector:4318/v1/traces``.
    :param exporter: in place of one that sends to the endpoint.
    """

    def __init__(self, endpoint: str | None, exporter: "SpanExporter | None" = None) -> None:
        self.tracer: Tracer = NoOpTracer()
        self._provider: TracerProvider | None = None
        if endpoint is not None or exporter is not None:
            self._provider = _provider(exporter or _sender(endpoint))
            self.tracer = self._provider.get_tracer(NAME)

    def watch(self, app: Flask, engine: Engine) -> None:
        """Makes a span of every request and of every statement in the database."""
        self.watch_database(engine)
        if self._provider is None:
            return
        from opentelemetry.instrumentation.flask import FlaskInstrumentor

        FlaskInstrumentor.instrument_app(app, tracer_provider=self._provider, excluded_urls=NOT_TRACED)  # type: ignore[no-untyped-call]

        @app.before_request
        def name_span() -> None:
            get_current_span().set_attribute(REQUEST_ID, request_id())

    def watch_database(self, engine: Engine) -> None:
        """Makes a span of every statement: its first word, and its text with placeholders for values."""
        if self._provider is None:
            return
        system = engine.dialect.name

        @event.listens_for(engine, "before_cursor_execute")
        def begin(
            connection: Connection, _cursor: Any, statement: str, _values: Any, _context: Any, _many: bool
        ) -> None:
            told = {"db.system": system, "db.statement": statement}
            span = self.tracer.start_span(statement.split(None, 1)[0], kind=SpanKind.CLIENT, attributes=told)
            connection.info.setdefault(_SPANS, []).append(span)

        @event.listens_for(engine, "after_cursor_execute")
        def end(connection: Connection, *_: Any) -> None:
            connection.info[_SPANS].pop().end()

        @event.listens_for(engine, "handle_error")
        def fail(failure: ExceptionContext) -> None:
            spans = failure.connection.info.get(_SPANS) if failure.connection is not None else None
            if spans:
                span = spans.pop()
                span.set_status(StatusCode.ERROR)
                span.end()

    def stop(self) -> None:
        """Sends what is waiting, and ends."""
        if self._provider is not None:
            self._provider.shutdown()
            self._provider = None


def _provider(exporter: "SpanExporter") -> "TracerProvider":
    """Hands spans on in batches, in a thread of its own, without what is not on the list."""
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

    class Discreet(SpanExporter):
        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            return exporter.export([_discreet(one) for one in spans])

        def shutdown(self) -> None:
            exporter.shutdown()

    def _discreet(span: ReadableSpan) -> ReadableSpan:
        return ReadableSpan(
            name=span.name,
            context=span.context,
            parent=span.parent,
            resource=span.resource,
            attributes={name: value for name, value in (span.attributes or {}).items() if name in TOLD},
            kind=span.kind,
            status=span.status.__class__(span.status.status_code),
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=span.instrumentation_scope,
        )

    provider = TracerProvider(resource=Resource({SERVICE_NAME: NAME}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(Discreet()))
    return provider


def _sender(endpoint: str | None) -> "SpanExporter":
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter(endpoint=endpoint, timeout=5)
