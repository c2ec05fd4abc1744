"""``python -m recognition``: identify people in pictures, verify that two show the same person, guess
apparent gender, list devices.

One JSON object a line on standard output. Exit code 0 when every picture was looked at (whatever the answer),
1 when a picture could not be read, 2 when the model, the networks or a list of pairs cannot be used,
or something is switched off.
"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tqdm import tqdm

from recognition import devices
from recognition.distinction import DistinctionCode
from recognition.distinguisher import Distinguisher
from recognition.embedding import embedder_called
from recognition.engine import FaceEngine
from recognition.exceptions import (
    DeviceMissing,
    ImageRejected,
    ModelRejected,
    RecognitionError,
    SwitchedOff,
    WeightsError,
)
from recognition.image import decode_image
from recognition.result_codes import ResultCode
from recognition.roster_model import RosterModel
from recognition.verification import METRICS
from recognition.verification_batch import PairsUnusable, verify_pairs
from recognition.verification_models import MODELS
from recognition.verifier import Verifier
from recognition.weights import default_weights_dir


class _Unreadable(RecognitionError):
    """A picture's file cannot be opened."""

    reason = "unreadable"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except (ModelRejected, WeightsError, DeviceMissing, PairsUnusable, SwitchedOff) as error:
        print(f"recognition: {error}", file=sys.stderr)
        return 2
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m recognition", description=__doc__.splitlines()[0])
    parser.add_argument("--weights", type=Path, default=default_weights_dir(), help="folder of the networks")
    commands = parser.add_subparsers(required=True)

    identify = commands.add_parser("identify", help="who is in each picture")
    identify.add_argument("--model", type=Path, required=True, help="folder of a fitted roster model")
    identify.add_argument("--key-file", type=Path, help="file with the key the model was signed with")
    identify.add_argument("images", nargs="+", type=Path, metavar="IMAGE")
    identify.set_defaults(run=_identify)

    same = commands.add_parser("verify", help="whether two pictures show the same person")
    same.add_argument("pictures", nargs=2, metavar="PICTURE", help="a file, or an address with --allow-urls")
    same.set_defaults(run=_verify)

    many = commands.add_parser("verify-pairs", help="a CSV list of pairs; interrupted, it goes on")
    many.add_argument("pairs", type=Path, metavar="PAIRS.csv", help="columns first and second")
    many.add_argument("--out", type=Path, required=True, metavar="RESULTS.csv")
    many.set_defaults(run=_verify_pairs)

    for command in (same, many):
        command.add_argument("--model", choices=MODELS, default="fusion")
        command.add_argument("--metric", choices=METRICS, default="cosine")
        command.add_argument("--threshold", type=float, help="largest distance of the same person")
    for command in (identify, same, many):
        command.add_argument("--precision", choices=devices.PRECISIONS, default="auto")
        command.add_argument("--device", default=devices.PROCESSOR, help="where to compute; see: devices")

    guess = commands.add_parser("distinguish", help="apparent gender of each face; off without --purpose")
    guess.add_argument("picture", metavar="PICTURE", help="a file, or an address with --allow-urls")
    guess.add_argument("--purpose", default="", metavar="TEXT", help="what it is for; is said in the answer")
    guess.set_defaults(run=_distinguish)
    for command in (same, guess):
        command.add_argument(
            "--allow-urls", action="store_true", help="ask http(s) addresses, public ones only"
        )
        command.add_argument("--language", choices=("en", "ko"), default="en", help="of the message")

    listing = commands.add_parser("devices", help="where the networks can run on this machine")
    listing.set_defaults(run=_devices)
    return parser


def _identify(options: argparse.Namespace) -> int:
    model = RosterModel.load(options.model, _key(options.key_file))
    engine = _engine(options, embedder_called(model.embedder_id))
    unread = 0
    for path in options.images:
        try:
            answer = asdict(engine.identify([_picture(path)], model))
        except (ImageRejected, _Unreadable) as error:
            unread += 1
            answer = {"reason": error.reason, "message": error.message}
        _say({"image": str(path), **answer})
    return 1 if unread else 0


def _verify(options: argparse.Namespace) -> int:
    outcome = _verifier(options).verify(
        *options.pictures, metric=options.metric, threshold=options.threshold, allow_urls=options.allow_urls
    )
    _say({"pictures": options.pictures, **outcome.as_json(options.language)})
    return 1 if outcome.code <= ResultCode.NOT_ANALYSABLE else 0


def _distinguish(options: argparse.Namespace) -> int:
    distinguisher = Distinguisher.load(options.weights, purpose=options.purpose)
    outcome = distinguisher.distinguish(options.picture, allow_urls=options.allow_urls)
    _say({"picture": options.picture, "purpose": options.purpose, **outcome.as_json(options.language)})
    return 1 if outcome.code <= DistinctionCode.NOT_ANALYSABLE else 0


def _verify_pairs(options: argparse.Namespace) -> int:
    with tqdm(unit="pair", disable=None) as bar:

        def report(done: int, total: int) -> None:
            if bar.total is None:
                bar.reset(total)
            bar.update(done - bar.n)

        done = verify_pairs(
            options.pairs,
            options.out,
            _verifier(options),
            metric=options.metric,
            threshold=options.threshold,
            report=report,
        )
    _say({"results": str(options.out), "verified": done})
    return 0


def _verifier(options: argparse.Namespace) -> Verifier:
    return Verifier.load(options.model, options.weights, precision=options.precision, device=options.device)


def _devices(_: argparse.Namespace) -> int:
    precision = devices.resolved("auto")
    for name, full_name in devices.present().items():
        own = {"precision": precision} if name == devices.PROCESSOR else {}
        _say({"device": name, "name": full_name, **own})
    return 0


def _engine(options: argparse.Namespace, embedder: str) -> FaceEngine:
    return FaceEngine.load(
        options.weights, embedder=embedder, precision=options.precision, device=options.device
    )


def _picture(path: Path) -> Any:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _Unreadable(f"{path}: {error.strerror}") from error
    return decode_image(data)


def _key(path: Path | None) -> bytes | None:
    if path is None:
        return None
    try:
        return path.read_bytes().strip()
    except OSError as error:
        raise ModelRejected(f"{path}: {error.strerror}", reason="key_unreadable") from error


def _say(line: dict[str, Any]) -> None:
    print(json.dumps(line, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    sys.exit(main())
