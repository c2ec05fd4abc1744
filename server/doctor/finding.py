"""What the doctor found."""

from dataclasses import asdict, dataclass
from enum import StrEnum


class State(StrEnum):
    """How it is. A warning lets the server work; a fault does not, or loses something."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True)
class Finding:
    """One line.

    :ivar subject: what was looked at.
    :ivar said: what was found.
    :ivar do: what to do about it; empty when it is in order.
    """

    subject: str
    state: State
    said: str
    do: str = ""

    def as_json(self) -> dict[str, str]:
        """For programs."""
        return {name: str(value) for name, value in asdict(self).items()}


def ok(subject: str, said: str) -> Finding:
    """It is in order."""
    return Finding(subject, State.OK, said)


def warning(subject: str, said: str, do: str) -> Finding:
    """It works, but not for long or not for everybody."""
    return Finding(subject, State.WARNING, said, do)


def fault(subject: str, said: str, do: str) -> Finding:
    """It does not work."""
    return Finding(subject, State.FAULT, said, do)
