"""Many pairs verified from a list; what is done stands in the file of results, and is not done again."""

import csv
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from recognition.exceptions import RecognitionError
from recognition.result_codes import ResultCode
from recognition.verification import Metric
from recognition.verifier import FaceSet, NotAnalysable, Unreadable, Verifier, read_picture

COLUMNS = ("first", "second", "code", "distance", "threshold", "model", "metric")
_KEPT_PICTURES = 4096

Report = Callable[[int, int], None]
"""Called with how many pairs are done, and of how many."""


class PairsUnusable(RecognitionError):
    """A list of pairs, or the results begun for one, that cannot be used; the message names the line."""

    reason = "pairs_unusable"


def read_pairs(path: Path) -> list[tuple[str, str]]:
    """The pairs of a CSV file: columns ``first`` and ``second``, paths relative to the file's folder.

    Raises:
        PairsUnusable
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            rows = csv.DictReader(stream)
            if not {"first", "second"} <= set(rows.fieldnames or ()):
                raise PairsUnusable(f"{path} needs the columns first and second")
            pairs = []
            for row in rows:
                if not row["first"] or not row["second"]:
                    raise PairsUnusable(f"{path}, line {rows.line_num}: a pair has two pictures")
                pairs.append((row["first"], row["second"]))
            return pairs
    except OSError as error:
        raise PairsUnusable(f"{path}: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise PairsUnusable(f"{path} cannot be read as CSV: {error}") from error


def verify_pairs(
    pairs_file: Path,
    results_file: Path,
    verifier: Verifier,
    *,
    metric: Metric = "cosine",
    threshold: float | None = None,
    report: Report = lambda done, total: None,
) -> int:
    """Verify every pair of a list and append a line for each to the results, as soon as it is known.

    What the results hold already is not done again; a line that an interruption cut off is.

    Returns:
        How many pairs were verified by this call.

    Raises:
        PairsUnusable: also where the results belong to another list or were made otherwise.
    """
    pairs = read_pairs(pairs_file)
    limit = verifier.model.threshold(metric) if threshold is None else threshold
    done = _resume(results_file, pairs, (f"{limit:.6g}", verifier.model.name, metric))
    faces = _Faces(verifier, pairs_file.parent)
    report(done, len(pairs))
    with results_file.open("a", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        if stream.tell() == 0:
            writer.writerow(COLUMNS)
        for number, (first, second) in enumerate(pairs[done:], start=done + 1):
            code, distance = _verified(faces, verifier, first, second, metric, limit)
            shown = "" if distance is None else f"{distance:.6f}"
            writer.writerow([first, second, int(code), shown, f"{limit:.6g}", verifier.model.name, metric])
            stream.flush()
            report(number, len(pairs))
    return len(pairs) - done


def _verified(
    faces: "_Faces", verifier: Verifier, first: str, second: str, metric: Metric, limit: float
) -> tuple[ResultCode, float | None]:
    found: list[FaceSet] = []
    for picture, unreadable in (
        (first, ResultCode.FIRST_UNREADABLE),
        (second, ResultCode.SECOND_UNREADABLE),
    ):
        one = faces.of(picture)
        if one is None or isinstance(one, NotAnalysable):
            return (unreadable if one is None else ResultCode.NOT_ANALYSABLE), None
        found.append(one)
    outcome = verifier.compare(*found, metric=metric, threshold=limit)
    return outcome.code, outcome.distance


class _Faces:
    """The faces of pictures, those seen last kept: a list names most pictures more than once."""

    def __init__(self, verifier: Verifier, folder: Path) -> None:
        self._verifier = verifier
        self._folder = folder
        self._kept: OrderedDict[str, FaceSet | NotAnalysable | None] = OrderedDict()

    def of(self, name: str) -> FaceSet | NotAnalysable | None:
        """The faces; None where the picture cannot be read."""
        if name not in self._kept:
            self._kept[name] = self._look(name)
            if len(self._kept) > _KEPT_PICTURES:
                self._kept.popitem(last=False)
        self._kept.move_to_end(name)
        return self._kept[name]

    def _look(self, name: str) -> FaceSet | NotAnalysable | None:
        try:
            return self._verifier.faces(read_picture(self._folder / name))
        except Unreadable:
            return None
        except NotAnalysable as error:
            return error


def _resume(results: Path, pairs: list[tuple[str, str]], made: tuple[str, str, str]) -> int:
    """How many pairs the results hold already; whatever follows their last whole line is cut off."""
    if not results.exists():
        return 0
    try:
        data = results.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        rows = list(csv.reader(whole.decode("utf-8").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise PairsUnusable(f"{results} holds no results: {error}") from error
    if rows and tuple(rows[0]) != COLUMNS:
        raise PairsUnusable(f"{results} holds something else than results")
    held = rows[1:]
    for number, row in enumerate(held):
        if number >= len(pairs) or tuple(row[:2]) != pairs[number]:
            raise PairsUnusable(f"{results}, line {number + 2}: not the pair of the list")
        if tuple(row[4:]) != made:
            raise PairsUnusable(f"{results}, line {number + 2}: made with another model, metric or threshold")
    if len(whole) < len(data):
        with results.open("r+b") as stream:
            stream.truncate(len(whole))
    return len(held)
