"""The stages from a picture to a decision, told to whoever wants to know how long each takes.

An observer is bound to the caller's context, so that one engine serves many callers, each with its own.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Literal, get_args

Stage = Literal["decode", "detect", "align", "embed", "mask", "decide"]
STAGES: tuple[Stage, ...] = get_args(Stage)
Observer = Callable[[Stage], AbstractContextManager[object]]
"""Gives for a stage what is entered when it begins and left when it ends, also by an exception."""

_observer: ContextVar[Observer | None] = ContextVar("recognition_stages", default=None)


@contextmanager
def observed(observer: Observer) -> Iterator[None]:
    """Tells the observer of every stage that this thread (or task) goes through meanwhile."""
    token = _observer.set(observer)
    try:
        yield
    finally:
        _observer.reset(token)


def stage(name: Stage) -> AbstractContextManager[object]:
    """Entered around a stage's work."""
    observer = _observer.get()
    return nullcontext() if observer is None else observer(name)
