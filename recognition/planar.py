"""Whether two pictures of a face are two views of one flat picture: by their pixels, not by landmarks.

Landmark networks know what heads look like, and may see a turned head in a photograph that is held aslant.
Its pixels do not lie: the one view, warped by a homography, is the other. A head that turned is never that
good a fit, since nose, brows and cheeks move against each other.

Registration after Evangelidis, Psarakis: "Parametric Image Alignment Using Enhanced Correlation Coefficient
Maximization", IEEE PAMI 30(10), 2008, as `cv2.findTransformECC` has it.
"""

import cv2
import numpy as np

from recognition.detection import Face

SIDE = 112
_EYES_TO_MOUTH = 35.0
"""Pixels in the crop: brows to chin and both cheeks lie inside, with room for the registration to move."""
_EYES_AT = np.array([56.0, 47.0])
_OVAL = (31.0, 38.0)
"""Half axes of the inner face in the crop, pixels; what lies outside is hair and background."""
_BLUR = 1.2
_STOP = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 60, 1e-4)
_OUTER = [0, 1, 3, 4]


def planar_fit(before: np.ndarray, face: Face, after: np.ndarray, face_after: Face) -> float:
    """How well the best homography carries one face onto the other: correlation of grey levels, -1..1.

    About 0.99 for two views of a flat picture, however it is held; below 0.97 for a head that turned well.

    Args:
        before, after: RGB uint8 ``(H, W, 3)`` pictures, with the face of each.
    """
    first, points = _crop(before, face)
    second, points_after = _crop(after, face_after)
    x, y = points.mean(axis=0)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    oval = ((columns - x) / _OVAL[0]) ** 2 + ((rows - y) / _OVAL[1]) ** 2 < 1
    best = -1.0
    for start in _starts(points, points_after):
        try:
            fit, _ = cv2.findTransformECC(
                first, second, start, cv2.MOTION_HOMOGRAPHY, _STOP, oval.astype(np.uint8), 5
            )
        except cv2.error:
            continue  # This start leads nowhere: the views do not overlap enough there.
        best = max(best, float(fit))
    return best


def foreshortening(before: Face, after: Face) -> float:
    """How much narrower the face has become for its height: eye to eye over eyes to mouth, against before."""
    return _width_to_height(after.landmarks) / max(_width_to_height(before.landmarks), 1e-6)


def _width_to_height(points: np.ndarray) -> float:
    down = points[3:].mean(axis=0) - points[:2].mean(axis=0)
    return float(np.hypot(*(points[1] - points[0])) / max(np.hypot(*down), 1e-6))


def _crop(image: np.ndarray, face: Face) -> tuple[np.ndarray, np.ndarray]:
    """The face upright in grey ``(112, 112)`` float32, eyes to mouth always as long; its landmarks there."""
    points = face.landmarks.astype(np.float64)
    eyes, mouth = points[:2].mean(axis=0), points[3:].mean(axis=0)
    down = mouth - eyes
    scale = _EYES_TO_MOUTH / max(float(np.hypot(*down)), 1e-6)
    lean = np.arctan2(down[0], down[1])
    cos, sin = scale * np.cos(lean), scale * np.sin(lean)
    upright = np.array([[cos, -sin], [sin, cos]])
    warp = np.column_stack([upright, _EYES_AT - upright @ eyes])
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    crop = cv2.warpAffine(grey, warp, (SIDE, SIDE), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    smooth = cv2.GaussianBlur(crop, (0, 0), _BLUR).astype(np.float32)
    return smooth, points @ upright.T + warp[:, 2]


def _starts(before: np.ndarray, after: np.ndarray) -> list[np.ndarray]:
    """Where the registration begins: the landmarks' best affine map, and eyes' and mouth's homography."""
    affine = np.linalg.lstsq(np.column_stack([before, np.ones(5)]), after, rcond=None)[0].T
    outer = cv2.getPerspectiveTransform(before[_OUTER].astype(np.float32), after[_OUTER].astype(np.float32))
    return [np.vstack([affine, [0, 0, 1]]).astype(np.float32), outer.astype(np.float32)]
