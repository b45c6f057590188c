"""The whole policy as one table: a permission is held when one line of predicates holds and no denial does.

Source: the access matrix; the numbers in the comments are its rows. What is not in the table is denied.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, false, not_, or_

from app.access import predicates as p
from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.predicates import Predicate

Line = tuple[Predicate, ...]


@dataclass(frozen=True)
class Rule:
    """Any of the lines opens, where every predicate of the line holds; any of `never` closes again."""

    any_of: tuple[Line, ...]
    never: Line = ()


def rule(*lines: Line, never: Line = ()) -> Rule:
    """Write one rule."""
    return Rule(lines, never)


EVERYBODY = rule((p.signed_in,))
OWN = rule((p.is_subject,))
HR_ALONE = rule((p.is_hr,))
ADMIN_ALONE = rule((p.is_admin,))
INSIDERS = rule((p.signed_in,), never=(p.is_outside,))
"""An external reviewer has an account for their cases, and for nothing else of the company."""
CHAIR, DEPUTY = (p.is_chair, p.is_in_use), (p.is_deputy, p.is_in_use)
"""Who leads a committee does so until the cycle is archived."""
CHAIR_ALONE = rule(CHAIR, DEPUTY)
HR_FOR_OTHERS = (p.is_hr, p.is_about_somebody_else)
"""HR is company-wide, but never for their own row: a second person of HR looks after it."""
UNRECUSED_HR = (p.is_hr, p.is_about_somebody_else, p.is_unrecused)
"""Before a decision is told, recusal closes what HR would see of the judging."""
OLDER_CYCLES = (p.is_running_or_was_theirs,)
"""Note 4: what was written in an older cycle stays with whoever was line manager then; decisions are read by all."""
HELD_BACK = (p.is_kept_from, p.is_of_blind_ratings, p.is_of_unreleased_decisions)
"""Rows of the record: blind until all are in (note 7), and no decision is heard of before its release."""
REPORTS_OF_TODAY = ((p.is_current_manager, p.has_not_left), (p.is_above_manager, p.has_not_left))
"""T4: a line of reporting outlives whoever leaves; what reports say of leavers is for HR alone."""
HR_OR_ADMIN = rule((p.is_hr,), (p.is_admin,))

POLICY: Mapping[StrEnum, Rule] = {
    Permission.Home.READ: EVERYBODY,
    Permission.Home.SEARCH: INSIDERS,
    Permission.Account.SIGN_OUT: EVERYBODY,
    Permission.Account.CHANGE_THEME: EVERYBODY,
    Permission.Account.READ_SESSIONS: EVERYBODY,
    Permission.Account.CHANGE_PASSWORD: EVERYBODY,
    Permission.Account.END_SESSION: OWN,
    Permission.Account.SET_SECOND_FACTOR: EVERYBODY,
    Permission.Account.PROVE: EVERYBODY,
    Permission.Account.CHOOSE_NOTICES: EVERYBODY,
    # 21: the own access record
    Permission.Account.READ_ACCESS: EVERYBODY,
    # 23, note 11
    Permission.Accounts.LIST: HR_OR_ADMIN,
    Permission.Accounts.READ: HR_OR_ADMIN,
    Permission.Accounts.INVITE: HR_OR_ADMIN,
    # Nobody gets a link of their own: whoever may copy one holds a role.
    Permission.Accounts.COPY_LINK: rule((p.is_hr, p.holds_no_role), (p.is_admin, p.holds_no_role)),
    Permission.Accounts.DISABLE: rule((p.is_admin,), never=(p.is_subject,)),
    Permission.Accounts.END_SESSIONS: rule((p.is_admin,), never=(p.is_subject,)),
    Permission.Accounts.RESET_SECOND_FACTOR: rule((p.is_admin,), never=(p.is_subject,)),
    Permission.Accounts.GRANT_ROLE: rule((p.is_admin,), never=(p.is_subject,)),
    # 25
    Permission.Ladder.READ: EVERYBODY,
    # 28, 23
    Permission.Person.LIST: INSIDERS,
    Permission.Person.READ: rule((p.is_subject,), (p.is_current_manager,), (p.is_above_manager,), (p.is_hr,)),
    # 23: a second person of HR looks after HR's own row.
    Permission.Person.ADD: HR_ALONE,
    Permission.Person.EDIT: rule((p.is_hr,), never=(p.is_subject,)),
    Permission.Person.IMPORT: HR_ALONE,
    # 34
    Permission.Person.READ_LEAVE: rule((p.is_subject,), (p.is_current_manager,), (p.is_hr,)),
    # 35
    Permission.Person.READ_GROUPS: OWN,
    # 28, 23: a team shows those of its people whom `Person.READ` opens.
    Permission.Team.READ: INSIDERS,
    Permission.Team.EDIT: HR_ALONE,
    # 32
    Permission.Standing.READ: rule((p.is_subject,), (p.is_current_manager,), (p.is_above_manager,), (p.is_hr,)),
    # 32: the board of the person who leads; each line of it rests on `Standing.READ`.
    Permission.Board.READ: rule((p.is_subject,), (p.is_current_manager,), (p.is_above_manager,), (p.is_hr,)),
    # 33
    Permission.GrowthPlan.READ: rule((p.is_subject,), (p.is_current_manager,), (p.is_above_manager,)),
    Permission.GrowthPlan.EDIT: rule((p.is_subject,), (p.is_current_manager,)),
    # 36
    Permission.Waiver.READ: rule((p.is_subject,), (p.is_current_manager,), (p.is_above_manager,), (p.is_hr,)),
    Permission.Waiver.APPROVE_AS_MANAGER: rule((p.is_current_manager,), never=(p.is_subject,)),
    Permission.Waiver.APPROVE_AS_HR: rule((p.is_hr,), never=(p.is_subject,)),
    # 1, 2, 29. A person's list holds what `Evidence.READ` lets through, piece by piece.
    Permission.Evidence.LIST: rule(
        (p.is_subject,), (p.is_current_manager,), (p.is_above_manager,), (p.is_hr,), never=(p.is_outside,)
    ),
    Permission.Evidence.LIST_ASKED: INSIDERS,
    Permission.Evidence.CREATE: INSIDERS,
    Permission.Evidence.READ: rule(
        (p.is_subject,),
        (p.is_current_manager, p.was_shared),
        (p.is_above_manager, p.was_shared),
        (p.was_manager_then, p.was_shared),
        (p.is_hr, p.was_shared),
        (p.was_asked, p.is_shared),
    ),
    Permission.Evidence.EDIT: OWN,
    Permission.Evidence.SET_ASIDE: rule((p.is_current_manager, p.is_shared), never=(p.is_subject,)),
    Permission.Evidence.ANSWER_SETTING_ASIDE: OWN,
    Permission.Evidence.ASK: rule((p.is_subject, p.is_shared)),
    Permission.Evidence.READ_HISTORY: OWN,
    # Whoever writes while the piece is withdrawn gets the own words back; no answer is kept then, and nothing is read.
    Permission.Evidence.CORROBORATE: rule((p.was_asked, p.was_shared), never=(p.is_subject,)),
    # 3 to 6
    Permission.Assessment.LIST: rule(
        (p.is_subject,), (p.is_current_manager,), (p.is_above_manager,), (p.is_hr,), never=(p.is_outside,)
    ),
    Permission.Assessment.OPEN: rule((p.is_subject,), (p.is_current_manager,), never=(p.is_outside,)),
    Permission.Assessment.READ: rule(
        (p.is_subject,),
        (p.is_current_manager,),
        (p.is_above_manager,),
        (p.is_hr,),
        (p.is_manager_author,),
    ),
    Permission.Assessment.READ_SELF: rule(
        (p.is_subject,),
        (p.is_current_manager, p.is_revealed),
        (p.is_above_manager, p.is_revealed),
        # Note 4: what came in after their period was not submitted to them.
        (p.is_manager_author, p.was_manager_then, p.is_revealed),
        (p.is_hr, p.is_revealed),
    ),
    Permission.Assessment.READ_MANAGER: rule(
        (p.is_manager_author,),
        (p.is_subject, p.is_revealed),
        (p.is_current_manager, p.is_revealed),
        (p.is_above_manager, p.is_revealed),
        (p.is_hr, p.is_revealed),
    ),
    Permission.Assessment.ANSWER_SELF: OWN,
    Permission.Assessment.ANSWER_MANAGER: rule((p.is_current_manager,), never=(p.is_subject,)),
    Permission.Assessment.SET_DUE: rule((p.is_subject, p.is_running), (p.is_current_manager, p.is_running)),
    Permission.Assessment.REMIND: rule(
        (p.is_subject, p.is_running), (p.is_current_manager, p.is_running), (p.is_hr, p.is_running)
    ),
    Permission.Assessment.CALL_OFF: rule((p.is_subject, p.is_untouched), (p.is_current_manager, p.is_untouched)),
    # Domain specification 4.1: manager or HR close a missing side. Nobody closes a side that they owe themselves, for
    # that would open the other one to them without a word of their own.
    Permission.Assessment.CLOSE_SELF: rule(
        (p.is_current_manager, p.is_running), (p.is_hr, p.is_running), never=(p.is_subject,)
    ),
    Permission.Assessment.CLOSE_MANAGER: rule((p.is_hr, p.is_running), never=(p.is_subject, p.is_current_manager)),
    # 4b, 6: what both have agreed on. Note 4: a former manager keeps what they signed.
    Permission.Assessment.READ_RESULT: rule(
        (p.is_subject, p.is_revealed),
        (p.is_current_manager, p.is_revealed),
        (p.is_above_manager, p.is_revealed),
        (p.is_hr, p.is_revealed),
        (p.has_signed, p.is_revealed),
    ),
    Permission.Assessment.WRITE_NOTE: rule((p.is_subject, p.is_revealed), (p.is_current_manager, p.is_revealed)),
    Permission.Assessment.SIGN_SELF: rule((p.is_subject, p.is_revealed)),
    Permission.Assessment.SIGN_MANAGER: rule((p.is_current_manager, p.is_revealed), never=(p.is_subject,)),
    # A hand-over leaves the signature with whoever gave it, and nobody else can take it back.
    Permission.Assessment.TAKE_BACK_MANAGER: rule(
        (p.is_current_manager, p.is_revealed), (p.has_signed, p.is_revealed), never=(p.is_subject,)
    ),
    # 24, 31, and the moves of domain specification 3.2
    Permission.Cycle.LIST: EVERYBODY,
    Permission.Cycle.READ: rule((p.is_public,), (p.is_hr,), never=(p.is_outside_of_it,)),
    Permission.Cycle.DRAFT: HR_ALONE,
    Permission.Cycle.RUN: HR_ALONE,
    Permission.Cycle.CHAIR: CHAIR_ALONE,
    Permission.Cycle.READ_CASES: rule((p.is_hr,), CHAIR, DEPUTY),
    Permission.Cycle.READ_COMMITTEE: rule((p.is_hr,), CHAIR, DEPUTY, (p.is_on_committee,)),
    # 3.4: nobody picks who judges them.
    Permission.Cycle.EDIT_COMMITTEE: rule((p.is_hr,), CHAIR, never=(p.competes,)),
    Permission.Cycle.LEAD_COMMITTEE: rule((p.is_hr,), never=(p.competes,)),
    Permission.Cycle.READ_ELIGIBILITY: rule((p.is_hr,), CHAIR),
    Permission.Cycle.LIST_ELIGIBLE: rule((p.is_public,), (p.is_hr,), never=(p.is_outside,)),
    Permission.Cycle.NOMINATE: rule((p.is_public,), never=(p.is_outside,)),
    Permission.Cycle.CALIBRATE: rule((p.is_hr,), CHAIR, DEPUTY, (p.is_on_committee,)),
    Permission.Cycle.APPROVE: HR_ALONE,
    Permission.Eligible.READ: rule((p.is_subject,), (p.is_current_manager,), (p.is_above_manager,), (p.is_hr,)),
    # Whoever competes in the cycle lets nobody else in, or leaves them out.
    Permission.Eligible.WAIVE: rule(HR_FOR_OTHERS, never=(p.competes_in_its_cycle,)),
    Permission.NominationOf.READ: rule(
        (p.is_author,),
        (p.is_subject,),
        (p.is_current_manager, p.is_running_or_its_case_was_theirs),
        (p.is_above_manager, p.is_running_or_its_case_was_theirs),
        (p.chairs_its_case,),
        (p.is_hr, p.is_unrecused_from_its_case),
    ),
    # 7, 8: the case itself is seen by whoever may see something of it. One that ended because its candidate left is for
    # HR alone (T4); the facts about reviewers and chair end with it.
    Permission.Case.READ: rule(
        (p.is_subject,),
        (p.is_current_manager, p.is_open_to_others),
        (p.is_above_manager, p.is_open_to_others),
        (p.was_manager_then, p.is_in, p.is_open_to_others),
        (p.reviews, p.is_under_review),
        (p.chairs,),
        HR_FOR_OTHERS,
    ),
    Permission.Case.READ_REASONS: rule(
        (p.is_subject,),
        (p.is_current_manager, p.is_open_to_others, *OLDER_CYCLES),
        (p.is_above_manager, p.is_open_to_others, *OLDER_CYCLES),
        (p.reviews,),
        (p.chairs,),
        (p.is_hr, p.is_unrecused),
    ),
    Permission.Case.ANSWER: OWN,
    Permission.Case.WITHDRAW: rule((p.is_subject, p.is_open_to_withdrawal)),
    Permission.Case.LOOK_AFTER: rule(UNRECUSED_HR),
    Permission.Case.WRITE_PACKET: OWN,
    Permission.Case.WRITE_STATEMENT: rule((p.is_current_manager, p.is_open_to_others), never=(p.is_subject,)),
    Permission.Case.READ_DRAFT: rule((p.is_subject,), (p.is_hr, p.is_unrecused)),
    Permission.Case.READ_PACKET: rule(
        (p.is_subject, p.is_in),
        (p.is_current_manager, p.is_in, p.is_open_to_others, *OLDER_CYCLES),
        (p.is_above_manager, p.is_in, p.is_open_to_others, *OLDER_CYCLES),
        (p.was_manager_then, p.is_in, p.is_open_to_others),
        (p.reviews, p.is_under_review),
        (p.chairs, p.is_under_review),
        (p.is_hr, p.is_unrecused, p.is_in),
        (p.is_hr, p.is_told),
    ),
    Permission.Case.READ_READERS: OWN,
    Permission.Case.ADD_TO_PACKET: rule(
        (p.is_subject, p.is_under_review),
        (p.is_current_manager, p.is_under_review, p.is_open_to_others, *OLDER_CYCLES),
        (p.is_hr, p.is_unrecused, p.is_under_review),
    ),
    # 30
    Permission.Case.ASK_FEEDBACK: rule(UNRECUSED_HR),
    Permission.Case.READ_FEEDBACK: rule((p.reviews, p.is_under_review), (p.chairs, p.is_under_review), UNRECUSED_HR),
    Permission.Case.READ_FEEDBACK_SUMMARY: rule(
        (p.is_subject, p.is_told), (p.is_current_manager, p.is_told, p.is_open_to_others, *OLDER_CYCLES)
    ),
    Permission.Feedback.LIST: INSIDERS,
    Permission.Feedback.GIVE: rule((p.is_author,), never=(p.is_subject,)),
    # 24
    Permission.Case.READ_PANEL: rule((p.reviews,), (p.chairs,), UNRECUSED_HR),
    Permission.Case.EDIT_PANEL: rule((p.chairs,), UNRECUSED_HR),
    Permission.Case.RECUSE: rule((p.reviews,), (p.chairs,)),
    # 9 to 12
    # That rating is open is asked under the case's lock: whoever was writing when it closed is told so, and keeps the
    # words, instead of meeting a page that is missing.
    Permission.Case.RATE: rule((p.reviews, p.is_under_review), never=(p.is_subject, p.is_recused)),
    Permission.Case.READ_COUNT: rule((p.chairs,), UNRECUSED_HR),
    Permission.Case.CLOSE_ROUND: rule((p.chairs, p.is_in_rating)),
    Permission.Case.READ_RATINGS: rule(
        (p.reviews, p.is_lifted),
        (p.chairs, p.is_under_review, p.is_lifted),
        (*UNRECUSED_HR, p.is_lifted),
        never=(p.is_subject,),
    ),
    Permission.Case.CHANGE_RATING: rule((p.reviews, p.is_lifted), never=(p.is_subject, p.is_recused)),
    # 13, 14
    Permission.Case.DISCUSS: rule(
        (p.reviews, p.is_lifted),
        (p.chairs, p.is_under_review, p.is_lifted),
        (*UNRECUSED_HR, p.is_lifted),
        never=(p.is_subject,),
    ),
    Permission.Case.READ_DECISION_DRAFT: rule(
        (p.reviews, p.is_calibrated),
        (p.chairs, p.is_calibrated),
        (*UNRECUSED_HR, p.is_calibrated),
        never=(p.is_subject,),
    ),
    Permission.Case.WRITE_DECISION: rule(
        (p.chairs, p.is_calibrated), (*UNRECUSED_HR, p.is_calibrated), never=(p.is_subject,)
    ),
    Permission.Case.DECIDE: rule((p.chairs, p.is_calibrated), never=(p.is_subject,)),
    Permission.Case.TELL: rule(UNRECUSED_HR, never=(p.is_subject,)),
    # 15
    Permission.Case.READ_DECISION: rule(
        (p.is_subject, p.is_told),
        (p.is_current_manager, p.is_told, p.is_open_to_others),
        (p.is_above_manager, p.is_told, p.is_open_to_others),
        (p.was_manager_then, p.is_told, p.is_open_to_others),
        (p.reviews, p.is_told),
        (p.chairs, p.is_told),
        (*HR_FOR_OTHERS, p.is_told),
    ),
    # 16, 17, 18, 38, 40
    Permission.Mentoring.TAKE_PART: INSIDERS,
    Permission.Mentoring.COORDINATE: rule((p.is_coordinator,), never=(p.is_outside,)),
    Permission.Mentoring.READ_POOL: rule((p.is_coordinator,), (p.is_hr,), never=(p.is_outside,)),
    Permission.Mentoring.NAME_COORDINATOR: HR_ALONE,
    # A person's list holds what `Mentorship.READ` lets through, one by one.
    Permission.Mentoring.LIST_OF: rule(
        (p.is_subject,), (p.is_current_manager,), (p.is_hr,), (p.is_coordinator,), never=(p.is_outside,)
    ),
    Permission.Exclusion.READ: OWN,
    Permission.Mentorship.READ: rule(
        (p.is_subject,),
        (p.is_its_mentor, p.is_not_over),
        (p.is_current_manager, p.has_begun),
        (p.is_hr,),
        (p.is_coordinator,),
        never=(p.is_outside,),
    ),
    Permission.Mentorship.OPEN: rule((p.is_subject,), (p.is_its_mentor,), never=(p.is_outside,)),
    Permission.Mentorship.ANSWER: rule((p.is_subject,), (p.is_its_mentor,), never=(p.is_outside,)),
    Permission.Mentorship.TAKE_BACK: rule((p.is_subject,), never=(p.is_outside,)),
    Permission.Mentorship.READ_GOALS: rule(
        (p.is_subject,),
        (p.is_its_mentor, p.is_not_over),
        (p.is_current_manager, p.has_begun, p.shares_goals),
        never=(p.is_outside,),
    ),
    Permission.Mentorship.SET_GOALS: rule((p.is_subject, p.is_underway), never=(p.is_outside,)),
    Permission.Mentorship.SHARE_GOALS: OWN,
    Permission.Mentorship.WRITE: rule(
        (p.is_subject, p.is_underway), (p.is_its_mentor, p.is_underway), never=(p.is_outside,)
    ),
    Permission.Note.READ: rule((p.is_author,), (p.is_of_pair,), never=(p.is_outside,)),
    # Note 9: a former mentor keeps their own words, to read.
    Permission.Note.EDIT: rule((p.is_author, p.is_of_pair), never=(p.is_outside,)),
    Permission.PrivateNote.READ: rule((p.is_author,), never=(p.is_outside,)),
    Permission.Report.LIST: INSIDERS,
    # 19: one's own line, one's reports, and for HR everybody but themselves (note 10).
    Permission.Report.OPEN_PROGRESSION: INSIDERS,
    Permission.Progression.READ: rule(
        (p.is_subject, p.is_not_hr), *REPORTS_OF_TODAY, HR_FOR_OTHERS, never=(p.is_outside,)
    ),
    # 2, 4b, 6, 15, 32: what the path joins may be read by the same people piece by piece. 19, 20: HR takes out no row
    # of their own as HR; as the person they read and take it like anybody else.
    Permission.PersonPath.READ: rule((p.is_subject,), *REPORTS_OF_TODAY, (p.is_hr,), never=(p.is_outside,)),
    # 39
    Permission.Report.OPEN_AGGREGATES: rule((p.leads_somebody,), (p.is_hr,), never=(p.is_outside,)),
    Permission.Aggregate.READ: rule(*REPORTS_OF_TODAY, (p.is_hr,), never=(p.is_outside,)),
    # 35, and 11 with 12: groups and ratings of committees are for HR, in aggregates.
    Permission.Report.OPEN_FAIRNESS: HR_ALONE,
    # 40
    Permission.Report.OPEN_MENTORING: rule((p.is_coordinator,), (p.is_hr,), never=(p.is_outside,)),
    # 9 with domain specification 5.5: the rater sees their own figure.
    Permission.Report.OPEN_OWN_RATINGS: EVERYBODY,
    # 19, 20, note 10; a link dies with its session.
    Permission.Export.READ: rule((p.is_subject, p.is_of_this_session)),
    # Domain specification 5.6
    Permission.TeamTiers.READ: rule((p.is_hr,), (p.leads_in_team,), never=(p.is_outside,)),
    Permission.TeamTiers.EDIT: rule((p.is_hr,), (p.leads_in_team,), never=(p.is_outside,)),
    # 27
    Permission.Admin.READ_HEALTH: HR_OR_ADMIN,
    Permission.Admin.LIST_JOBS: ADMIN_ALONE,
    Permission.Admin.RETRY_JOB: ADMIN_ALONE,
    Permission.Policies.LIST: HR_OR_ADMIN,
    Permission.Policies.CHANGE: rule((p.is_hr, p.is_for_hr), (p.is_admin, p.is_for_admin)),
    # 21
    Permission.Audit.LIST: rule((p.is_hr,), (p.is_admin,), (p.is_ladder_editor,)),
    # T9, T10: whoever is the candidate, or takes no part in a case, learns nothing of its judging from the record.
    Permission.Audit.READ: rule(
        (p.is_hr,),
        (p.is_admin,),
        (p.is_ladder_editor, p.is_about_ladder),
        never=HELD_BACK,
    ),
    Permission.Audit.READ_DETAILS: rule(
        (p.is_hr,), (p.is_ladder_editor, p.is_about_ladder), never=(*HELD_BACK, p.is_of_blind_seat)
    ),
}


def can(actor: Actor | None, permission: StrEnum, thing: Any = None) -> bool:  # noqa: ANN401 - any object
    """Say whether an actor holds a permission on an object. Nobody holds nothing; a denial beats every allowance."""
    known = POLICY.get(permission)
    if actor is None or known is None:
        return False
    if any(predicate.holds(actor, thing) for predicate in known.never):
        return False
    return any(all(predicate.holds(actor, thing) for predicate in line) for line in known.any_of)


def visible_to(actor: Actor | None, permission: StrEnum, columns: Any) -> ColumnElement[bool]:  # noqa: ANN401
    """Return the same decision as a condition on the rows of a mapped class, for lists, counts and exports."""
    known = POLICY.get(permission)
    if actor is None or known is None:
        return false()
    opens = or_(*(and_(*(predicate.rows(actor, columns) for predicate in line)) for line in known.any_of))
    return and_(opens, *(not_(predicate.rows(actor, columns)) for predicate in known.never))
