"""The part of the jobs process that keeps the school's gallery in PostgreSQL up to date."""

import logging
import threading

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from server.models import FaceTemplate
from server.services.template_index import NoVectors, TemplateIndex
from server.services.vault import Vault, VaultError

log = logging.getLogger(__name__)

EVERY_S = 20.0


class TemplateIndexing:
    """Looks from time to time for templates that are not in the index. The database itself takes rows out."""

    def __init__(self, engine: Engine, vault: Vault, every_s: float = EVERY_S) -> None:
        self._engine = engine
        self._vault = vault
        self._every_s = every_s
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="template-indexing", daemon=True)

    def start(self) -> None:
        """Begins to look, at once."""
        self._thread.start()

    def stop(self) -> None:
        """Ends it; what is being taken over is finished."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> int:
        """Takes over what is missing, once, for the embedder of the newest template; how many there were.

        :raises NoVectors: where PostgreSQL has no pgvector.
        """
        newest = select(FaceTemplate.embedder_id).order_by(FaceTemplate.id.desc()).limit(1)
        with self._engine.connect() as connection:
            embedder_id = connection.scalar(newest)
        return TemplateIndex(self._engine, self._vault, embedder_id).take_over() if embedder_id else 0

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                if added := self.look():
                    log.info("%d templates were added to the school's gallery", added)
            except NoVectors as error:
                log.warning("the school's gallery is not kept in PostgreSQL: %s", error)
                return
            except (SQLAlchemyError, VaultError):
                log.exception("the school's gallery cannot be brought up to date; trying again")
            self._stopped.wait(self._every_s)
