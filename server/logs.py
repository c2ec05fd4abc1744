"""What the server writes to stderr: one line an event, never a name, a picture or a secret."""

import json
import logging
from datetime import UTC, datetime
from typing import Any, Literal

from server.request_ids import request_id_if_any

Form = Literal["text", "json"]
QUIET = ("alembic", "huey", "gunicorn.access")
FIELDS = ("method", "endpoint", "status", "ms")
"""What a line may tell beside its words (``extra=``); in JSON each is a member of its own."""


class Lines(logging.Formatter):
    """Plain lines; those of a request carry its id."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        record.request_id = request_id_if_any() or "-"
        return super().format(record)


class JsonLines(logging.Formatter):
    """A JSON object a line, for programs that collect logs."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "process": record.process,
            "logger": record.name,
            "request_id": request_id_if_any(),
            "message": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps({name: value for name, value in line.items() if value is not None}, default=str)


def formatter(form: Form) -> logging.Formatter:
    """How lines look."""
    if form == "json":
        return JsonLines()
    return Lines("%(asctime)s %(levelname)s %(process)d %(name)s [%(request_id)s]: %(message)s")


def configure(form: Form = "text") -> None:
    """For processes of ours; a host that embeds the app keeps its own logging."""
    root = logging.getLogger()
    ours = [one for one in root.handlers if isinstance(one.formatter, Lines | JsonLines)]
    if not ours and not root.handlers:
        ours = [logging.StreamHandler()]
        root.addHandler(ours[0])
        root.setLevel(logging.INFO)
    for handler in ours:
        handler.setFormatter(formatter(form))
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
