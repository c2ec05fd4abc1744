"""A small SMTP server (RFC 5321) on a port of its own, which keeps what it is sent."""

import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage


class PostOffice(socketserver.ThreadingTCPServer):
    """Takes mail while it is open.

    :ivar letters: what was delivered, in order.
    :ivar closed_for: answers 451 to every mail while true.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Counter)
        self.letters: list[EmailMessage] = []
        self.closed_for = False
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        """As the setting names it."""
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _Counter(socketserver.StreamRequestHandler):
    server: PostOffice

    def handle(self) -> None:
        """One conversation."""
        self._say("220 ready")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"QUIT":
                return self._say("221 bye")
            if word == b"MAIL" and self.server.closed_for:
                self._say("451 try again later")
            elif word == b"DATA":
                self._say("354 go on")
                self._take()
                self._say("250 taken")
            else:
                self._say("250 fine")
        return None

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.server.letters.append(message_from_bytes(b"".join(lines), policy=policy.default))

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())
