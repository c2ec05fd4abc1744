"""What the reasons of learning management systems mean to a person."""

LTI_MESSAGES: dict[str, tuple[str, str]] = {
    "lti_platform_unknown": (
        "This learning management system is not registered here.",
        "등록되지 않은 학습 관리 시스템입니다.",
    ),
    "lti_launch_invalid": (
        "The learning management system's message is not valid or too old; open the course page again.",
        "학습 관리 시스템이 보낸 정보가 올바르지 않거나 만료되었습니다. 강의 페이지를 다시 열어 주세요.",
    ),
    "lti_role_unknown": (
        "You neither teach nor attend this course.",
        "이 강의의 선생님도 학생도 아닙니다.",
    ),
    "lti_platform_invalid": (
        "Some of the platform's data are missing or no addresses.",
        "플랫폼 정보가 빠졌거나 주소가 올바르지 않습니다.",
    ),
    "lti_platform_known": (
        "This issuer is registered with this client ID already.",
        "이미 등록된 플랫폼 ID와 클라이언트 ID입니다.",
    ),
    "lti_platform_not_found": ("There is no such platform.", "해당 플랫폼을 찾을 수 없습니다."),
    "lti_context_not_found": (
        "There is no such course of a learning management system.",
        "학습 관리 시스템에서 해당 강의를 찾을 수 없습니다.",
    ),
    "lti_connection_over": (
        "This took too long, or was done already. Please open the course page again.",
        "시간이 지났거나 이미 연결되었습니다. 강의 페이지를 다시 열어 주세요.",
    ),
    "lti_course_not_connected": (
        "Your instructor has not connected this course yet.",
        "선생님이 아직 이 강의를 연결하지 않았습니다.",
    ),
    "lti_student_unknown": (
        "You are not on the roster of this course yet. Please ask your instructor.",
        "아직 이 강의의 명단에 없습니다. 선생님께 말씀해 주세요.",
    ),
    "lti_no_roster_service": (
        "The platform does not share its roster with this tool.",
        "플랫폼이 이 도구에 명단을 제공하지 않습니다.",
    ),
    "lti_no_grade_service": (
        "The platform does not take grades from this tool.",
        "플랫폼이 이 도구의 성적을 받지 않습니다.",
    ),
    "lti_platform_away": (
        "The platform does not answer as it should. Please try again later.",
        "플랫폼이 제대로 응답하지 않습니다. 나중에 다시 시도해 주세요.",
    ),
    "administrator_only": ("Only an administrator can do this.", "관리자만 할 수 있습니다."),
}
