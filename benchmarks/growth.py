"""What a roster costs as it grows from a class to a campus, and up to which size the classifier pays.

A gallery holds the people of LFW with at least six photos, five of which enrol them, and for the rest people
drawn from the same distribution (`benchmarks.population`), five templates each. The others of LFW are
strangers, one photo each. Each gallery is fitted and saved in one fresh process and loaded and asked in
another, so that the memory is that of this gallery alone.
"""

from __future__ import annotations

import gc
import multiprocessing
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.embeddings import EmbeddedPhotos, embed_photos, photos_below
from benchmarks.machine import in_words, machine
from benchmarks.openset import ClassDraw, Protocol, draw_class
from benchmarks.population import Population, moments
from benchmarks.tables import percent, replace_table, share, table
from recognition.classifier import MOST_PEOPLE, LinearClassifier
from recognition.engine import FaceEngine
from recognition.gallery import SHORTLIST_FROM, Gallery
from recognition.roster_model import RosterModel
from training.evaluation import run_trials
from training.pictures import LINE, SAME, new_figure, svg_text

SIZES = (150, 1_500, 15_000, 150_000)
CLASSIFIER_SIZES = (75, 150, 300, 600, 1_200)
TEMPLATES = 5
VISITS = 300


def run(
    data: Path,
    engine: FaceEngine,
    sizes: tuple[int, ...] = SIZES,
    classifier_sizes: tuple[int, ...] = CLASSIFIER_SIZES,
) -> dict[str, Any]:
    """Every size on `data`/lfw and people like them; ready for JSON."""
    facts = machine()
    photos = embed_photos(photos_below(data / "lfw"), engine, "lfw")
    return measure(photos, engine.embedder_id, sizes, classifier_sizes) | {"machine": facts}


def measure(
    photos: EmbeddedPhotos, embedder_id: str, sizes: tuple[int, ...], classifier_sizes: tuple[int, ...]
) -> dict[str, Any]:
    """The same on embeddings that are there already."""
    population = Population.like(photos.vectors, photos.people)
    random = np.random.default_rng(0)
    drawn = population.photos(population.people(2000, random), 3, random)
    results = []
    for people in tqdm(sizes, desc="growth", unit="gallery"):
        folder = Path(tempfile.mkdtemp(prefix="growth-"))
        try:
            fitted = _in_fresh_process(_fit, photos, population, people, embedder_id, folder)
            asked = _in_fresh_process(_ask, photos, people, folder)
        finally:
            shutil.rmtree(folder)
        results.append({"people": people, **fitted, **asked})
    return {
        "embedder": embedder_id,
        "templates_per_person": TEMPLATES,
        "real": moments(photos.vectors, photos.people),
        "drawn": moments(drawn, np.repeat(np.arange(2000), 3)),
        "shortlist_from": SHORTLIST_FROM,
        "classifier_up_to": MOST_PEOPLE,
        "sizes": results,
        "classifier": [_classifier(photos, population, people) for people in classifier_sizes],
    }


def _in_fresh_process(function: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def _draw(photos: EmbeddedPhotos, people: int) -> ClassDraw:
    return draw_class(photos.rows_of(), Protocol("", people, enrolled=TEMPLATES), seed=0)


def _roster(
    photos: EmbeddedPhotos, population: Population, people: int
) -> tuple[np.ndarray, list[str], ClassDraw]:
    """Embeddings and labels of a gallery: the real people first, then those drawn."""
    draw = _draw(photos, people)
    random = np.random.default_rng(people)
    count = people - len(set(draw.enrolled_labels))
    drawn = population.photos(population.people(count, random), TEMPLATES, random)
    names = [f"drawn-{number:06d}" for number in range(count) for _ in range(TEMPLATES)]
    return np.concatenate([photos.vectors[draw.enrolled_rows], drawn]), draw.enrolled_labels + names, draw


def _fit(
    photos: EmbeddedPhotos, population: Population, people: int, embedder_id: str, folder: Path
) -> dict[str, Any]:
    """Fit and save one gallery."""
    embeddings, labels, _ = _roster(photos, population, people)
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # The peak counts from here on (proc(5)).
    start = time.perf_counter()
    model = RosterModel.fit(embeddings, labels, embedder_id=embedder_id)
    fitted, peak = time.perf_counter(), _peak()
    model.save(folder)
    return {
        "fit_s": fitted - start,
        "save_s": time.perf_counter() - fitted,
        "disk_bytes": sum(file.stat().st_size for file in folder.iterdir()),
        "fit_peak_bytes": peak,
        "threshold": model.threshold,
    }


def _ask(photos: EmbeddedPhotos, people: int, folder: Path) -> dict[str, Any]:
    """Load one gallery, let people visit it, add somebody and take them out again."""
    before = _resident()
    start = time.perf_counter()
    model = RosterModel.load(folder)
    loaded = time.perf_counter() - start
    gc.collect()
    memory = _resident() - before
    draw = _draw(photos, people)
    known, strangers = photos.vectors[draw.probe_rows], photos.vectors[draw.stranger_rows]
    milliseconds = [_milliseconds(model, probe) for probe in np.concatenate([known, strangers])[:VISITS]]
    trials = run_trials(model, known, draw.probe_labels, strangers)
    start = time.perf_counter()
    grown = model.with_person("newcomer", strangers[:TEMPLATES]).ready()
    added = time.perf_counter()
    grown.without_person("newcomer").ready()
    removed = time.perf_counter()
    return {
        "load_s": loaded,
        "memory_bytes": memory,
        "identify_ms": median(milliseconds),
        "identify_p95_ms": float(np.quantile(milliseconds, 0.95)),
        "rank1": trials.rank1.to_json(),
        "fnir": trials.fnir(model.threshold).to_json(),
        "fpir": trials.fpir(model.threshold).to_json(),
        "shortlist": _recall(model.gallery, np.concatenate([known, strangers])[::4]),
        "add_person_s": added - start,
        "remove_person_s": removed - added,
    }


def _milliseconds(model: RosterModel, probe: np.ndarray) -> float:
    start = time.perf_counter()
    model.identify(probe)
    return (time.perf_counter() - start) * 1000


def _resident() -> int:
    """Bytes of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def _peak() -> int:
    """The most bytes of this process that were in memory at a time."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def _recall(gallery: Gallery, probes: np.ndarray) -> dict[str, int] | None:
    """For how many probes the shortlist gives the very two people that comparing everybody gives."""
    if len(gallery) < SHORTLIST_FROM:
        return None
    people, _ = gallery.nearest(probes)
    nearest, both = 0, 0
    for probe, found in zip(probes, people, strict=True):
        scores = gallery.scores(probe)[0]
        best = np.argpartition(scores, -2)[-2:]
        best = best[np.argsort(-scores[best])]
        nearest += int(best[0] == found[0])
        both += int((best == found).all())
    return {"probes": len(probes), "nearest": nearest, "both": both}


def _classifier(photos: EmbeddedPhotos, population: Population, people: int) -> dict[str, Any]:
    """Fit the classifier on one gallery, without copies; who is right with it and without."""
    embeddings, labels, draw = _roster(photos, population, people)
    start = time.perf_counter()
    classifier = LinearClassifier.fit(embeddings, labels)
    seconds = time.perf_counter() - start
    gallery = Gallery.from_labelled(embeddings, labels)
    probes, truth = photos.vectors[draw.probe_rows], np.array(draw.probe_labels)
    scores, names = gallery.scores(probes), np.array(gallery.labels)
    both = scores + classifier.decision_values(probes)
    return {
        "people": people,
        "fit_s": seconds,
        "probes": len(probes),
        "right_by_templates": int((names[scores.argmax(axis=1)] == truth).sum()),
        "right_by_both": int((names[both.argmax(axis=1)] == truth).sum()),
    }


def write_tables(result: dict[str, Any], docs: Path) -> None:
    """Both tables in docs/performance.md, and the curve beside it."""
    (docs / "growth.svg").write_text(_curve(result["sizes"]), encoding="utf-8")
    head = ("People", *(f"{size['people']:,}" for size in result["sizes"]))

    def row(words: str, cell: Callable[[dict[str, Any]], str]) -> tuple[str, ...]:
        return words, *(cell(size) for size in result["sizes"])

    rows = [
        row("**identify, median**", lambda size: f"**{size['identify_ms']:.2f} ms**"),
        row("95 % of the visits within", lambda size: f"{size['identify_p95_ms']:.2f} ms"),
        row("fit", lambda size: f"{size['fit_s']:.2f} s"),
        row("load, checked", lambda size: f"{size['load_s']:.2f} s"),
        row("add one person", lambda size: f"{size['add_person_s']:.2f} s"),
        row("remove one person", lambda size: f"{size['remove_person_s']:.2f} s"),
        row("on disk", lambda size: _bytes(size["disk_bytes"])),
        row("in memory", lambda size: _bytes(size["memory_bytes"])),
        row(
            "most memory while fitting",
            lambda size: _bytes(size["fit_peak_bytes"]),
        ),
        row("threshold", lambda size: f"{size['threshold']:.3f}"),
        row("rank-1 (real people)", lambda size: percent(size["rank1"]["rate"])),
        row("FNIR (real people)", lambda size: percent(size["fnir"]["rate"])),
        row("FPIR (real strangers)", lambda size: percent(size["fpir"]["rate"])),
    ]
    replace_table(docs / "performance.md", "growth", f"{table(head, rows)}\n\n{_notes(result)}")
    head = ("People", "classifier fitted in", "rightly named by templates", "with the classifier")
    rows = [
        (
            f"{one['people']:,}",
            f"{one['fit_s']:.1f} s",
            f"{one['right_by_templates']} of {one['probes']}",
            f"{one['right_by_both']} of {one['probes']}",
        )
        for one in result["classifier"]
    ]
    replace_table(docs / "performance.md", "growth-classifier", table(head, rows))


def _notes(result: dict[str, Any]) -> str:
    last = result["sizes"][-1]
    real, drawn = result["real"], result["drawn"]

    def cosine(moment: dict[str, float]) -> str:
        return f"{moment['mean']:.3f} ± {moment['deviation']:.3f}"

    sentences = [
        f"{result['templates_per_person']} templates a person. Cosine of two photos of one person: "
        f"{cosine(real['one_person'])} for the real, {cosine(drawn['one_person'])} for the drawn; of two "
        f"people: {cosine(real['two_people'])} and {cosine(drawn['two_people'])}.",
        f"FNIR at the largest size: {share(last['fnir'])}; FPIR: {share(last['fpir'])}.",
    ]
    for size in result["sizes"]:
        if size["shortlist"]:
            found = size["shortlist"]
            sentences.append(
                f"At {size['people']:,} people the shortlist gave the nearest in {found['nearest']} and the "
                f"nearest two in {found['both']} of {found['probes']} visits."
            )
    return " ".join([*sentences, in_words(result["machine"]) + "."])


def _bytes(count: int) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6)):
        if count >= size:
            return f"{count / size:.{0 if count >= 100 * size else 1}f} {unit}"
    return f"{count / 1e3:.0f} kB"


def _curve(sizes: list[dict[str, Any]]) -> str:
    """Milliseconds to identify and seconds to fit over the number of people, both axes logarithmic."""
    figure, axes = new_figure(7.2, 3.8)
    people = [size["people"] for size in sizes]
    identify = [size["identify_ms"] for size in sizes]
    fit = [size["fit_s"] * 1000 for size in sizes]
    for values, colour, name in ((identify, SAME, "identify one visit"), (fit, LINE, "fit the roster")):
        axes.plot(people, values, "o-", color=colour, linewidth=1.8)
        axes.annotate(name, (people[0], values[0]), xytext=(0, 9), textcoords="offset points", color=colour)
        for x, y in zip(people[1:], values[1:], strict=True):
            words = f"{y:.2g} ms" if y < 1000 else f"{y / 1000:.2g} s"
            axes.annotate(words, (x, y), xytext=(0, 8), textcoords="offset points", ha="center", color=colour)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(people, [f"{count:,}" for count in people])
    axes.minorticks_off()
    axes.set_ylim(min(identify) * 0.5, max(fit) * 3)
    axes.yaxis.set_major_formatter(lambda ms, _: f"{ms:g} ms" if ms < 1000 else f"{ms / 1000:g} s")
    axes.set(xlabel="people on the roster")
    return svg_text(figure, transparent=False) + "\n"
