"""What the reasons about accounts mean to a person."""

ACCOUNT_MESSAGES: dict[str, tuple[str, str]] = {
    "role_forbids": (
        "Your role does not allow this. An administrator can change it.",
        "지금 역할로는 할 수 없는 일입니다. 관리자에게 문의해 주세요.",
    ),
    "password_wrong": ("This is not your present password.", "현재 비밀번호가 맞지 않습니다."),
    "account_link_invalid": (
        "This link was used or has ended. Ask for a new one.",
        "이미 사용했거나 기한이 지난 링크입니다. 새 링크를 요청해 주세요.",
    ),
    "code_wrong": ("This code is wrong, or was used already.", "코드가 틀렸거나 이미 쓴 코드입니다."),
    "one_time_codes_in_use": (
        "An authenticator app is in use already; remove it first.",
        "이미 인증 앱을 쓰고 있습니다. 먼저 지워 주세요.",
    ),
    "proof_needed": (
        "Please enter your password again first.",
        "먼저 비밀번호를 다시 입력해 주세요.",
    ),
    "passkey_refused": ("This passkey was not accepted.", "이 패스키를 사용할 수 없습니다."),
    "passkey_not_found": ("There is no such passkey.", "해당 패스키를 찾을 수 없습니다."),
    "too_many_passkeys": (
        "There are enough passkeys; remove one that is not needed.",
        "패스키가 너무 많습니다. 쓰지 않는 패스키를 지워 주세요.",
    ),
    "face_not_offered": (
        "The face can only stand in for an app or a passkey: set one of them up first.",
        "얼굴은 인증 앱이나 패스키를 대신할 때만 쓸 수 있습니다. 먼저 둘 중 하나를 설정해 주세요.",
    ),
    "face_not_in_use": (
        "Signing in with the camera is not set up for this account.",
        "이 계정은 카메라 로그인을 쓰지 않습니다.",
    ),
    "face_rests": (
        "The camera did not recognise you five times. Please sign in another way; then it works again.",
        "카메라가 다섯 번 알아보지 못했습니다. 다른 방법으로 로그인하시면 다시 쓸 수 있습니다.",
    ),
    "face_outdated": (
        "The recognition was changed: take your photos again under Second factor.",
        "인식 방식이 바뀌었습니다. 2단계 인증에서 사진을 다시 찍어 주세요.",
    ),
    "another_person": (
        "This is not the face of the other photos.",
        "다른 사진 속 얼굴과 같은 사람이 아닙니다.",
    ),
    "certificate_not_found": ("There is no such certificate.", "해당 증명서를 찾을 수 없습니다."),
    "account_not_found": ("There is no such account.", "해당 계정을 찾을 수 없습니다."),
    "sign_in_not_found": ("You are not signed in there any more.", "이미 로그아웃된 기기입니다."),
    "role_invalid": ("There is no such role.", "그런 역할은 없습니다."),
    "own_account": (
        "Your own role and access can only be changed by another administrator.",
        "본인의 역할과 사용 여부는 다른 관리자만 바꿀 수 있습니다.",
    ),
}
