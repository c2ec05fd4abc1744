"""How good the picture of one face is: each property a number with a documented limit and a reason code."""

from dataclasses import dataclass

import cv2
import numpy as np

from recognition.alignment import sface_crop
from recognition.detection import Face

# The inner face in the aligned 112×112 crop: brows to chin, cheek to cheek, without hair and background.
_INNER = (slice(34, 104), slice(28, 84))

# Five points of a mean head in millimetres, nose tip at the origin, x to the image's right, y down, z towards
# the camera: pupils 63 mm apart, mouth corners 50 mm (Farkas, "Anthropometry of the Head and Face", 1994).
_HEAD = np.array(
    [[-31.5, -34.0, -32.0], [31.5, -34.0, -32.0], [0.0, 0.0, 0.0], [-25.0, 29.0, -24.0], [25.0, 29.0, -24.0]]
)
_HEAD_SOLVER = np.linalg.pinv(_HEAD - _HEAD.mean(axis=0))


@dataclass(frozen=True, slots=True)
class QualityLimits:
    """Where each property becomes a problem. See `Quality` for the units."""

    min_size_px: float
    min_sharpness: float
    min_brightness: float
    max_brightness: float
    min_contrast: float
    max_yaw: float
    max_pitch: float
    max_roll: float


@dataclass(frozen=True, slots=True)
class Quality:
    """Properties of one face in one picture.

    Attributes:
        size_px: shorter side of the box, pixels.
        sharpness: share of the grey levels' variance in details below four pixels of the aligned 112×112
            crop, in the direction that has less of it (so that motion blur counts), 0..1. Sharp photos reach
            0.05, Gaussian blur of 2, 3 and 4 pixels brings that to 0.014, 0.007 and 0.004.
        brightness: mean grey level of the inner face, 0..255.
        contrast: standard deviation of the grey levels there over their mean.
        yaw: head turned to the image's right, degrees (estimated from five points: ±10).
        pitch: head tilted down, degrees (estimated likewise).
        roll: head leaning clockwise in the picture, degrees.
        detection: the detector's confidence, 0..1.
    """

    size_px: float
    sharpness: float
    brightness: float
    contrast: float
    yaw: float
    pitch: float
    roll: float
    detection: float

    def problems(self, limits: QualityLimits) -> tuple[str, ...]:
        """Reason codes of what falls outside ``limits``, most hindering first; empty when all is well.

        Codes: ``too_small``, ``too_dark``, ``too_bright``, ``low_contrast``, ``blurred``, ``turned_away``,
        ``tilted``.
        """
        found = {
            "too_small": self.size_px < limits.min_size_px,
            "too_dark": self.brightness < limits.min_brightness,
            "too_bright": self.brightness > limits.max_brightness,
            "low_contrast": self.contrast < limits.min_contrast,
            "blurred": self.sharpness < limits.min_sharpness,
            "turned_away": abs(self.yaw) > limits.max_yaw or abs(self.pitch) > limits.max_pitch,
            "tilted": abs(self.roll) > limits.max_roll,
        }
        return tuple(code for code, is_so in found.items() if is_so)

    @property
    def weight(self) -> float:
        """How much this frame should count as evidence, 0..1.

        A product of factors that are 1 for a frontal, sharp, sizeable, well-lit face and fall about as a
        person's cosine to themselves does when that one property gets worse.
        """
        size: float = min(1.0, (self.size_px / 32) ** 0.5)
        sharp: float = min(1.0, (self.sharpness / 0.015) ** 0.7)
        light = min(1.0, self.brightness / 12, self.contrast / 0.05)
        frontal = max(0.1, float(np.cos(np.radians(np.hypot(self.yaw, self.pitch)))))
        return max(0.02, size * sharp * light * frontal * self.detection)


# An enrolment photo is taken once and used for months. Nearly every photo of LFW passes.
ENROLMENT_LIMITS = QualityLimits(
    min_size_px=32,
    min_sharpness=0.010,
    min_brightness=25,
    max_brightness=235,
    min_contrast=0.05,
    max_yaw=50,
    max_pitch=35,
    max_roll=45,
)

# At the kiosk somebody is waiting and the burst has other frames: refuse only what the networks cannot read.
# Darkened photos are still recognised at a mean grey level of 8, since `recognition.exposure` lifts them.
PROBE_LIMITS = QualityLimits(
    min_size_px=18,
    min_sharpness=0.003,
    min_brightness=6,
    max_brightness=243,
    min_contrast=0.02,
    max_yaw=75,
    max_pitch=50,
    max_roll=75,
)


def head_pose(landmarks: np.ndarray) -> tuple[float, float, float]:
    """Yaw, pitch and roll in degrees from five landmarks ``(5, 2)``.

    Least-squares fit of a mean head under scaled orthographic projection; good to about ten degrees, enough
    to tell a face that looks at the camera from one that does not.
    """
    across, down = (_HEAD_SOLVER @ (landmarks - landmarks.mean(axis=0)).astype(np.float64)).T
    scale = (np.linalg.norm(across) + np.linalg.norm(down)) / 2
    if scale <= 0:
        return 0.0, 0.0, 0.0
    roll = np.arctan2(down[0], across[0])
    # Where the nose points in the picture, after the lean is taken out.
    nose = complex(across[2], down[2]) / scale * np.exp(-1j * roll)
    yaw, pitch = np.degrees(np.arcsin(np.clip([nose.real, nose.imag], -1, 1)))
    return float(yaw), float(pitch), float(np.degrees(roll))


def measure(image: np.ndarray, face: Face) -> Quality:
    """Measure one face of an RGB uint8 ``(H, W, 3)`` picture."""
    aligned = cv2.cvtColor(sface_crop(image, face), cv2.COLOR_RGB2GRAY)
    inner = aligned[_INNER].astype(np.float32)
    brightness = float(inner.mean())
    yaw, pitch, roll = head_pose(face.landmarks)
    return Quality(
        size_px=min(face.box[2], face.box[3]),
        sharpness=_detail(inner),
        brightness=brightness,
        contrast=float(inner.std()) / max(brightness, 1.0),
        yaw=yaw,
        pitch=pitch,
        roll=roll,
        detection=face.score,
    )


def _detail(grey: np.ndarray) -> float:
    """Share of the variance that a small blur along rows or columns removes, the lesser of the two."""
    variance = float(grey.var())
    if variance <= 0:
        return 0.0
    rows, columns = (
        float((grey - cv2.GaussianBlur(grey, size, 2, borderType=cv2.BORDER_REFLECT)).var()) / variance
        for size in ((13, 1), (1, 13))
    )
    # A face has twice as much detail up and down (brows, eyes, lips) as from side to side.
    return min(1.0, 2 * rows, columns)
