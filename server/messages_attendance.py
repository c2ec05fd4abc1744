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
    "reason_too_long": (
        "The reason is too long (500 characters at most).",
        "사유는 500자까지 쓸 수 있습니다.",
    ),
    "change_not_found": ("There is no such change of this entry.", "이 기록에 그런 변경이 없습니다."),
    "change_not_newest": (
        "This entry was changed again since; the newest change has to be undone first.",
        "그 뒤에 기록이 다시 바뀌었습니다. 가장 최근 변경부터 되돌려 주세요.",
    ),
    "visit_not_found": ("There is no such visit.", "해당 방문을 찾을 수 없습니다."),
    "visit_resolved": (
        "Somebody has said already who this was.",
        "누구였는지 이미 지정된 방문입니다.",
    ),
}
"""Reason → (English, Korean)."""
