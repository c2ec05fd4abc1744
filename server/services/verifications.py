"""Are two pictures of the same person? Compared and forgotten: neither picture nor answer is kept."""

from dataclasses import dataclass

import numpy as np

from recognition.result_codes import ResultCode
from recognition.verification import METRICS, Metric
from recognition.verifier import Comparison, FaceSet, NotAnalysable, Unreadable, Verifier, read_picture
from server.exceptions import Invalid

LARGEST_THRESHOLD = 2.0
"""Unit vectors are never farther apart, in any metric."""


@dataclass(frozen=True)
class Seen:
    """A comparison with the pictures as they were looked at, for a page that draws on them."""

    outcome: Comparison
    images: tuple[np.ndarray | None, np.ndarray | None]


def metric_called(name: str | None) -> Metric:
    """The metric of this name, cosine without one.

    :raises Invalid: ``metric_invalid``.
    """
    if not name:
        return METRICS[0]
    if name not in METRICS:
        raise Invalid("metric_invalid")
    return name


def threshold_of(text: str | None) -> float | None:
    """The largest distance of the same person that somebody asks for; None for the measured one.

    :raises Invalid: ``threshold_invalid``.
    """
    if not text or not text.strip():
        return None
    try:
        value = float(text)
    except ValueError as error:
        raise Invalid("threshold_invalid") from error
    if not 0 <= value <= LARGEST_THRESHOLD:
        raise Invalid("threshold_invalid")
    return value


def compare(verifier: Verifier, first: bytes, second: bytes, metric: Metric, threshold: float | None) -> Seen:
    """Compares the bytes of two pictures; what cannot be compared has a code of its own."""
    limit = verifier.model.threshold(metric) if threshold is None else threshold
    images: list[np.ndarray | None] = [None, None]
    codes = (ResultCode.FIRST_UNREADABLE, ResultCode.SECOND_UNREADABLE)
    failure: tuple[ResultCode, str] | None = None
    for place, data in enumerate((first, second)):
        try:
            images[place] = read_picture(data)
        except Unreadable as error:
            failure = failure or (codes[place], str(error))
        except NotAnalysable as error:
            failure = failure or (ResultCode.NOT_ANALYSABLE, str(error))
    if failure is not None:
        outcome = Comparison(failure[0], verifier.model.name, metric, limit, detail=failure[1])
        return Seen(outcome, (images[0], images[1]))
    sets: list[FaceSet] = [verifier.faces(image) for image in images if image is not None]
    return Seen(verifier.compare(*sets, metric=metric, threshold=limit), (images[0], images[1]))
