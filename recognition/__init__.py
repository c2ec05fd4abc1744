"""Face recognition: an image goes in, faces and identities come out.

No web framework, no database, no environment variables. `recognition.engine.FaceEngine` is what the rest of
the house constructs; it wires the other modules. `verify` compares two pictures, `distinguish` guesses the
apparent gender of faces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recognition.distinction import Distinction
    from recognition.verification import Metric
    from recognition.verifier import Comparison, Picture


def verify(
    a: Picture,
    b: Picture,
    *,
    model: str = "fusion",
    metric: Metric = "cosine",
    threshold: float | None = None,
    allow_urls: bool = False,
) -> Comparison:
    """Whether somebody is in both pictures: paths, bytes, RGB arrays or, if allowed, http(s) addresses.

    Loads the model's networks, which takes a second or two; for more than one pair load a
    `recognition.verifier.Verifier` once.

    Raises:
        ValueError: unknown model or metric.
        WeightsMissing, WeightsCorrupt: naming the file and how to get it.
    """
    from recognition.verifier import Verifier  # Heavy, and of no use to most who import this package.

    return Verifier.load(model).verify(a, b, metric=metric, threshold=threshold, allow_urls=allow_urls)


def distinguish(picture: Picture, *, purpose: str = "", allow_urls: bool = False) -> Distinction:
    """The apparent gender of every face of a path, bytes, an RGB array or, if allowed, an http(s) address.

    Loads its networks, which takes a second; for more than one picture load a
    `recognition.distinguisher.Distinguisher` once. A guess from looks, to decide nothing by:
    docs/distinguish.md.

    Args:
        purpose: what it is for; without one it is switched off.

    Raises:
        SwitchedOff: no purpose is stated.
        WeightsMissing, WeightsCorrupt: naming the file and how to get it.
    """
    from recognition.distinguisher import Distinguisher

    return Distinguisher.load(purpose=purpose).distinguish(picture, allow_urls=allow_urls)
