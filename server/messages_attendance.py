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
    "contest_words_invalid": (
        "Please say what is wrong, in up to 1000 characters.",
        "무엇이 잘못되었는지 1000자 이내로 적어 주세요.",
    ),
    "contest_open": (
        "You have contested this entry already; the answer is still to come.",
        "이미 이의를 신청하셨습니다. 답변을 기다려 주세요.",
    ),
    "contest_too_often": (
        "This entry was contested three times; please speak with your instructor.",
        "이 기록에는 이미 세 번 이의를 신청하셨습니다. 선생님께 직접 말씀해 주세요.",
    ),
    "contest_not_found": ("There is no such contest.", "해당 이의 신청을 찾을 수 없습니다."),
    "contest_answered": ("This was answered already.", "이미 답변한 이의 신청입니다."),
    "contest_answer_missing": (
        "Please write the student why it is declined.",
        "받아들이지 않는 까닭을 학생에게 적어 주세요.",
    ),
    "contest_answer_too_long": (
        "The answer is too long (1000 characters at most).",
        "답변은 1000자까지 쓸 수 있습니다.",
    ),
    "alert_after_invalid": (
        "An alert comes after 1 to 50 absences in a row.",
        "연속 결석 알림 기준은 1~50회여야 합니다.",
    ),
}
"""Reason → (English, Korean)."""
