"""Live events for dashboards: one poller a process reads the outbox for everybody who is listening."""

import logging
import queue
import threading
from collections.abc import Callable, Iterator

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from server.exceptions import NotReady
from server.services import outbox
from server.services.outbox import Event

log = logging.getLogger(__name__)

INTERVAL_S = 0.2
QUEUE_LENGTH = 500
END = None
"""Tells a subscriber that its stream is over; it reconnects with the id of the last event it got."""


class Subscription:
    """One listener: the events of one class session from a known id on.

    :meth:`close` it after use.
    """

    def __init__(self, stream: "EventStream", session_id: int, after: int) -> None:
        self._stream = stream
        self.session_id = session_id
        self._after = after
        self._queue: queue.Queue[Event | None] = queue.Queue(QUEUE_LENGTH)
        self._ended = False

    def events(self, heartbeat: float) -> Iterator[Event | None]:
        """Past events first, then live ones as they come; ``None`` after ``heartbeat`` seconds of silence.

        Ends when the process stops, or when the listener was too slow to keep.
        """
        for missed in self._missed():
            self._after = missed.id
            yield missed
        while True:
            try:
                event = self._queue.get(timeout=heartbeat)
            except queue.Empty:
                yield None
                continue
            if event is END:
                return
            if event.id > self._after:
                self._after = event.id
                yield event

    @property
    def ended(self) -> bool:
        """Whether the listener was let go."""
        return self._ended

    def close(self) -> None:
        """Stops listening."""
        self._stream.unsubscribe(self)

    def offer(self, event: Event | None) -> None:
        """Called by the poller. Who does not keep up is let go: the queue ends after what fits into it."""
        if self._ended:
            return
        if event is END or self._queue.qsize() >= QUEUE_LENGTH - 1:
            self._ended = True
            event = END
        self._queue.put_nowait(event)

    def _missed(self) -> Iterator[Event]:
        while True:
            batch = self._stream.read(self._after, self.session_id)
            yield from batch
            if not batch:
                return


class EventStream:
    """The process's poller and its subscribers.

    :param sessions: makes database sessions.
    :param limit: how many subscribers at most: each holds a thread of the web server.
    """

    def __init__(self, sessions: Callable[[], Session], limit: int, interval: float = INTERVAL_S) -> None:
        self._sessions = sessions
        self._limit = limit
        self._interval = interval
        self._lock = threading.Lock()
        self._subscribers: set[Subscription] = set()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    def subscribe(self, session_id: int, after: int | None) -> Subscription:
        """Starts listening to a session.

        :param after: id of the last event known; ``None`` for new ones only.
        :raises NotReady: ``too_many_streams``.
        """
        start = self._newest()
        subscription = Subscription(self, session_id, start if after is None else after)
        with self._lock:
            if self._stop.is_set() or len(self._subscribers) >= self._limit:
                raise NotReady("too_many_streams", retry_after=5)
            self._subscribers.add(subscription)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._poll, args=(start,), name="event-stream", daemon=True
                )
                self._thread.start()
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Forgets a listener; the poller rests when it was the last."""
        with self._lock:
            self._subscribers.discard(subscription)

    def stop(self) -> None:
        """Ends every stream, so that the process can end."""
        self._stop.set()
        with self._lock:
            for subscription in self._subscribers:
                subscription.offer(END)

    @property
    def listening(self) -> int:
        """How many are listening."""
        return len(self._subscribers)

    def read(self, after: int, session_id: int | None = None) -> list[Event]:
        """Events from the database."""
        with self._sessions() as db:
            return outbox.after(db, after, session_id)

    def _newest(self) -> int:
        with self._sessions() as db:
            return outbox.last_id(db)

    def _poll(self, position: int) -> None:
        """Hands out what is new, until nobody listens any more."""
        while not self._stop.wait(self._interval):
            with self._lock:
                if not self._subscribers:
                    self._thread = None
                    return
            try:
                events = self.read(position)
            except SQLAlchemyError:
                log.exception("the outbox cannot be read; trying again")
                self._stop.wait(1.0)
                continue
            with self._lock:
                for event in events:
                    for subscription in self._subscribers:
                        if subscription.session_id == event.session_id:
                            subscription.offer(event)
            if events:
                position = events[-1].id
