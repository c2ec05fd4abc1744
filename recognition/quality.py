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
        sharpness: variance of the Laplacian of the aligned grey crop over its contrast squared; falls with
            blur, hardly changes with light.
        brightness: mean grey level of the inner face, 0..255.
        contrast: standard deviation of the grey levels there.
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

        Product of soft factors that are near 1 for a frontal, sharp, sizeable, well-lit face.
        """
        size = min(1.0, self.size_px / 80)
        sharp = min(1.0, (self.sharpness / 0.05) ** 0.5)
        light = min(1.0, self.brightness / 60, (255 - self.brightness) / 35)
        frontal = float(np.cos(np.radians(min(80.0, float(np.hypot(self.yaw, self.pitch))))))
        return float(max(0.05, size * sharp * max(light, 0.0) * frontal * self.detection))


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
    contrast = float(inner.std())
    edges = cv2.Laplacian(inner, cv2.CV_32F, borderType=cv2.BORDER_REPLICATE)
    yaw, pitch, roll = head_pose(face.landmarks)
    return Quality(
        size_px=min(face.box[2], face.box[3]),
        sharpness=float(edges.var()) / max(contrast * contrast, 1.0),
        brightness=float(inner.mean()),
        contrast=contrast,
        yaw=yaw,
        pitch=pitch,
        roll=roll,
        detection=face.score,
    )


# Enrolment photos are looked at once and used for months; see docs/accuracy.md for how they fall.
ENROLMENT_LIMITS = QualityLimits(
    min_size_px=48,
    min_sharpness=0.01,
    min_brightness=30,
    max_brightness=235,
    min_contrast=10,
    max_yaw=50,
    max_pitch=40,
    max_roll=45,
)

# At the kiosk somebody is waiting, and the burst has other frames.
PROBE_LIMITS = QualityLimits(
    min_size_px=36,
    min_sharpness=0.005,
    min_brightness=15,
    max_brightness=245,
    min_contrast=6,
    max_yaw=60,
    max_pitch=50,
    max_roll=60,
)
