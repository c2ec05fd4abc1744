"""An upstream that answers with the request it got, or breaks down as it is told."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Mirror:
    """One upstream on a port of the loopback.

    :ivar mood: ``well``; ``not_ready`` (503), ``missing`` (404) or ``broken``: takes a request and hangs up.
    :ivar seen: method and path of every request that arrived.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.mood = "well"
        self.seen: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler_of(mirror: Mirror) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            mirror.seen.append(f"{self.command} {self.path}")
            if mirror.mood == "broken":
                self.close_connection = True
                return
            if self.path.startswith("/api/v1/events"):
                self._drip()
                return
            headers = [[name.lower(), value] for name, value in self.headers.items()]
            told = {"name": mirror.name, "path": self.path, "headers": headers, "filler": " " * 4096}
            body = json.dumps(told).encode()
            script_like = self.path.startswith("/assets/")
            self.send_response({"not_ready": 503, "missing": 404}.get(mirror.mood, 200))
            self.send_header("Content-Type", "text/javascript" if script_like else "application/json")
            self.send_header(
                "Cache-Control", "public, max-age=31536000, immutable" if script_like else "no-store"
            )
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def _drip(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            for number in range(3):
                self.wfile.write(f"id: {number}\ndata: {{}}\n\n".encode())
                self.wfile.flush()
                time.sleep(0.6)
            self.close_connection = True

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    return Handler
