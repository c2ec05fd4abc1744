"""What each reason means to a person: comparing pictures, and the roll-call of a room."""

PICTURE_MESSAGES: dict[str, tuple[str, str]] = {
    "pictures_missing": ("Two pictures are needed.", "사진 두 장이 필요합니다."),
    "metric_invalid": (
        "The metric is cosine, euclidean or euclidean_l2.",
        "거리 종류는 cosine, euclidean, euclidean_l2 중 하나여야 합니다.",
    ),
    "picture_needed": ("A picture is needed.", "사진이 필요합니다."),
    "distinguish_off": (
        "Guessing apparent gender is switched off here: the operator has not stated what it would be for.",
        "겉모습으로 성별을 추정하는 기능이 꺼져 있습니다. 운영자가 사용 목적을 밝히지 않았습니다.",
    ),
    "distinguish_network_missing": (
        "The network for this has not been set up; please ask the operator.",
        "이 기능에 필요한 모델이 아직 설치되지 않았습니다. 운영자에게 문의해 주세요.",
    ),
    "picture_missing": ("A picture of the room is needed.", "교실 사진이 필요합니다."),
    "roll_call_empty": ("Nobody is chosen.", "선택한 학생이 없습니다."),
    "roll_call_status_invalid": (
        "A roll-call records present or late.",
        "사진 출석은 출석 또는 지각으로만 기록할 수 있습니다.",
    ),
    "camera_name_invalid": ("A camera's name has 1 to 120 characters.", "카메라 이름은 1~120자여야 합니다."),
    "camera_name_taken": ("There is a camera of this name.", "같은 이름의 카메라가 이미 있습니다."),
    "cameras_full": ("There are enough cameras.", "등록할 수 있는 카메라 수를 넘었습니다."),
    "camera_address_invalid": (
        "This is not an http or https address.",
        "http 또는 https로 시작하는 주소가 아닙니다.",
    ),
    "camera_host_not_allowed": (
        "The operator does not allow cameras at this host.",
        "운영자가 허용하지 않은 카메라 주소입니다.",
    ),
    "camera_unknown_host": ("There is no host of this name.", "주소의 호스트를 찾을 수 없습니다."),
    "invalid_camera_id": ("The camera's number is wrong.", "카메라 번호가 올바르지 않습니다."),
    "camera_not_found": ("There is no such camera.", "해당 카메라를 찾을 수 없습니다."),
    "camera_silent": (
        "The camera gives no picture.",
        "카메라에서 사진을 받지 못했습니다.",
    ),
    "threshold_invalid": ("The threshold is between 0 and 2.", "기준값은 0에서 2 사이여야 합니다."),
}
"""Reason → (English, Korean)."""
