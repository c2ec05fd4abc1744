"""What the reasons around photos of a whole course and its roster model mean to a person."""

RECOGNITION_MESSAGES: dict[str, tuple[str, str]] = {
    "shot_unknown": ("There is no such shot.", "알 수 없는 촬영 자세입니다."),
    "number_missing": ("The name says no student number.", "파일 이름에 학번이 없습니다."),
    "import_not_found": ("There is no such import.", "해당 가져오기를 찾을 수 없습니다."),
    "import_not_open": ("This import is not open any more.", "이미 끝났거나 시작된 가져오기입니다."),
    "upload_incomplete": ("The ZIP was not sent whole.", "ZIP 파일이 다 보내지지 않았습니다."),
    "upload_part_invalid": ("This part does not belong to the ZIP.", "ZIP 파일의 조각이 맞지 않습니다."),
    "zip_empty": ("There is no photo in the ZIP.", "ZIP 파일에 사진이 없습니다."),
    "zip_too_big": (
        "The ZIP is too big: at most 2 GB, and 6 GB unpacked.",
        "ZIP 파일이 너무 큽니다. 최대 2GB, 압축을 풀었을 때 6GB까지입니다.",
    ),
    "zip_too_many_files": (
        "There are too many files in the ZIP: at most 2,000.",
        "ZIP 파일에 파일이 너무 많습니다. 최대 2,000개입니다.",
    ),
    "zip_unreadable": ("The ZIP is damaged, or no ZIP at all.", "손상되었거나 ZIP이 아닌 파일입니다."),
    "zip_unsafe": (
        "The ZIP holds paths that lead outside, links, or encrypted files.",
        "ZIP 파일에 바깥을 가리키는 경로, 링크 또는 암호화된 파일이 있습니다.",
    ),
    "fit_under_way": ("A fit is under way already.", "이미 학습이 진행 중입니다."),
    "nothing_to_fit": (
        "Nobody of this course has photos yet.",
        "이 강의에는 아직 사진이 있는 학생이 없습니다.",
    ),
    "too_few_photos": (
        "None of the photos can be learnt from.",
        "학습할 수 있는 사진이 없습니다.",
    ),
    "interrupted": (
        "The server was stopped meanwhile; the fit is done anew.",
        "서버가 멈추어 중단되었습니다. 다시 학습합니다.",
    ),
    "version_not_found": ("There is no such version.", "해당 버전을 찾을 수 없습니다."),
    "version_serves": ("This version is in use.", "지금 사용 중인 버전입니다."),
    "version_held_deleted": (
        "This version held photos or people that were deleted since. It is gone too, and cannot come back.",
        "이후에 삭제된 사진이나 학생이 들어 있던 버전입니다. 함께 삭제되어 되돌릴 수 없습니다.",
    ),
    "version_removed": (
        "The files of this old version are deleted; only its figures are left.",
        "오래된 버전이라 파일이 삭제되었고 수치만 남아 있습니다.",
    ),
    "version_other_networks": (
        "This version was made with other networks than those in use.",
        "지금과 다른 신경망으로 만든 버전입니다.",
    ),
    "version_empty": ("Nobody is in this version.", "이 버전에는 학생이 없습니다."),
    "version_unusable": ("The files of this version are damaged.", "이 버전의 파일이 손상되었습니다."),
    "roster_changing": (
        "The roster is changing just now; please try again.",
        "지금 명단이 바뀌고 있습니다. 다시 시도해 주세요.",
    ),
}
"""Reason → (English, Korean)."""
