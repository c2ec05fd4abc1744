"""The tables."""

from server.models.absence_alert import AbsenceAlertRule, SentMail
from server.models.account import Account, AccountLink, AccountLinkPurpose, Role, SetupLink
from server.models.account_face import AccountFace, AccountFaceChallenge, AccountFaceTemplate
from server.models.account_session import AccountSession
from server.models.api_token import ApiToken
from server.models.attendance import Attendance, AttendanceMethod, AttendanceStatus
from server.models.attendance_change import AttendanceChange, ChangeSource
from server.models.audit import AuditEntry, AuditHead
from server.models.backup import Backup, RowRemoval, RowRemovalKind
from server.models.base import Base, UTCDateTime, utc_now
from server.models.challenge import Challenge, ChallengeKind
from server.models.check_in import CheckIn, CheckInStatus
from server.models.class_session import ClassSession, SessionStatus
from server.models.contest import Contest, ContestStatus
from server.models.course import Course, Enrolment, course_instructor
from server.models.erasure import ErasureCertificate
from server.models.face import FacePhoto, FaceTemplate
from server.models.gesture_model import Gesture, GestureLabelMeaning, GestureModel, KioskGestureModel
from server.models.installation_note import InstallationNote
from server.models.kiosk import Kiosk
from server.models.lti import LtiContext, LtiPerson, LtiPlatform, LtiState
from server.models.outbox import OutboxEvent
from server.models.pairing import PairingCode
from server.models.photo_import import PhotoImport, PhotoImportItem, PhotoImportState
from server.models.rate_count import RateCount
from server.models.room_camera import RoomCamera
from server.models.roster_draft import RosterDraft
from server.models.roster_fit import FitStage, FitState, RosterFit
from server.models.roster_model_version import RosterModelVersion
from server.models.sealed_file import SealedFile
from server.models.second_factor import OneTimeCodes, Passkey, PasskeyChallenge, RecoveryCode
from server.models.status_minute import StatusMinute
from server.models.student import Consent, Student
from server.models.student_key import PassKind, StudentPass, StudentPin
from server.models.student_link import LinkPurpose, StudentLink
from server.models.timetable import TimetableException, WeeklyPattern
from server.models.visit_resolution import VisitResolution
from server.models.webhook import Webhook, WebhookDelivery

__all__ = [
    "AbsenceAlertRule",
    "Account",
    "AccountFace",
    "AccountFaceChallenge",
    "AccountFaceTemplate",
    "AccountLink",
    "AccountLinkPurpose",
    "AccountSession",
    "ApiToken",
    "Attendance",
    "AttendanceChange",
    "AttendanceMethod",
    "AttendanceStatus",
    "AuditEntry",
    "AuditHead",
    "Backup",
    "Base",
    "Challenge",
    "ChallengeKind",
    "ChangeSource",
    "CheckIn",
    "CheckInStatus",
    "ClassSession",
    "Consent",
    "Contest",
    "ContestStatus",
    "Course",
    "Enrolment",
    "ErasureCertificate",
    "FacePhoto",
    "FaceTemplate",
    "FitStage",
    "FitState",
    "Gesture",
    "GestureLabelMeaning",
    "GestureModel",
    "InstallationNote",
    "Kiosk",
    "KioskGestureModel",
    "LinkPurpose",
    "LtiContext",
    "LtiPerson",
    "LtiPlatform",
    "LtiState",
    "OneTimeCodes",
    "OutboxEvent",
    "PairingCode",
    "PassKind",
    "Passkey",
    "PasskeyChallenge",
    "PhotoImport",
    "PhotoImportItem",
    "PhotoImportState",
    "RateCount",
    "RecoveryCode",
    "Role",
    "RoomCamera",
    "RosterDraft",
    "RosterFit",
    "RosterModelVersion",
    "RowRemoval",
    "RowRemovalKind",
    "SealedFile",
    "SentMail",
    "SessionStatus",
    "SetupLink",
    "StatusMinute",
    "Student",
    "StudentLink",
    "StudentPass",
    "StudentPin",
    "TimetableException",
    "UTCDateTime",
    "VisitResolution",
    "Webhook",
    "WebhookDelivery",
    "WeeklyPattern",
    "course_instructor",
    "utc_now",
]
