"""``python -m server gestures``: which gesture model the kiosks use."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from server.commands.database import open_database
from server.db import create_session_factory
from server.exceptions import Invalid, ServerError
from server.messages import message
from server.models import Gesture, GestureModel
from server.services import gesture_labels, gesture_models
from server.services.gesture_archive import MAX_ZIP_BYTES, from_folder, from_zip
from server.services.gesture_export import ExportRefused, read_export
from server.settings import Settings

REFUSED = 65
"""Exit code (sysexits.h, EX_DATAERR): what was given is no usable export."""


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command and its own commands."""
    gestures = commands.add_parser(
        "gestures", help="bring a Teachable Machine pose model, choose which is used"
    )
    doing = gestures.add_subparsers(dest="doing", required=True)
    bring = doing.add_parser(
        "import", help="check an export, keep it, and use it when it knows every gesture"
    )
    bring.add_argument("export", type=Path, metavar="FOLDER|ZIP")
    bring.add_argument(
        "--map",
        action="append",
        default=[],
        dest="said",
        metavar="LABEL=GESTURE",
        help=f"what a label means: {', '.join(Gesture)}; asked for where it is not known, and remembered",
    )
    bring.add_argument("--name", default="", help="for the list; default: the export's own name")
    bring.add_argument("--keep-only", action="store_true", help="do not use it yet")
    doing.add_parser("list", help="the models that are kept, and the one that kiosks use")
    use = doing.add_parser("use", help="make all kiosks use a model")
    use.add_argument("model", metavar="NUMBER|default", help="as `list` numbers them")


def gestures(settings: Settings, options: argparse.Namespace) -> int:
    """Does what was asked; refusals are one sentence on stderr, with their reason."""
    engine = open_database(settings)
    try:
        with create_session_factory(engine)() as db:
            match options.doing:
                case "import":
                    _import(db, options)
                case "use":
                    _use(db, options.model)
                case _:
                    _list(db)
    except ServerError as error:
        detail = f" ({error.detail})" if error.detail else ""
        print(f"{error.reason}: {message(error.reason, settings.default_locale)}{detail}", file=sys.stderr)
        return REFUSED
    finally:
        engine.dispose()
    return 0


def _import(db: Session, options: argparse.Namespace) -> None:
    said = _said(options.said)
    export = read_export(_files(options.export))
    if not set(said) <= set(export.labels):
        raise Invalid("gesture_label_unknown", ", ".join(sorted(set(said) - set(export.labels))))
    known = gesture_labels.meanings(db, export.labels)
    said |= _ask([label for label in export.labels if known[label] is None and label not in said])
    model = gesture_models.keep(db, export, name=options.name, said=said)
    print(f"Kept as number {model.id}: {_described(model)}")
    unexplained, missing = gesture_models.unexplained(model), gesture_models.missing(model)
    if unexplained:
        print(
            f"Not used yet: nobody has said what {_listed(unexplained)} means. Say it with"
            f" `--map {unexplained[0]!r}=CAPTURE` (or O, X, IDLE), or on the page Gestures."
        )
    elif missing:
        print(
            f"Not used yet: it does not know {_listed(missing)}."
            f" `gestures use {model.id}` uses it nevertheless."
        )
    elif not options.keep_only:
        gesture_models.use_everywhere(db, model)
        print("All kiosks use it now.")


def _files(path: Path) -> dict[str, bytes]:
    try:
        if path.is_dir():
            return from_folder(path)
        if path.stat().st_size > MAX_ZIP_BYTES:
            raise ExportRefused("gesture_too_big", str(path))
        return from_zip(path.read_bytes())
    except OSError as error:
        raise ExportRefused("gesture_file_missing", f"{path}: {error.strerror}") from error


def _said(pairs: Sequence[str]) -> dict[str, str]:
    said = {}
    for pair in pairs:
        label, _, gesture = pair.rpartition("=")
        if gesture.strip().upper() not in set(Gesture):
            raise Invalid("gesture_meaning_invalid", pair)
        said[label] = gesture.strip().upper()
    return said


def _ask(labels: Sequence[str]) -> dict[str, str]:
    """At a terminal: what each of these labels means. Nothing where nobody can answer."""
    said: dict[str, str] = {}
    if not sys.stdin.isatty():
        return said
    for label in labels:
        answer = ""
        while answer not in set(Gesture):
            answer = input(f"What does {label!r} mean? ({', '.join(Gesture)}) ").strip().upper()
        said[label] = answer
    return said


def _use(db: Session, wanted: str) -> None:
    if wanted == "default":
        gesture_models.use_everywhere(db, None)
        print("All kiosks use the default model now.")
        return
    model = gesture_models.get(db, int(wanted) if wanted.isdecimal() else 0)
    gesture_models.use_everywhere(db, model)
    print(f"All kiosks use number {model.id} now: {_described(model)}")


def _list(db: Session) -> None:
    models = gesture_models.list_all(db)
    everyone = gesture_models.for_everyone(db)
    print(f"{'  ' if everyone else '* '}default")
    for model in models:
        print(f"{'* ' if model is everyone else '  '}{model.id}: {_described(model)}")


def _described(model: GestureModel) -> str:
    meanings = [f"{label} = {model.meanings[label] or '?'}" for label in model.labels]
    return f"{model.name}, {', '.join(meanings)}"


def _listed(words: Sequence[str]) -> str:
    return ", ".join(repr(str(word)) for word in words)
