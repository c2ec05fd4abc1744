"""What the reasons around attendance mean to a person: personal links, changes, contests."""

ATTENDANCE_MESSAGES: dict[str, tuple[str, str]] = {
    "student_link_over": (
        "This link has ended. Ask your instructor for a new one.",
        "끝난 링크입니다. 선생님께 새 링크를 받으세요.",
    ),
    "student_link_days_invalid": (
        "A link works for 1 to 400 days.",
        "링크의 유효 기간은 1~400일이어야 합니다.",
    ),
}
"""Reason → (English, Korean)."""
