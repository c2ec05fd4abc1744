"""What is said while the server itself cannot do its work. Nothing of it is for ever."""

FAILURE_MESSAGES = {
    "not_ready": ("The server is warming up; please try again.", "서버가 준비 중입니다. 다시 시도해 주세요."),
    "busy": (
        "Many are asking at this moment; please try again shortly.",
        "지금 요청이 많습니다. 잠시 후 다시 시도해 주세요.",
    ),
    "database_away": (
        "The database does not answer at the moment. Nothing was changed; please try again shortly.",
        "지금 데이터베이스에 연결할 수 없습니다. 바뀐 것은 없으니 잠시 후 다시 시도해 주세요.",
    ),
    "storage_full": (
        "The server's disk is full. Nothing was changed; please tell whoever runs the server.",
        "서버의 저장 공간이 가득 찼습니다. 바뀐 것은 없습니다. 서버 관리자에게 알려 주세요.",
    ),
    "too_many_streams": ("Too many live views are open.", "실시간 화면이 너무 많이 열려 있습니다."),
}
"""Reason → (English, Korean)."""
