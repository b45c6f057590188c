"""How the record is told: the words of every tag. A tag without words does not pass the tests.

`{subject}` stands for whom a row is about. Other places, such as `{role}`, are filled from the details of a row, for
those who may read details; where one is not there, the words without details are used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.audit.tags import Tag


@dataclass(frozen=True)
class Wording:
    """The words of one tag; each sentence goes on after the name of who acted.

    `act` needs no details. `in_full` does. `own` is said when somebody acts on what is theirs, `bare` when the row is
    about nobody. `told` is for the person whom the row is about; a row without it stays out of their access record.
    """

    label: str
    act: str
    told: str | None = None
    in_full: str = ""
    own: str = ""
    bare: str = ""
    is_refusal: bool = False


SOURCES: Mapping[str, str] = {
    "access": "Refused",
    "auth": "Accounts and signing in",
    "people": "People",
    "evidence": "Evidence",
    "assessment": "Assessments",
    "ladders": "Ladders",
    "policies": "Policies",
    "jobs": "Jobs",
    "notices": "Mail",
    "cli": "Command line",
}
"""The first part of a tag in words, in the order in which a filter offers them."""

_ACCESS = {
    Tag.REFUSED: Wording(
        "Refused to show or change",
        "tried to open or change something about {subject}, and could not",
        told="tried to open or change something about you, and could not",
        in_full="tried to open or change something about {subject}, and could not ({permission})",
        own="tried to open or change something of their own, and could not",
        bare="tried to open or change something, and could not",
        is_refusal=True,
    ),
}

_AUTH = {
    Tag.SIGN_IN: Wording("Signed in", "signed in as {subject}", told="signed in", own="signed in"),
    Tag.PASSWORD_ACCEPTED: Wording(
        "Password accepted",
        "gave the right password for {subject}; the second factor was still due",
        told="gave the right password of your account; the second factor was still due",
        own="gave the right password; the second factor was still due",
    ),
    Tag.SIGN_IN_FAILED: Wording(
        "Sign-in failed",
        "tried to sign in as {subject}, with a wrong password",
        told="tried to sign in to your account, with a wrong password",
        own="tried to sign in, with a wrong password",
        bare="tried to sign in, with an unknown address or a wrong password",
        is_refusal=True,
    ),
    Tag.SIGN_IN_THROTTLED: Wording(
        "Tried too often",
        "tried too often for {subject} and has to wait",
        told="tried too often for your account",
        own="tried too often and has to wait",
        bare="tried too often and has to wait",
        is_refusal=True,
    ),
    Tag.SIGN_OUT: Wording("Signed out", "signed {subject} out", told="signed out", own="signed out"),
    Tag.SESSION_ENDED: Wording(
        "Session ended",
        "ended a session of {subject}",
        told="ended a session of yours",
        own="ended a session of theirs",
    ),
    Tag.ACCOUNT_CREATED: Wording(
        "Account made", "made an account for {subject}", told="made an account for you", own="made their account"
    ),
    Tag.PASSWORD_CHANGED: Wording(
        "Password changed",
        "changed the password of {subject}",
        told="changed your password",
        own="changed their password",
    ),
    Tag.PASSWORD_REFUSED: Wording(
        "Password refused",
        "gave a wrong password for {subject}",
        told="gave a wrong password for you",
        own="gave a wrong password",
        bare="gave a wrong password",
        is_refusal=True,
    ),
    Tag.PASSWORD_RESET_ASKED: Wording(
        "New password asked for",
        "asked for a new password of {subject}",
        told="asked for a new password of yours",
        own="asked for a new password",
        bare="asked for a new password",
    ),
    Tag.THEME_CHANGED: Wording(
        "Colours chosen", "chose the colours of {subject}", told="chose your colours", own="chose other colours"
    ),
    Tag.ROLE_GRANTED: Wording(
        "Role granted",
        "granted {subject} a role",
        told="granted you the role {role}",
        in_full="granted {subject} the role {role}",
    ),
    Tag.ROLE_REVOKED: Wording(
        "Role taken away",
        "took a role away from {subject}",
        told="took the role {role} away from you",
        in_full="took the role {role} away from {subject}",
    ),
    Tag.INVITED: Wording("Invited", "invited {subject}", told="invited you"),
    Tag.LINK_COPIED: Wording(
        "One-time link copied", "copied a one-time link for {subject}", told="copied a one-time link for you"
    ),
    Tag.LINK_USED: Wording(
        "One-time link used",
        "used a one-time link of {subject}",
        told="used a one-time link of yours",
        own="used a one-time link",
    ),
    Tag.LINK_REFUSED: Wording(
        "One-time link refused",
        "tried a one-time link of {subject} that does not work any more",
        told="tried a one-time link of yours that does not work any more",
        own="tried a one-time link that does not work any more",
        bare="tried a one-time link that does not work",
        is_refusal=True,
    ),
    Tag.ACCOUNT_DISABLED: Wording(
        "Account disabled", "disabled the account of {subject}", told="disabled your account"
    ),
    Tag.ACCOUNT_ENABLED: Wording(
        "Account enabled", "enabled the account of {subject} again", told="enabled your account again"
    ),
    Tag.ACCOUNT_RENEWED: Wording(
        "Account begun anew", "began the account of {subject} anew", told="began your account anew"
    ),
    Tag.SECOND_FACTOR_SET: Wording(
        "Second factor set up",
        "set up a second factor for {subject}",
        told="set up your second factor",
        own="set up a second factor",
    ),
    Tag.SECOND_FACTOR_REFUSED: Wording(
        "Second factor refused",
        "gave a wrong code for {subject}",
        told="gave a wrong code for you",
        own="gave a wrong code",
        is_refusal=True,
    ),
    Tag.SECOND_FACTOR_REMOVED: Wording(
        "Second factor taken off",
        "took the second factor off the account of {subject}",
        told="took off your second factor",
        own="took off their second factor",
    ),
    Tag.SECOND_FACTOR_RESET: Wording(
        "Second factor reset", "reset the second factor of {subject}", told="reset your second factor"
    ),
    Tag.RECOVERY_CODE_USED: Wording(
        "Recovery code used",
        "used a recovery code of {subject}",
        told="used a recovery code of yours",
        own="used a recovery code",
    ),
    Tag.RECOVERY_CODES_MADE: Wording(
        "Recovery codes made",
        "made new recovery codes for {subject}",
        told="made new recovery codes for you",
        own="made new recovery codes",
    ),
    Tag.IDENTITY_PROVED: Wording(
        "Identity proved", "proved to be {subject}", told="proved again who you are", own="proved again who they are"
    ),
}

_PEOPLE = {
    Tag.PERSON_ADDED: Wording("Person added", "added {subject}", told="added you", own="was added"),
    Tag.PERSON_CHANGED: Wording(
        "Person changed",
        "changed what is recorded of {subject}",
        told="changed what is recorded of you",
        in_full="changed what is recorded of {subject} ({fields})",
    ),
    Tag.PERSON_LEFT: Wording(
        "Leaving recorded",
        "recorded that {subject} leaves",
        told="recorded that you leave",
        in_full="recorded that {subject} leaves on {left_on}",
    ),
    Tag.PERSON_RETURNED: Wording(
        "Return recorded", "recorded that {subject} is back", told="recorded that you are back"
    ),
    Tag.TEAM_ADDED: Wording("Team added", "added a team"),
    Tag.TEAM_CHANGED: Wording("Team changed", "changed a team"),
    Tag.TEAM_SET: Wording(
        "Team set",
        "put {subject} into a team",
        told="put you into a team",
        in_full="put {subject} into a team, from {from_on}",
    ),
    Tag.MANAGER_SET: Wording(
        "Line manager set",
        "set the line manager of {subject}",
        told="set your line manager",
        in_full="set the line manager of {subject}, from {from_on}",
    ),
    Tag.LEVEL_GRANTED: Wording(
        "Level recorded",
        "recorded a level of {subject}",
        told="recorded your level: {level}",
        in_full="recorded the level {level} of {subject}",
    ),
    Tag.LEVEL_CORRECTED: Wording(
        "Level corrected", "corrected a level of {subject}", told="corrected a level of yours"
    ),
    Tag.LEAVE_RECORDED: Wording("Leave recorded", "recorded a leave of {subject}", told="recorded a leave of yours"),
    Tag.LEAVE_CORRECTED: Wording(
        "Leave corrected", "corrected a leave of {subject}", told="corrected a leave of yours"
    ),
    Tag.DATED_UNDONE: Wording(
        "Change undone", "undid a change to {subject}", told="undid a change of what is recorded of you"
    ),
    Tag.DATED_ENDED: Wording(
        "Entry ended", "ended an entry of {subject}", told="ended an entry of what is recorded of you"
    ),
    Tag.PEOPLE_IMPORTED: Wording("People file taken over", "took over a people file"),
    Tag.GROUP_SET: Wording(
        "Group for reports set", "set a group for reports of {subject}", told="set a group for reports of yours"
    ),
}

_WORK = {
    Tag.EVIDENCE_LOGGED: Wording(
        "Evidence logged",
        "logged a piece of evidence of {subject}",
        told="logged a piece of your evidence",
        own="logged a piece of evidence",
    ),
    Tag.EVIDENCE_CHANGED: Wording(
        "Evidence changed",
        "changed a piece of {subject}",
        told="changed a piece of your evidence",
        own="changed a piece of evidence",
    ),
    Tag.EVIDENCE_SHARED: Wording(
        "Evidence shared",
        "shared a piece of {subject}",
        told="shared a piece of your evidence",
        own="shared a piece of evidence",
    ),
    Tag.EVIDENCE_WITHDRAWN: Wording(
        "Evidence withdrawn",
        "withdrew a piece of {subject}",
        told="withdrew a piece of your evidence",
        own="withdrew a piece of evidence",
    ),
    Tag.EVIDENCE_RESTORED: Wording(
        "Evidence restored",
        "restored a piece of {subject}",
        told="restored a piece of your evidence",
        own="restored a piece of evidence",
    ),
    Tag.EVIDENCE_DISCARDED: Wording(
        "Draft discarded",
        "discarded a draft of {subject}",
        told="discarded a draft of yours",
        own="discarded a draft",
    ),
    Tag.EVIDENCE_SET_ASIDE: Wording(
        "Evidence set aside",
        "set a piece of {subject} aside",
        told="set a piece of your evidence aside",
    ),
    Tag.EVIDENCE_TAKEN_BACK: Wording(
        "Setting aside taken back",
        "let a piece of {subject} count again",
        told="let a piece of your evidence count again",
    ),
    Tag.EVIDENCE_OBJECTED: Wording(
        "Setting aside answered",
        "answered for {subject} that a piece was set aside",
        told="answered that a piece of yours was set aside",
        own="answered that a piece was set aside",
    ),
    Tag.CORROBORATION_ASKED: Wording(
        "Colleague asked",
        "asked a colleague about a piece of {subject}",
        told="asked a colleague about a piece of yours",
        own="asked a colleague about a piece of evidence",
    ),
    Tag.CORROBORATION_TAKEN_BACK: Wording(
        "Question taken back",
        "took back a question about a piece of {subject}",
        told="took back a question about a piece of yours",
        own="took back a question to a colleague",
    ),
    Tag.CORROBORATION_ANSWERED: Wording(
        "Question answered",
        "answered a question about a piece of {subject}",
        told="answered a question about a piece of yours",
    ),
    Tag.ASSESSMENT_OPENED: Wording(
        "Assessment opened",
        "opened an assessment of {subject}",
        told="opened an assessment of you",
        in_full="opened an assessment of {subject} against {target}",
        own="opened an assessment of themselves",
    ),
    Tag.ASSESSMENT_SUBMITTED: Wording(
        "Side submitted",
        "submitted a side of an assessment of {subject}",
        told="submitted a side of an assessment of you",
        own="submitted their side of an assessment",
    ),
    Tag.ASSESSMENT_REVEALED: Wording(
        "Assessment revealed",
        "opened both sides of an assessment of {subject} by signing last",
        told="opened both sides of an assessment of you by signing last",
        own="opened both sides of their assessment by signing last",
    ),
    Tag.ASSESSMENT_REOPENED: Wording(
        "Side taken back",
        "took back a side of an assessment of {subject}",
        told="took back a side of an assessment of you",
        own="took back their side of an assessment",
    ),
    Tag.RATING_ASKED: Wording(
        "Rating asked for",
        "asked for a rating of {subject}",
        told="asked for a rating of you",
        own="asked for a rating of their work",
    ),
    Tag.WAIVER_APPROVED: Wording(
        "Expectation waived",
        "approved that an expectation is waived for {subject}",
        told="approved that an expectation is waived for you",
    ),
}

_HOUSE = {
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
}

WORDINGS: Mapping[Tag, Wording] = _ACCESS | _AUTH | _PEOPLE | _WORK | _HOUSE
TOLD: tuple[Tag, ...] = tuple(tag for tag, wording in WORDINGS.items() if wording.told is not None)
"""The tags that stand in the access record of whom they are about."""
REFUSALS: tuple[Tag, ...] = tuple(tag for tag, wording in WORDINGS.items() if wording.is_refusal)


def source_of(tag: Tag) -> str:
    """Return the first part of a tag: which part of Belay it comes from."""
    return tag.value.partition(":")[0]
