"""The figures of a process that serves nothing else, for Prometheus, on a port of their own."""

import socket
import threading
from collections.abc import Iterable
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer
from pydantic import SecretStr

from server.exceptions import PortInUse
from server.metrics_access import asked_from_this_machine, shows_token
from server.settings import Settings


class MetricsPort:
    """Open from the start until :meth:`close`; who may ask is as for ``/metrics`` of the web server.

    :raises PortInUse: when another program has the port.
    """

    def __init__(self, settings: Settings, port: int, registry: CollectorRegistry) -> None:
        told = _guarded(make_wsgi_app(registry), settings.metrics_token)
        try:
            found = socket.getaddrinfo(settings.host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
            kind = {"address_family": found[0][0], "daemon_threads": True}
            server_class = type("MetricsServer", (ThreadingWSGIServer,), kind)
            self._server: WSGIServer = make_server(settings.host, port, told, server_class, _Silent)
        except OSError as error:
            raise PortInUse(
                f"Port {port} on {settings.host} cannot be used ({error.strerror or error});"
                " choose another one with FACE_CHECKIN_METRICS_PORT."
            ) from error
        self._thread = threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends it."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Says nothing of who asked."""


def _guarded(told: WSGIApplication, token: SecretStr | None) -> WSGIApplication:
    def guard(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if token is not None and not shows_token(environ, token):
            return refuse("401 Unauthorized", start_response)
        if environ["PATH_INFO"] != "/metrics" or (token is None and not asked_from_this_machine(environ)):
            return refuse("404 Not Found", start_response)
        return told(environ, start_response)

    def refuse(status: str, start_response: StartResponse) -> Iterable[bytes]:
        start_response(status, [("Content-Length", "0")])
        return []

    return guard
