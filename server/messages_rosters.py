"""What the reasons of rosters and of what leaves the house mean to a person."""

ROSTER_MESSAGES: dict[str, tuple[str, str]] = {
    "workbook_unreadable": (
        "The file cannot be read as an Excel workbook (XLSX).",
        "Excel 파일(XLSX)로 읽을 수 없습니다.",
    ),
    "roster_archive_too_big": (
        "What is packed in this file is too big for a roster.",
        "압축된 내용이 명단치고는 너무 큽니다.",
    ),
    "roster_row_repeated": (
        "This number is on the list more than once; the first line counts.",
        "목록에 같은 학번이 여러 번 있습니다. 처음 나온 줄을 사용합니다.",
    ),
    "roster_columns_invalid": (
        "Number and name have to be different columns of the list.",
        "학번과 이름은 목록의 서로 다른 열이어야 합니다.",
    ),
    "oneroster_unreadable": (
        "The zip cannot be read as a OneRoster bundle.",
        "OneRoster 파일로 읽을 수 없는 zip입니다.",
    ),
    "oneroster_incomplete": (
        "Something is missing for a OneRoster 1.1 bundle in bulk mode:",
        "OneRoster 1.1 전체(bulk) 파일에 필요한 것이 없습니다:",
    ),
    "roster_class_invalid": ("Choose one of the classes.", "반을 하나 골라 주세요."),
    "roster_draft_not_found": (
        "There is no such list; it may have been taken over already.",
        "해당 목록이 없습니다. 이미 반영되었을 수 있습니다.",
    ),
    "roster_draft_expired": (
        "This list has waited for too long; please bring it again.",
        "목록을 확인할 시간이 지났습니다. 다시 가져와 주세요.",
    ),
    "roster_changed_meanwhile": (
        "The roster has changed meanwhile. This is what the list would do now; please look again.",
        "그사이 명단이 바뀌었습니다. 지금 기준으로 달라지는 내용을 다시 확인해 주세요.",
    ),
    "roster_nothing_to_do": ("The list changes nothing.", "목록으로 달라지는 것이 없습니다."),
    "nobody_chosen": ("Tick the students first.", "먼저 학생을 선택해 주세요."),
    "token_invalid": (
        "The token is missing, unknown or revoked.",
        "토큰이 없거나, 알 수 없거나, 취소된 토큰입니다.",
    ),
    "token_cannot_write": ("This token may only read.", "읽기만 할 수 있는 토큰입니다."),
    "token_name_invalid": ("A name has 1 to 120 characters.", "이름은 1~120자여야 합니다."),
    "token_not_found": ("There is no such token.", "해당 토큰이 없습니다."),
    "too_many_tokens": (
        "There are enough tokens; revoke one that is not needed.",
        "토큰이 너무 많습니다. 쓰지 않는 토큰을 취소해 주세요.",
    ),
    "webhook_url_invalid": ("This is not an address.", "주소가 올바르지 않습니다."),
    "webhook_needs_https": (
        "The address has to begin with https; the operator can allow others (WEBHOOK_HOSTS).",
        "주소는 https로 시작해야 합니다. 운영자가 예외를 둘 수 있습니다(WEBHOOK_HOSTS).",
    ),
    "webhook_address_private": (
        "This address lies in a private network; the operator can allow it (WEBHOOK_HOSTS).",
        "사설망 주소입니다. 운영자가 허용할 수 있습니다(WEBHOOK_HOSTS).",
    ),
    "webhook_not_found": ("There is no such webhook.", "해당 웹훅이 없습니다."),
    "too_many_webhooks": (
        "There are enough webhooks; remove one that is not needed.",
        "웹훅이 너무 많습니다. 쓰지 않는 웹훅을 지워 주세요.",
    ),
    "cursor_invalid": (
        "The cursor is not one that a page gave.",
        "이전 페이지에서 받은 cursor가 아닙니다.",
    ),
    "limit_invalid": ("limit is between 1 and 500.", "limit은 1~500이어야 합니다."),
    "roster_rows_invalid": (
        "Some rows are bad; nothing was changed.",
        "잘못된 행이 있어 아무것도 바꾸지 않았습니다.",
    ),
    "too_many_sheets": (
        "That is more than 40 sessions; choose fewer days.",
        "수업이 40개를 넘습니다. 기간을 줄여 주세요.",
    ),
    "too_many_courses": (
        "That is more than 50 courses; take them away one by one, or over the JSON API.",
        "강의가 50개를 넘습니다. 하나씩 내려받거나 JSON API를 이용해 주세요.",
    ),
    "font_missing": (
        "The Korean font of PDF files is missing. The operator gets it with: python -m server fonts",
        "PDF에 쓸 한글 글꼴이 없습니다. 운영자가 python -m server fonts 명령으로 설치할 수 있습니다.",
    ),
    "day_invalid": ("A day is written like 2026-03-02.", "날짜는 2026-03-02처럼 써야 합니다."),
    "same_course": ("The students are in this course already.", "이미 이 강의에 있는 학생입니다."),
}
"""Reason → (English, Korean)."""
