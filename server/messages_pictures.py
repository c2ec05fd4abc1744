"""What each reason means to a person: comparing pictures, and the roll-call of a room."""

PICTURE_MESSAGES: dict[str, tuple[str, str]] = {
    "pictures_missing": ("Two pictures are needed.", "사진 두 장이 필요합니다."),
    "metric_invalid": (
        "The metric is cosine, euclidean or euclidean_l2.",
        "거리 종류는 cosine, euclidean, euclidean_l2 중 하나여야 합니다.",
    ),
    "threshold_invalid": ("The threshold is between 0 and 2.", "기준값은 0에서 2 사이여야 합니다."),
}
"""Reason → (English, Korean)."""
