"""Reasons about courses' settings and timetables, as sentences."""

TIMETABLE_MESSAGES: dict[str, tuple[str, str]] = {
    "session_minutes_invalid": (
        "A session is between 1 and 1440 minutes long.",
        "수업 시간은 1~1440분이어야 합니다.",
    ),
    "absent_after_invalid": (
        "The time until absent is not shorter than the time until late, and at most 1440 minutes.",
        "결석 기준은 지각 기준보다 짧을 수 없고 1440분 이하여야 합니다.",
    ),
    "opens_before_invalid": (
        "Check-in opens between 0 and 240 minutes before the start.",
        "출석은 수업 시작 0~240분 전에 열 수 있습니다.",
    ),
    "minimum_stay_invalid": (
        "The minimum stay is between 0 and 1440 minutes.",
        "최소 수업 시간은 0~1440분이어야 합니다.",
    ),
    "term_name_invalid": ("A term's name has at most 100 characters.", "학기 이름은 100자 이하여야 합니다."),
    "term_days_invalid": (
        "A term has a first day and a last day that is not before it.",
        "학기는 첫날과 마지막 날이 모두 있어야 하고, 마지막 날이 첫날보다 빠를 수 없습니다.",
    ),
    "course_has_open_session": (
        "A session of this course is open; close it first.",
        "열려 있는 수업이 있습니다. 먼저 수업을 마감해 주세요.",
    ),
    "session_over_already": (
        "A session at that time would be over already.",
        "그 시각이면 이미 끝난 수업입니다.",
    ),
    "session_has_begun": (
        "The session is open: its start cannot be moved any more.",
        "이미 열린 수업이라 시작 시각을 바꿀 수 없습니다.",
    ),
    "session_not_editable": (
        "A session that is over or cancelled is not changed any more.",
        "끝났거나 취소된 수업은 바꿀 수 없습니다.",
    ),
    "pattern_weekdays_missing": ("Choose at least one day of the week.", "요일을 하나 이상 골라 주세요."),
    "pattern_days_invalid": (
        "The last day is not before the first, and at most 400 days after it.",
        "마지막 날은 첫날과 같거나 그 뒤여야 하고, 400일을 넘을 수 없습니다.",
    ),
    "pattern_not_found": ("There is no such weekly pattern.", "해당 주간 수업을 찾을 수 없습니다."),
    "patterns_full": (
        "A course has at most 20 weekly patterns.",
        "주간 수업은 강의마다 20개까지 만들 수 있습니다.",
    ),
    "exception_days_invalid": (
        "The last day is not before the first, and at most 400 days after it.",
        "마지막 날은 첫날과 같거나 그 뒤여야 하고, 400일을 넘을 수 없습니다.",
    ),
    "exception_move_invalid": (
        "One day can be moved to another one, not several at once.",
        "하루만 다른 날로 옮길 수 있습니다. 여러 날을 한꺼번에 옮길 수는 없습니다.",
    ),
    "exception_overlaps": (
        "Another holiday or exception is on one of these days already.",
        "그 기간에 이미 다른 휴일이나 예외가 있습니다.",
    ),
    "exception_note_invalid": ("The note has at most 200 characters.", "메모는 200자 이하여야 합니다."),
    "exception_not_found": (
        "There is no such holiday or exception.",
        "해당 휴일이나 예외를 찾을 수 없습니다.",
    ),
    "exceptions_full": (
        "A course has at most 100 holidays and exceptions.",
        "휴일과 예외는 강의마다 100개까지 만들 수 있습니다.",
    ),
    "calendar_missing": ("Choose a file.", "파일을 골라 주세요."),
    "calendar_too_big": (
        "The calendar is too big: at most 400 kB.",
        "캘린더 파일이 너무 큽니다. 400kB까지 가져올 수 있습니다.",
    ),
    "calendar_unreadable": (
        "This cannot be read as a calendar (iCalendar, .ics).",
        "캘린더(iCalendar, .ics)로 읽을 수 없는 파일입니다.",
    ),
    "calendar_too_many": (
        "The calendar holds too much: at most 500 events and 500 sessions.",
        "캘린더에 일정이 너무 많습니다. 일정 500개, 수업 500개까지 가져올 수 있습니다.",
    ),
    "calendar_not_found": ("There is no such calendar.", "해당 캘린더를 찾을 수 없습니다."),
    "event_unreadable": ("The event cannot be read.", "읽을 수 없는 일정입니다."),
    "event_all_day": ("It lasts whole days.", "종일 일정입니다."),
    "event_zone_unknown": ("Its time zone is unknown.", "알 수 없는 시간대입니다."),
    "event_recurrence_unsupported": (
        "It recurs as timetables do not; daily, weekly and monthly is understood.",
        "지원하지 않는 반복 규칙입니다. 매일, 매주, 매월 반복만 가져올 수 있습니다.",
    ),
    "event_too_long": ("It is longer than a day.", "하루보다 긴 일정입니다."),
    "event_too_far": ("It is more than 400 days ahead.", "400일보다 먼 일정입니다."),
    "event_cancelled": ("It is cancelled.", "취소된 일정입니다."),
    "session_not_cancelled": ("The session is not cancelled.", "취소된 수업이 아닙니다."),
}
"""Reason → (English, Korean)."""
