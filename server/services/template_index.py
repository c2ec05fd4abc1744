"""Every student's templates in PostgreSQL, rotated, to be searched by pgvector where the extension is there.

The table is no part of the schema that migrations keep: it is made of the sealed templates, can be thrown
away, and exists only where the operator wants it, in a schema of its own. Each row hangs on its template, so
whatever deletes a template (a withdrawn consent, an erasure) deletes the row in the same transaction.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import psycopg
from pgvector import Vector
from pgvector.psycopg import register_vector
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from server.services.template_rotation import Vectors, rotate
from server.services.vault import Vault

SCHEMA = "face_gallery"
PURPOSE = "gallery rotation"
BATCH = 2_000
NEAREST = 40
"""Templates that are looked at; several are one person's."""
EF_SEARCH = 200
"""How far HNSW looks: more finds more and takes longer."""
M, EF_CONSTRUCTION = 16, 128


class NoVectors(Exception):
    """The database has no pgvector, and may not or cannot get it."""


class TemplateIndex:
    """One embedder's templates under the vault's present key; another key or embedder makes another table.

    :param exact: compares with every row instead of following the graph.
    """

    def __init__(self, engine: Engine, vault: Vault, embedder_id: str, *, exact: bool = False) -> None:
        self._engine = engine
        self._vault = vault
        self._embedder_id = embedder_id
        self._exact = exact

    @property
    def table(self) -> str:
        """Its name tells key and embedder apart and nothing of either."""
        told = hashlib.sha256(self._vault.key_id + self._embedder_id.encode()).hexdigest()
        return f"{SCHEMA}.template_{told[:12]}"

    def take_over(self) -> int:
        """Adds the templates that are missing, and drops tables of other keys; the number of those added.

        :raises NoVectors: where the extension cannot be had.
        """
        added = 0
        with self._engine.connect() as connection:
            while rows := self._missing(connection):
                self._prepare(connection, len(rows[0][2]))
                self._copy(connection, rows)
                connection.commit()
                added += len(rows)
        return added

    def nearest(self, probe: Vectors) -> list[tuple[int, float]]:
        """The two students most like a (D,) probe: id and score, most alike first; nobody without a table."""
        turned = rotate(probe[None], self._vault.derived(PURPOSE))[0]
        with self._engine.connect() as connection:
            if not self._is_there(connection):
                return []
            if self._exact:
                connection.execute(text("SET LOCAL enable_indexscan = off"))
            else:
                connection.execute(text(f"SET LOCAL hnsw.ef_search = {EF_SEARCH}"))
            self._register(connection)
            driver = _driver(connection)
            found = driver.execute(
                f"SELECT student_id FROM {self.table} ORDER BY rotated <#> %s LIMIT {NEAREST}",
                (Vector(turned),),
            ).fetchall()
            people = list(dict.fromkeys(row[0] for row in found))
            rows = driver.execute(
                f"SELECT student_id, rotated FROM {self.table} WHERE student_id = ANY(%s)",
                (people,),
                binary=True,  # As text, 200 templates take longer to read than to find.
            ).fetchall()
            connection.rollback()
        scored = [(student, _cosine(turned, vectors)) for student, vectors in _by_student(rows)]
        return sorted(scored, key=lambda one: -one[1])[:2]

    @property
    def possible(self) -> bool:
        """Whether the database has the extension, installed or ready to be."""
        if self._engine.dialect.name != "postgresql":
            return False
        with self._engine.connect() as connection:
            known = text("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'")
            return connection.scalar(known) is not None

    def _is_there(self, connection: Connection) -> bool:
        return connection.scalar(text("SELECT to_regclass(:table)"), {"table": self.table}) is not None

    def _missing(self, connection: Connection) -> list[tuple[int, int, Vectors]]:
        there = self._is_there(connection)
        without = (
            f"AND NOT EXISTS (SELECT 1 FROM {self.table} known WHERE known.template_id = one.id)"
            if there
            else ""
        )
        rows = connection.execute(
            text(
                "SELECT one.id, one.student_id, one.vector_encrypted FROM face_template one "
                f"WHERE one.embedder_id = :embedder {without} ORDER BY one.id LIMIT {BATCH}"
            ),
            {"embedder": self._embedder_id},
        ).all()
        secret = self._vault.derived(PURPOSE)
        opened = []
        for template_id, student_id, sealed in rows:
            vector = self._vault.open_template(bytes(sealed), student_id, self._embedder_id)
            opened.append((template_id, student_id, vector))
        if not opened:
            return []
        turned = rotate(np.stack([vector for _, _, vector in opened]), secret)
        return [(one[0], one[1], vector) for one, vector in zip(opened, turned, strict=True)]

    def _prepare(self, connection: Connection, dimensions: int) -> None:
        """The extension, the table and its graph.

        :raises NoVectors: likewise.
        """
        name = self.table.partition(".")[2]
        try:
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS vector"))
        except DBAPIError as error:
            raise NoVectors("the extension vector is not installed in PostgreSQL") from error
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        others = connection.execute(
            text("SELECT tablename FROM pg_tables WHERE schemaname = :schema AND tablename <> :name"),
            {"schema": SCHEMA, "name": name},
        )
        for (other,) in others.all():
            connection.execute(text(f"DROP TABLE {SCHEMA}.{other}"))
        connection.execute(
            text(
                f"CREATE TABLE IF NOT EXISTS {self.table} ("
                " template_id integer PRIMARY KEY REFERENCES public.face_template (id) ON DELETE CASCADE,"
                f" student_id integer NOT NULL, rotated vector({dimensions}) NOT NULL)"
            )
        )
        connection.execute(text(f"CREATE INDEX IF NOT EXISTS {name}_student ON {self.table} (student_id)"))
        connection.execute(
            text(
                f"CREATE INDEX IF NOT EXISTS {name}_graph ON {self.table} USING hnsw (rotated vector_ip_ops)"
                f" WITH (m = {M}, ef_construction = {EF_CONSTRUCTION})"
            )
        )

    def _copy(self, connection: Connection, rows: list[tuple[int, int, Vectors]]) -> None:
        self._register(connection)
        statement = f"COPY {self.table} (template_id, student_id, rotated) FROM STDIN WITH (FORMAT BINARY)"
        with _driver(connection).cursor().copy(statement) as copy:
            copy.set_types(["int4", "int4", "vector"])
            for template_id, student_id, vector in rows:
                copy.write_row((template_id, student_id, Vector(vector)))

    def _register(self, connection: Connection) -> None:
        if not connection.info.get("knows_vectors"):
            register_vector(_driver(connection))
            connection.info["knows_vectors"] = True


def _driver(connection: Connection) -> psycopg.Connection[Any]:
    driver: psycopg.Connection[Any] | None = connection.connection.driver_connection
    assert driver is not None
    return driver


def _by_student(rows: list[tuple[int, Vector]]) -> Iterator[tuple[int, Vectors]]:
    held: dict[int, list[Vectors]] = {}
    for student, vector in rows:
        held.setdefault(student, []).append(np.asarray(vector.to_numpy(), dtype=np.float32))
    for student, vectors in held.items():
        yield student, np.stack(vectors)


def _cosine(probe: Vectors, vectors: Vectors) -> float:
    centre = vectors.sum(axis=0)
    return float(probe @ centre / max(float(np.linalg.norm(centre)), 1e-12))
