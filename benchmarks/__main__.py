"""`python -m benchmarks [NAME …] [--json FILE]`: measure, print the tables, write them into docs/.

Without a name every benchmark runs, but the crash test. Results as JSON go to FILE, or to
build/benchmarks/<name>.json.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks import (
    alike,
    burst,
    campus,
    celeb5,
    crash,
    crops,
    degraded,
    detectors,
    distinguish,
    enrolment,
    events,
    fit,
    gallery,
    growth,
    lfw,
    liveness,
    masks,
    openset,
    overload,
    partitions,
    pipeline,
    precision,
    roll_call,
    second_factor,
    throughput,
    university,
    verification,
)
from benchmarks.embeddings import REPOSITORY
from benchmarks.face_recognition_process import PeerFailed
from benchmarks.server_process import ServerFailed
from benchmarks.tables import MarkerMissing
from recognition.embedding import EMBEDDERS
from recognition.engine import FaceEngine
from recognition.exceptions import RecognitionError
from recognition.processor import available_threads
from recognition.weights import default_weights_dir

BENCHMARKS = {
    "celeb5": celeb5,
    "openset": openset,
    "burst": burst,
    "alike": alike,
    "masks": masks,
    "degraded": degraded,
    "lfw": lfw,
    "crops": crops,
    "liveness": liveness,
    "pipeline": pipeline,
    "precision": precision,
    "detectors": detectors,
    "distinguish": distinguish,
    "fit": fit,
    "enrolment": enrolment,
    "growth": growth,
    "gallery": gallery,
    "roll_call": roll_call,
    "second_factor": second_factor,
    "throughput": throughput,
    "university": university,
    "campus": campus,
    "events": events,
    "partitions": partitions,
    "overload": overload,
    "crash": crash,
    "verification": verification,
}

ON_REQUEST = {"crash"}
"""Not run without being named: it takes long, and says yes or no."""

FOLDERS = {
    "celeb5": ("celeb5",),
    "alike": ("korean", "lfw"),
    "masks": ("mfr2", "lfw"),
    "degraded": ("lfw", "classroom"),
    "enrolment": ("lfw", "korean"),
    "roll_call": ("lfw", "classroom"),
    "second_factor": ("mfr2", "lfw"),
}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    names = options.names or [name for name in BENCHMARKS if name not in ON_REQUEST]
    if options.json and len(names) > 1:
        print("benchmarks: --json takes one file, so name one benchmark", file=sys.stderr)
        return 2
    try:
        for name in names:
            result = _run(name, options)
            file = options.json or REPOSITORY / "build" / "benchmarks" / f"{name}.json"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
            BENCHMARKS[name].write_tables(result, options.docs)
            print(f"{name}: {file}")
    except (RecognitionError, MarkerMissing, ServerFailed, lfw.PairsUnusable, PeerFailed) as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"benchmarks: {error.filename or ''} {error.strerror or error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", type=_known, help=", ".join(BENCHMARKS))
    parser.add_argument("--json", type=Path, metavar="FILE", help="where the result of one benchmark goes")
    parser.add_argument(
        "--data", type=Path, default=REPOSITORY.parent / "shared" / "data", help="the evaluation pictures"
    )
    parser.add_argument(
        "--images", type=Path, metavar="DIR", help="lfw: pictures by person, default DATA/lfw"
    )
    parser.add_argument("--pairs", type=Path, metavar="FILE", help="lfw: a list in the format of pairs.txt")
    parser.add_argument(
        "--peer", metavar="PYTHON", help="verification, roll_call: an interpreter with face_recognition"
    )
    parser.add_argument("--demo", type=Path, default=REPOSITORY / "models" / "demo", help="the demo people")
    parser.add_argument("--docs", type=Path, default=REPOSITORY / "docs", help="pages that hold the tables")
    parser.add_argument("--weights", type=Path, default=default_weights_dir())
    parser.add_argument(
        "--frames", type=int, default=throughput.FRAMES, help="how many go through the server (throughput)"
    )
    parser.add_argument(
        "--seconds", type=float, default=overload.SECONDS, help="how long too many come (overload)"
    )
    parser.add_argument("--minutes", type=float, help="go on for so long: a soak (throughput)")
    parser.add_argument("--kiosks", type=int, default=crash.KIOSKS, help="how many there are (crash)")
    parser.add_argument("--check-ins", type=int, default=crash.CHECK_INS, help="how many they make (crash)")
    parser.add_argument("--kills", type=int, default=crash.KILLS, help="how often something dies (crash)")
    parser.add_argument("--embedder", choices=EMBEDDERS, default="fusion")
    return parser


def _known(name: str) -> str:
    if name not in BENCHMARKS:
        raise argparse.ArgumentTypeError(f"there is no benchmark {name!r}; choose of {', '.join(BENCHMARKS)}")
    return name


def _run(name: str, options: argparse.Namespace) -> dict[str, Any]:
    if name == "throughput":
        return throughput.run(options.demo, options.weights, options.frames, minutes=options.minutes)
    if name == "verification":
        return verification.run(options.images or options.data / "lfw", options.weights, options.peer)
    if name == "crash":
        counts = {"kiosks": options.kiosks, "check_ins": options.check_ins, "kills": options.kills}
        return crash.run(options.demo, options.weights, **counts)
    if name == "overload":
        return overload.run(options.demo, options.weights, options.seconds)
    if name == "distinguish":
        return distinguish.run(options.data, options.weights)
    if name in {"events", "partitions"}:
        return BENCHMARKS[name].run()
    # Training gets most done with a stream a core; everything else wants the soonest answer.
    streams = available_threads() if name == "fit" else 1
    engine = FaceEngine.load(options.weights, embedder=options.embedder, streams=streams)
    if name == "university":
        return university.run(engine)
    if name == "campus":
        return campus.run(options.demo, engine)
    if name == "pipeline":
        return pipeline.run(options.demo, engine, options.weights)
    folders = [options.data / part for part in FOLDERS.get(name, ("lfw",))]
    if name == "lfw" and options.images:
        folders = [options.images]
    for folder in folders:
        if not folder.is_dir():
            raise FileNotFoundError(2, "is not on this machine: pass --data", str(folder))
    if name == "lfw":
        return lfw.run(options.data, engine, options.images, options.pairs)
    if name == "roll_call":
        return roll_call.run(options.data, engine, options.peer)
    return BENCHMARKS[name].run(options.data, engine)


if __name__ == "__main__":
    sys.exit(main())
