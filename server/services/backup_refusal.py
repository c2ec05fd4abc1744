"""Why a backup is not made or not restored."""

from enum import StrEnum

from server.exceptions import StartupError


class Refusal(StrEnum):
    """The reasons; each stands before the sentence that an operator reads."""

    EXISTS = "exists"
    EMPTY = "empty"
    NO_KEY = "no_key"
    NOT_A_BACKUP = "not_a_backup"
    NEWER_FORMAT = "newer_format"
    NEWER_SCHEMA = "newer_schema"
    WRONG_KEY = "wrong_key"
    DAMAGED = "damaged"
    TRUNCATED = "truncated"
    INCOMPLETE = "incomplete"
    NOT_EMPTY = "not_empty"
    IN_USE = "in_use"
    DOES_NOT_FIT = "does_not_fit"
    BAD_ERASURES = "bad_erasures"
    UNREADABLE = "unreadable"
    UNWRITABLE = "unwritable"


SENTENCES = {
    Refusal.EXISTS: "There is a file of this name already; nothing was written.",
    Refusal.EMPTY: "There is no data to back up yet.",
    Refusal.NO_KEY: "A backup is sealed with a passphrase of at least 12 characters: --key-file FILE, or"
    " FACE_CHECKIN_BACKUP_KEY.",
    Refusal.NOT_A_BACKUP: "This file is no backup of Face Check-in.",
    Refusal.NEWER_FORMAT: "This backup was made by a newer version of Face Check-in, in a format that"
    " this one does not know.",
    Refusal.NEWER_SCHEMA: "This backup was made by a newer version of Face Check-in; restore it with"
    " that one.",
    Refusal.WRONG_KEY: "The passphrase is not this backup's, or the first bytes of the file were changed.",
    Refusal.DAMAGED: "The backup was changed or damaged since it was made.",
    Refusal.TRUNCATED: "The backup ends too early.",
    Refusal.INCOMPLETE: "What the backup holds is not what its manifest names.",
    Refusal.NOT_EMPTY: "There is something where the backup is to go; --replace moves it aside first.",
    Refusal.IN_USE: "A server is using the data that is to be replaced; stop it first.",
    Refusal.DOES_NOT_FIT: "The database does not take what the backup holds.",
    Refusal.BAD_ERASURES: "The list of erasures is not one of the installation that made the backup.",
    Refusal.UNREADABLE: "The file cannot be read.",
    Refusal.UNWRITABLE: "It cannot be written.",
}


class BackupRefused(StartupError):
    """A backup that is not made or not restored; nothing that was there is touched.

    :ivar reason: enumerated.
    """

    exit_code = 65

    def __init__(self, reason: Refusal, detail: str = "") -> None:
        super().__init__(f"{reason}: {SENTENCES[reason]}{f' ({detail})' if detail else ''}")
        self.reason = reason
