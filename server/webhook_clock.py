"""The clock of the jobs process, by which webhooks are told what has happened."""

import logging
import threading

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from server.models import utc_now
from server.services import webhooks
from server.services.vault import Vault

log = logging.getLogger(__name__)

EVERY_S = 1.0


class WebhookClock:
    """Ticks in a thread of its own: the queue may be busy for minutes with fitting a roster.

    What was told, and when to try again, is in the database: a restart loses and repeats nothing but an
    attempt under way.

    :param trusted: hosts that the operator allows over http and at private addresses.
    :param every_s: seconds between two ticks.
    """

    def __init__(
        self, sessions: sessionmaker[Session], vault: Vault, trusted: frozenset[str], every_s: float = EVERY_S
    ) -> None:
        self._sessions = sessions
        self._vault = vault
        self._trusted = trusted
        self._every_s = every_s
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhook-clock", daemon=True)

    def start(self) -> None:
        """Begins to tick, at once."""
        self._thread.start()

    def stop(self) -> None:
        """Ends it; an attempt under way is finished."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                with self._sessions() as db:
                    for webhook_id in webhooks.due(db, utc_now()):
                        if self._stopped.is_set():
                            break
                        webhooks.deliver(db, self._vault, webhook_id, self._trusted)
            except SQLAlchemyError:
                log.exception("webhooks cannot be told now; trying again")
            self._stopped.wait(self._every_s)
