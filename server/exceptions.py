"""What the services raise. Each carries a ``reason`` that is part of the API; views map them once."""


class ServerError(Exception):
    """Base of the errors that become answers.

    :param reason: enumerated code, a key of :data:`server.messages.MESSAGES`.
    :param detail: for the log, never for the answer.
    """

    status = 500

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class Invalid(ServerError):
    """The request says something that cannot be."""

    status = 400


class Unprocessable(Invalid):
    """The request is well formed, but what it holds cannot be used."""

    status = 422


class Unauthorised(ServerError):
    """Nobody known is asking."""

    status = 401


class Forbidden(ServerError):
    """Somebody known is asking for what is not theirs to do."""

    status = 403


class NotFound(ServerError):
    """There is no such thing, or not for this account."""

    status = 404


class Conflict(ServerError):
    """The thing is in a state that does not allow it."""

    status = 409


class Gone(ServerError):
    """It was there, and its time is over."""

    status = 410


class TooMany(ServerError):
    """Tried too often; again later.

    :param retry_after: whole seconds.
    """

    status = 429

    def __init__(self, reason: str, detail: str = "", retry_after: int = 60) -> None:
        super().__init__(reason, detail)
        self.retry_after = retry_after


class BadGateway(ServerError):
    """Another machine that was asked gives no usable answer."""

    status = 502


class NotReady(ServerError):
    """Try again shortly: models are still warming up, or every place is taken.

    :param retry_after: whole seconds.
    """

    status = 503

    def __init__(self, reason: str = "not_ready", detail: str = "", retry_after: int = 1) -> None:
        super().__init__(reason, detail)
        self.retry_after = retry_after


class Unavailable(ServerError):
    """Another system that is needed for this does not answer, or not as it should."""

    status = 502


class StartupError(Exception):
    """The server cannot start; the message is one sentence for the operator.

    :cvar exit_code: of the process, after sysexits.h.
    """

    exit_code = 1


class BadSetting(StartupError):
    """A setting has a value that does not fit.

    :param variable: the environment variable.
    """

    exit_code = 78

    def __init__(self, variable: str, problem: str) -> None:
        super().__init__(f"{variable}: {problem}")
        self.variable = variable
        self.problem = problem

    def __reduce__(self) -> tuple[type["BadSetting"], tuple[str, str]]:
        """Passes whole from a child process to its parent."""
        return type(self), (self.variable, self.problem)


class DataFolderUnwritable(StartupError):
    """The data folder cannot be made or written."""

    exit_code = 73


class RestoreUnfinished(StartupError):
    """A backup is being put into the data folder, or its restoring was broken off."""

    exit_code = 73


class KeyMissing(StartupError):
    """A key that restored data need is not there."""

    exit_code = 66


class KeysDiffer(StartupError):
    """Keys are not those of the others who share the database."""

    exit_code = 66


class PartMissing(StartupError):
    """Something that set-up makes is not there: weights, the built web pages, the demo pictures."""

    exit_code = 66


class PortInUse(StartupError):
    """The address to listen on is taken."""

    exit_code = 69


class DatabaseAway(StartupError):
    """The database cannot be reached or used."""

    exit_code = 69


class PartDied(StartupError):
    """A part of the running server ended by itself."""

    exit_code = 70
