"""What each reason means to a person, in the languages the product speaks."""

from server.messages_accounts import ACCOUNT_MESSAGES
from server.messages_attendance import ATTENDANCE_MESSAGES
from server.messages_failures import FAILURE_MESSAGES
from server.messages_lti import LTI_MESSAGES
from server.messages_pictures import PICTURE_MESSAGES
from server.messages_recognition import RECOGNITION_MESSAGES
from server.messages_rosters import ROSTER_MESSAGES
from server.messages_timetable import TIMETABLE_MESSAGES

LANGUAGES = ("en", "ko")

MESSAGES: dict[str, tuple[str, str]] = {
    # decisions at the kiosk
    "no_face": ("No face was found.", "얼굴을 찾지 못했습니다."),
    "several_faces": ("More than one face is in view.", "화면에 얼굴이 여러 개 있습니다."),
    "low_quality": (
        "The picture is not good enough to recognise anybody.",
        "사진이 선명하지 않아 알아볼 수 없습니다.",
    ),
    "not_live": (
        "It could not be told that a person is there; please show your face itself.",
        "사람이 직접 서 있는지 확인하지 못했습니다. 얼굴을 직접 보여 주세요.",
    ),
    "session_closed": ("This session takes no check-ins now.", "지금은 이 수업의 출석을 받지 않습니다."),
    "code_unknown": (
        "This code is not valid here.",
        "사용할 수 없는 코드입니다.",
    ),
    "code_expired": (
        "This code is over; show the one on the screen now.",
        "지난 코드입니다. 지금 화면에 보이는 코드를 보여 주세요.",
    ),
    "code_used": (
        "This code was used; wait for the next.",
        "이미 사용한 코드입니다. 다음 코드를 기다려 주세요.",
    ),
    "pin_wrong": ("Student number or PIN is wrong.", "학번이나 PIN이 맞지 않습니다."),
    "too_many_tries": (
        "Too many wrong tries; please wait, or ask the instructor.",
        "여러 번 틀렸습니다. 잠시 기다리거나 선생님께 말씀해 주세요.",
    ),
    "invalid_code": ("The code is missing or too long.", "코드가 없거나 너무 깁니다."),
    "invalid_pin": ("Student number or PIN is missing.", "학번이나 PIN이 없습니다."),
    "pass_not_found": ("There is no such card or phone.", "해당 카드나 휴대전화를 찾을 수 없습니다."),
    "pass_link_used": (
        "This link was used or has ended. Ask your instructor for a new one.",
        "이미 사용했거나 끝난 링크입니다. 선생님께 새 링크를 받으세요.",
    ),
    "kept_out_of_time": (
        "The visit is too old, or its time lies ahead.",
        "너무 오래되었거나 아직 오지 않은 시각의 방문입니다.",
    ),
    # pictures
    "not_an_image": ("This is not a picture.", "사진 파일이 아닙니다."),
    "unsupported_format": (
        "Pictures must be JPEG, PNG or WebP.",
        "JPEG, PNG, WebP 사진만 사용할 수 있습니다.",
    ),
    "truncated": ("The picture is damaged or incomplete.", "사진이 손상되었거나 일부가 없습니다."),
    "too_many_bytes": ("The upload is too big.", "업로드가 너무 큽니다."),
    "too_many_pixels": ("The picture has too many pixels.", "사진의 해상도가 너무 높습니다."),
    # requests
    "invalid_frames": ("Send one to five frames.", "사진을 1장에서 5장까지 보내 주세요."),
    "invalid_nonce": ("The nonce must be a UUID.", "nonce는 UUID여야 합니다."),
    "invalid_session_id": (
        "The session's number is missing or wrong.",
        "수업 번호가 없거나 올바르지 않습니다.",
    ),
    "invalid_captured_at": (
        "captured_at must be a time with its zone (ISO 8601).",
        "captured_at은 시간대가 있는 시각(ISO 8601)이어야 합니다.",
    ),
    "invalid_gesture": ("gesture must be a small JSON object.", "gesture는 작은 JSON 객체여야 합니다."),
    "invalid_json": ("The request must be a JSON object.", "요청은 JSON 객체여야 합니다."),
    "nonce_reused": (
        "This nonce belongs to another visit.",
        "이 nonce는 다른 체크인에 사용되었습니다.",
    ),
    "answer_invalid": ("Answer O or X.", "O 또는 X로 답해 주세요."),
    "already_answered": ("This was answered otherwise before.", "이미 다르게 답했습니다."),
    "nothing_to_answer": ("There is nothing to answer here.", "답할 것이 없습니다."),
    "answer_expired": (
        "The answer came too late; please start again.",
        "시간이 지났습니다. 다시 시작해 주세요.",
    ),
    "check_in_not_found": ("There is no such check-in.", "해당 체크인을 찾을 수 없습니다."),
    "kiosk_not_paired": (
        "This browser is not a kiosk yet.",
        "이 브라우저는 아직 키오스크로 등록되지 않았습니다.",
    ),
    "pairing_code_unknown": (
        "No kiosk shows this code now. Codes change every minute: look at the kiosk again.",
        "지금 이 코드를 보여 주는 키오스크가 없습니다. 코드는 1분마다 바뀌니 키오스크를 다시 확인해 주세요.",
    ),
    "pairing_code_used": ("This code was used already.", "이미 사용된 코드입니다."),
    "cross_site": ("The request came from another site.", "다른 사이트에서 온 요청입니다."),
    # instructors
    "sign_in_required": ("Please sign in.", "로그인해 주세요."),
    "csrf_failed": ("The form has expired; please try again.", "양식이 만료되었습니다. 다시 시도해 주세요."),
    "too_many_requests": (
        "Too many tries; please wait a little.",
        "시도가 너무 많습니다. 잠시 후 다시 시도해 주세요.",
    ),
    "course_not_found": ("There is no such course.", "해당 강의를 찾을 수 없습니다."),
    "session_not_found": ("There is no such session.", "해당 수업을 찾을 수 없습니다."),
    "student_not_found": ("There is no such student in this course.", "이 강의에 해당 학생이 없습니다."),
    "photo_not_found": ("There is no such photo.", "해당 사진을 찾을 수 없습니다."),
    "kiosk_not_found": ("There is no such kiosk.", "해당 키오스크를 찾을 수 없습니다."),
    "picture_not_found": ("There is no such picture.", "해당 사진을 찾을 수 없습니다."),
    "status_invalid": ("There is no such status.", "알 수 없는 출결 상태입니다."),
    "session_already_open": (
        "This course has an open session already.",
        "이 강의에는 이미 열린 수업이 있습니다.",
    ),
    "session_not_open": ("The session is not open.", "열려 있는 수업이 아닙니다."),
    "session_not_scheduled": ("The session is not waiting to be opened.", "예정된 수업이 아닙니다."),
    "session_title_invalid": ("The title is too long.", "제목이 너무 깁니다."),
    "course_code_invalid": ("A course code has 1 to 32 characters.", "강의 코드는 1~32자여야 합니다."),
    "course_name_invalid": ("A course name has 1 to 200 characters.", "강의 이름은 1~200자여야 합니다."),
    "late_after_invalid": (
        "The time until late is between 0 and 1440 minutes.",
        "지각 기준은 0~1440분이어야 합니다.",
    ),
    "time_zone_invalid": ("There is no such time zone.", "알 수 없는 시간대입니다."),
    "student_number_invalid": ("A student number has 1 to 64 characters.", "학번은 1~64자여야 합니다."),
    "student_name_invalid": ("A name has 1 to 200 characters.", "이름은 1~200자여야 합니다."),
    "student_number_taken": (
        "This number belongs to a student of another name.",
        "이 학번은 다른 이름의 학생이 사용하고 있습니다.",
    ),
    "student_already_enrolled": ("The student is enrolled already.", "이미 등록된 학생입니다."),
    "csv_empty": ("The file is empty.", "파일이 비어 있습니다."),
    "csv_too_long": ("The file is too long.", "파일이 너무 깁니다."),
    "csv_unreadable": ("The file cannot be read as CSV.", "CSV로 읽을 수 없는 파일입니다."),
    "kiosk_name_invalid": ("A kiosk's name has 1 to 120 characters.", "키오스크 이름은 1~120자여야 합니다."),
    "email_invalid": ("This is not an e-mail address.", "이메일 주소가 올바르지 않습니다."),
    "email_taken": ("There is an account with this e-mail.", "이미 사용 중인 이메일입니다."),
    "name_missing": ("Please give a name.", "이름을 입력해 주세요."),
    "password_too_short": (
        "The password needs at least 10 characters.",
        "비밀번호는 10자 이상이어야 합니다.",
    ),
    "password_too_long": ("The password is too long.", "비밀번호가 너무 깁니다."),
    "setup_link_invalid": (
        "This link was used or has expired; the server prints a new one when it starts.",
        "사용되었거나 만료된 링크입니다. 서버를 다시 시작하면 새 링크가 출력됩니다.",
    ),
    "already_set_up": ("There is an administrator already.", "이미 관리자가 있습니다."),
    # enrolment photos
    "accepted": ("The photo was accepted.", "사진이 등록되었습니다."),
    "consent_missing": ("Consent comes first.", "먼저 동의를 받아야 합니다."),
    "duplicate": ("This photo is there already.", "이미 등록된 사진입니다."),
    "too_many_photos": ("There are enough photos of this student.", "이 학생의 사진이 이미 충분합니다."),
    "detectors_disagree": (
        "It is not clear where the face is; try another photo.",
        "얼굴 위치가 분명하지 않습니다. 다른 사진을 사용해 주세요.",
    ),
    "demo_unavailable": ("The demo class is not available.", "데모 수업을 사용할 수 없습니다."),
    # gesture models
    "gesture_not_a_zip": (
        "This is neither a zip nor the three files of an export.",
        "zip 파일도, 내보낸 파일 세 개도 아닙니다.",
    ),
    "gesture_zip_unsafe": (
        "The zip holds what an export never does (paths that lead out of it, links, several models).",
        "내보내기 파일에 있을 수 없는 것이 zip에 들어 있습니다(바깥을 가리키는 경로, 링크, 여러 모델).",
    ),
    "gesture_too_big": ("This is too big for a gesture model.", "제스처 모델치고는 너무 큽니다."),
    "gesture_file_missing": (
        "An export has three files: model.json, metadata.json and weights.bin. Not all of them are here.",
        "내보내기에는 model.json, metadata.json, weights.bin 세 파일이 있어야 하는데 일부가 없습니다.",
    ),
    "gesture_json_invalid": (
        "model.json or metadata.json cannot be read.",
        "model.json 또는 metadata.json을 읽을 수 없습니다.",
    ),
    "gesture_image_model": (
        "This is an image model. The kiosk needs a pose model: choose “Pose Project” in Teachable Machine.",
        "이미지 모델입니다. 티처블 머신에서 ‘포즈 프로젝트’로 만든 모델이 필요합니다.",
    ),
    "gesture_audio_model": (
        "This is an audio model. The kiosk needs a pose model: choose “Pose Project” in Teachable Machine.",
        "오디오 모델입니다. 티처블 머신에서 ‘포즈 프로젝트’로 만든 모델이 필요합니다.",
    ),
    "gesture_other_posenet": (
        "This model stands on another PoseNet than the kiosk's (MobileNetV1 0.75, stride 16, 257 pixels).",
        "키오스크와 다른 PoseNet을 쓰는 모델입니다(키오스크: MobileNetV1 0.75, 보폭 16, 257픽셀).",
    ),
    "gesture_topology_unknown": (
        "The network in model.json is not built like a pose model (dense layers, then softmax).",
        "model.json의 신경망 구조가 포즈 모델(dense 층과 softmax)과 다릅니다.",
    ),
    "gesture_input_size": (
        "A pose model takes PoseNet's 14739 numbers; this one takes something else.",
        "포즈 모델은 PoseNet의 값 14739개를 입력받는데, 이 모델은 다릅니다.",
    ),
    "gesture_labels_invalid": (
        "metadata.json has no usable list of labels.",
        "metadata.json에 쓸 수 있는 레이블 목록이 없습니다.",
    ),
    "gesture_labels_do_not_fit": (
        "The model has another number of outputs than of labels.",
        "모델의 출력 수와 레이블 수가 다릅니다.",
    ),
    "gesture_weights_do_not_fit": (
        "The weights that model.json lists are not those of its layers.",
        "model.json에 적힌 가중치가 층 구조와 맞지 않습니다.",
    ),
    "gesture_weights_elsewhere": (
        "The weights have to be in one file beside model.json, weights.bin.",
        "가중치는 model.json과 같은 곳의 weights.bin 파일 하나에 있어야 합니다.",
    ),
    "gesture_weights_dtype": (
        "The weights have to be plain float32 numbers.",
        "가중치는 압축하지 않은 float32여야 합니다.",
    ),
    "gesture_weights_truncated": (
        "weights.bin is cut off; please export or download it again.",
        "weights.bin이 잘려 있습니다. 다시 내보내거나 내려받아 주세요.",
    ),
    "gesture_weights_too_long": (
        "weights.bin is longer than model.json says; the files belong to different models.",
        "weights.bin이 model.json에 적힌 것보다 깁니다. 서로 다른 모델의 파일입니다.",
    ),
    "gesture_meaning_invalid": (
        "A label means CAPTURE, O, X or IDLE.",
        "레이블의 뜻은 CAPTURE, O, X, IDLE 중 하나여야 합니다.",
    ),
    "gesture_label_unknown": ("The model has no such label.", "모델에 그런 레이블이 없습니다."),
    "gesture_labels_unexplained": (
        "First say what each label of the model means.",
        "먼저 모델의 레이블이 각각 무엇을 뜻하는지 정해 주세요.",
    ),
    "gesture_none_known": (
        "A model of which no label means CAPTURE, O or X would never do anything.",
        "CAPTURE, O, X를 뜻하는 레이블이 없는 모델은 쓸 수 없습니다.",
    ),
    "gesture_model_not_found": ("There is no such gesture model.", "해당 제스처 모델을 찾을 수 없습니다."),
    "gesture_models_full": (
        "There are enough gesture models; remove one that is not needed.",
        "제스처 모델이 너무 많습니다. 쓰지 않는 모델을 지워 주세요.",
    ),
    **ATTENDANCE_MESSAGES,
    **TIMETABLE_MESSAGES,
    **ACCOUNT_MESSAGES,
    **LTI_MESSAGES,
    **RECOGNITION_MESSAGES,
    # the server's own state
    **FAILURE_MESSAGES,
    "bad_request": ("The request cannot be understood.", "요청을 이해할 수 없습니다."),
    "forbidden": ("This is not allowed.", "허용되지 않습니다."),
    "not_found": ("There is nothing here.", "페이지를 찾을 수 없습니다."),
    "method_not_allowed": ("This cannot be done here.", "허용되지 않는 요청입니다."),
    "unsupported_media_type": ("The request's content type is wrong.", "요청 형식이 올바르지 않습니다."),
    "internal_error": ("Something went wrong on the server.", "서버에 문제가 발생했습니다."),
    **PICTURE_MESSAGES,
    **ROSTER_MESSAGES,
}
"""Reason → (English, Korean)."""


def message(reason: str, language: str) -> str:
    """The sentence for a reason; English for a language that is not spoken."""
    english, korean = MESSAGES[reason]
    return korean if language == "ko" else english
