"""How ladders, policies, work of the machine and backups are told."""

from __future__ import annotations

from app.audit.tags import Tag
from app.audit.wording.words import Wording

HOUSE = {
    Tag.LADDER_PUBLISHED: Wording(
        "Ladder published", "published a version of a ladder", in_full="published {ladder} {version}"
    ),
    Tag.LADDER_ADOPTED: Wording(
        "Ladder adopted",
        "adopted a version of a ladder",
        in_full="adopted {ladder} {version} from {starts_on}",
    ),
    Tag.POLICY_SET: Wording("Policy set", "set a policy", in_full="set the policy {key} from {old} to {new}"),
    Tag.JOB_RETRIED: Wording("Job run again", "let a job run again", in_full="let a job run again: {kind}"),
    Tag.JOB_CANCELLED: Wording("Job cancelled", "cancelled a job", in_full="cancelled a job: {kind}"),
    Tag.JOB_FAILED: Wording("Job failed", "gave a job up", in_full="gave a job up: {kind}"),
    Tag.MAIL_RETRIED: Wording(
        "Mail sent again", "let a mail to {subject} be sent again", told="let a mail to you be sent again"
    ),
    Tag.MAIL_FAILED: Wording(
        "Mail not sent", "could not send a mail to {subject}", told="could not send a mail to you"
    ),
    Tag.BACKUP_MADE: Wording("Backup made", "made a backup"),
    Tag.BACKUP_FAILED: Wording("Backup failed", "could not make a backup"),
    Tag.RESTORED: Wording("Backup restored", "restored a backup"),
    Tag.SEEDED: Wording("Example company made", "made the example company"),
    Tag.NOTICES_SET: Wording(
        "Notices chosen",
        "chose how {subject} hears of things",
        told="chose how you hear of things",
        own="chose how they hear of things",
    ),
}
