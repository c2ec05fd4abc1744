"""gunicorn's worker with threads, which leaves without turning anybody away."""

import select
from typing import Any

from gunicorn.workers.gthread import ThreadWorker


class LeavingWorker(ThreadWorker):
    """Takes what is waiting at the door when it is told to stop, and closes the door at once.

    gunicorn's own keeps listening, without taking anything, until the last request is done: whoever comes
    meanwhile is reset in the end, and a proxy may not send everything to another replica by itself.
    """

    def set_accept_enabled(self, enabled: Any) -> None:
        """Begins or ends to take connections; a worker that leaves ends for good."""
        super().set_accept_enabled(enabled)
        if not enabled and not self.alive:
            for listener in self.sockets:
                waiting = select.poll()
                waiting.register(listener.fileno(), select.POLLIN)
                while waiting.poll(0):
                    self.accept(listener)
                listener.close()
