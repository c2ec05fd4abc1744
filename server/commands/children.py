"""Processes forked from the serving parent."""

import contextlib
import ctypes
import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import TypeVar

from server import logs
from server.exceptions import StartupError

Child = BaseProcess
R = TypeVar("R")
_FORK = multiprocessing.get_context("fork")
_PR_SET_PDEATHSIG = 1


def start_child(work: Callable[[], object]) -> Child:
    """A process that does this work and ends; it gets SIGTERM when its parent dies, however that happens."""
    child = _FORK.Process(target=_work, args=(work, os.getpid()))
    child.start()
    return child


def ask_child(work: Callable[[], R]) -> R:
    """What a process that ends afterwards gives for this work.

    :raises StartupError: the one that the work raised.
    """
    here, there = _FORK.Pipe(duplex=False)
    child = start_child(lambda: _answer(work, there))
    there.close()
    try:
        answer: R | StartupError = here.recv()
    except EOFError:
        child.join()
        raise StartupError("The database could not be prepared; the lines above say why.") from None
    child.join()
    if isinstance(answer, StartupError):
        raise answer
    return answer


def _work(work: Callable[[], object], parent: int) -> None:
    logs.configure()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    # Linux only (prctl(2)); elsewhere an orphan has to be ended by hand.
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == parent:
        work()


def _answer(work: Callable[[], R], there: Connection) -> None:
    try:
        answer: R | StartupError = work()
    except StartupError as error:
        answer = error
    there.send(answer)
    there.close()
