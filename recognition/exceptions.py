"""Everything `recognition` raises on purpose, one tree.

Each error carries a short machine-readable ``reason`` (stable, snake_case: callers map it to an answer or a
translation) and a sentence for a person.
"""


class RecognitionError(Exception):
    """Base of every error this package raises on purpose."""

    reason = "recognition_failed"

    def __init__(self, message: str, *, reason: str | None = None) -> None:
        super().__init__(message)
        if reason is not None:
            self.reason = reason

    @property
    def message(self) -> str:
        """The sentence for a person."""
        return str(self.args[0])


class ImageRejected(RecognitionError):
    """The bytes are not a picture we are willing to decode.

    ``reason`` is one of ``not_an_image``, ``unsupported_format``, ``too_many_bytes``, ``too_many_pixels``,
    ``truncated``.
    """

    reason = "not_an_image"


class PhotoRefused(RecognitionError):
    """A picture that decoded well cannot serve as an enrolment photo.

    ``reason`` is one of ``no_face``, ``several_faces``, ``detectors_disagree``, ``low_quality``; ``problems``
    holds the quality codes (see `recognition.quality`) when the reason is ``low_quality``.
    """

    reason = "no_face"

    def __init__(self, message: str, *, reason: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__(message, reason=reason)
        self.problems = problems

    @property
    def detail(self) -> str:
        """What exactly was wrong: the problems where there are any, else the message."""
        return ", ".join(self.problems) or self.message


class WeightsError(RecognitionError):
    """A weight file cannot be used."""

    reason = "weights_unusable"


class WeightsMissing(WeightsError):
    """A weight file is not where it should be, and could not be fetched."""

    reason = "weights_missing"


class WeightsCorrupt(WeightsError):
    """A weight file is there but its content is not the published one."""

    reason = "weights_corrupt"


class ModelRejected(RecognitionError):
    """A stored roster model fails its manifest and was not loaded."""

    reason = "model_rejected"


class DeviceMissing(RecognitionError):
    """The device that networks should run on is not in this machine, or cannot run them."""

    reason = "device_missing"


class SwitchedOff(RecognitionError):
    """What is asked for is optional, and nobody has stated what it is for."""

    reason = "distinguish_off"
