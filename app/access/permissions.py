"""Every permission of Belay, one sentence each. `policy.POLICY` says who holds it."""

from enum import StrEnum


class Permission:
    """The permissions, grouped by what they are about."""

    class Home(StrEnum):
        """The start page."""

        READ = "home:read"  # See one's own start page, and what waits for oneself.
        SEARCH = "home:search"  # Search in what one may read.

    class Account(StrEnum):
        """One's own account."""

        SIGN_OUT = "account:sign_out"  # End one's own session.
        CHANGE_THEME = "account:change_theme"  # Choose light, dark or the system's colours for oneself.
        READ_SESSIONS = "account:read_sessions"  # See one's own account and sessions.
        END_SESSION = "account:end_session"  # End a session of one's own.
        CHANGE_PASSWORD = "account:change_password"  # noqa: S105 - Change one's own password, giving the old one.

        SET_SECOND_FACTOR = "account:set_second_factor"  # Set up, renew or take off one's own second factor.
        PROVE = "account:prove"  # Prove again who one is, before a weighty act.
        CHOOSE_NOTICES = "account:choose_notices"  # Choose how one hears of what waits: at once, daily, never.
        READ_ACCESS = "account:read_access"  # See who has read or changed what is about oneself.

    class Accounts(StrEnum):
        """Other people's accounts."""

        LIST = "accounts:list"  # See who has an account, who was invited and who has not signed in.
        READ = "accounts:read"  # See the account of a person: its state, roles and times, nothing of its contents.
        INVITE = "accounts:invite"  # Invite somebody, or send the invitation again.
        COPY_LINK = "accounts:copy_link"  # Get a one-time link to hand over; never for somebody who holds a role.
        DISABLE = "accounts:disable"  # Disable an account, or enable it again.
        END_SESSIONS = "accounts:end_sessions"  # End every session of somebody.
        RESET_SECOND_FACTOR = "accounts:reset_second_factor"  # Take the second factor off somebody who has lost it.
        GRANT_ROLE = "accounts:grant_role"  # Grant or take away a role; never one's own.

    class Ladder(StrEnum):
        """Published ladders: no personnel data."""

        READ = "ladder:read"  # Read any published ladder, level and expectation.

    class Person(StrEnum):
        """People."""

        LIST = "person:list"  # Look somebody up by name: the name only.
        READ = "person:read"  # See somebody's team, line manager, level and level history.
        ADD = "person:add"  # Add somebody.
        EDIT = "person:edit"  # Change what is recorded of somebody, with its day, and undo it; never one's own row.
        READ_LEAVE = "person:read_leave"  # See from when to when somebody is on leave; no reason is kept.
        READ_GROUPS = "person:read_groups"  # See which groups for reports one is in; HR sees aggregates only.
        IMPORT = "person:import"  # Upload a people file, look at what it would change, and apply it.

    class Team(StrEnum):
        """Teams and the organisation."""

        READ = "team:read"  # See teams and the organisation, as far as one may read the people in it.
        EDIT = "team:edit"  # Add, rename and move teams.

    class Standing(StrEnum):
        """Readiness and the status of each expectation."""

        READ = "standing:read"  # See the verdict, the statuses and the blockers of a person.

    class Board(StrEnum):
        """The team board."""

        READ = "board:read"  # See somebody's direct reports by competency, each as far as one may see their standing.

    class GrowthPlan(StrEnum):
        """What somebody chose to work on."""

        READ = "growth_plan:read"  # Read the growth plan of a person.
        EDIT = "growth_plan:edit"  # Open, change or close the growth plan of a person.

    class Waiver(StrEnum):
        """That an expectation does not apply to somebody."""

        READ = "waiver:read"  # Read the waivers of a person, with their reasons.
        APPROVE_AS_MANAGER = "waiver:approve_as_manager"  # Ask for or approve a waiver as line manager, or end it.
        APPROVE_AS_HR = "waiver:approve_as_hr"  # Ask for or approve a waiver as HR, or end it.

    class Evidence(StrEnum):
        """Pieces of evidence."""

        LIST = "evidence:list"  # List the pieces of evidence of a person that one may read.
        LIST_ASKED = "evidence:list_asked"  # List the pieces that colleagues ask one to confirm.
        CREATE = "evidence:create"  # Log evidence of one's own.
        READ = "evidence:read"  # Read one piece of evidence.
        EDIT = "evidence:edit"  # Change, share or withdraw a piece of one's own.
        SET_ASIDE = "evidence:set_aside"  # As manager: set a shared piece aside for one expectation, with a reason.
        ANSWER_SETTING_ASIDE = "evidence:answer_setting_aside"  # As author: answer a setting aside.
        ASK = "evidence:ask"  # Ask a colleague to confirm a shared piece of one's own.
        READ_HISTORY = "evidence:read_history"  # As author: see what a shared piece of one's own said before.
        CORROBORATE = "evidence:corroborate"  # As the colleague asked: confirm, limit or decline.

    class Assessment(StrEnum):
        """Self and manager ratings."""

        LIST = "assessment:list"  # List the assessments of a person, with their state.
        OPEN = "assessment:open"  # Open an assessment of a person.
        READ = "assessment:read"  # See that an assessment exists and which sides are in.
        READ_SELF = "assessment:read_self"  # Read the engineer's answers.
        READ_MANAGER = "assessment:read_manager"  # Read the manager's answers.
        ANSWER_SELF = "assessment:answer_self"  # Give and submit the engineer's answers.
        ANSWER_MANAGER = "assessment:answer_manager"  # Give and submit the manager's answers.
        SET_DUE = "assessment:set_due"  # Say by when both sides are asked for, while it runs.
        REMIND = "assessment:remind"  # Remind whoever owes a side.
        CALL_OFF = "assessment:call_off"  # End an assessment that was opened by mistake, before a side is in.
        CLOSE_SELF = "assessment:close_self"  # Close the engineer's missing side as “not given”.
        CLOSE_MANAGER = "assessment:close_manager"  # Close the manager's missing side as “not given”.
        READ_RESULT = "assessment:read_result"  # Read joint notes and signatures; print the result or take it out.
        WRITE_NOTE = "assessment:write_note"  # Write the joint notes of a revealed assessment.
        SIGN_SELF = "assessment:sign_self"  # Sign the result as the engineer, or record why not.
        SIGN_MANAGER = "assessment:sign_manager"  # Sign the result as the line manager, or record why not.
        TAKE_BACK_MANAGER = "assessment:take_back_manager"  # Take the own signature as the line manager back.

    class Cycle(StrEnum):
        """Promotion cycles."""

        LIST = "cycle:list"  # See which promotion cycles there are, and what of them concerns oneself.
        READ = "cycle:read"  # See the phase and the days of a cycle.
        DRAFT = "cycle:draft"  # Draft a cycle.
        RUN = "cycle:run"  # Change, rehearse, move, extend and cancel a cycle as HR.
        CHAIR = "cycle:chair"  # Make the moves of the chair.
        READ_CASES = "cycle:read_cases"  # See the cases of a cycle with their states, and who owes what.
        READ_COMMITTEE = "cycle:read_committee"  # See who sits on the committee.
        EDIT_COMMITTEE = "cycle:edit_committee"  # Name and remove members of the committee.
        LEAD_COMMITTEE = "cycle:lead_committee"  # As HR: name chair, deputy and outsiders, and set review ranks.
        READ_ELIGIBILITY = "cycle:read_eligibility"  # Read the whole list of who could be nominated.
        LIST_ELIGIBLE = (
            "cycle:list_eligible"  # See those lines of the list of who could be nominated that one may read.
        )
        NOMINATE = "cycle:nominate"  # Nominate oneself or somebody else while nominations are open.
        CALIBRATE = "cycle:calibrate"  # Compare those cases of a cycle that one may read by expectation.
        APPROVE = "cycle:approve"  # Approve the list of decisions as the second person.

    class Eligible(StrEnum):
        """One line of the eligibility list."""

        READ = "eligible:read"  # See whether somebody could be nominated, and why not.
        WAIVE = "eligible:waive"  # Let somebody be nominated before the minimum time at a level is over.

    class Case(StrEnum):
        """One engineer in a promotion cycle."""

        READ = "case:read"  # See that a case exists, its step and its state.
        ANSWER = "case:answer"  # Accept or decline one's own nomination.
        WITHDRAW = "case:withdraw"  # Withdraw one's own case before it is decided.
        READ_REASONS = "case:read_reasons"  # Read why HR ruled it out, or let it go on with an incomplete packet.
        LOOK_AFTER = "case:look_after"  # As HR: rule out, let lapse, mark incomplete, waive feedback, extend.
        WRITE_PACKET = "case:write_packet"  # Write and hand in one's own packet.
        WRITE_STATEMENT = "case:write_statement"  # Write and hand in the line manager's statement.
        READ_DRAFT = "case:read_draft"  # Read the candidate's parts of a packet while it is being written.
        READ_PACKET = "case:read_packet"  # Read, print or take out a packet that is in.
        READ_READERS = "case:read_readers"  # See who has read the packet.
        ADD_TO_PACKET = "case:add_to_packet"  # Add a late correction beside a frozen packet, with its reason.
        ASK_FEEDBACK = "case:ask_feedback"  # Ask colleagues for feedback, remind them, take a question back.
        READ_FEEDBACK = "case:read_feedback"  # Read what colleagues wrote, with their names.
        READ_FEEDBACK_SUMMARY = "case:read_feedback_summary"  # Read the summary of what colleagues said.
        READ_PANEL = "case:read_panel"  # See who reviews a case, and recusals without private notes.
        EDIT_PANEL = "case:edit_panel"  # Draw, appoint or recuse reviewers of a case.
        RECUSE = "case:recuse"  # Declare oneself recused from a case.
        RATE = "case:rate"  # Review a case: rate it blind while rating is open, see afterwards what one handed in.
        READ_COUNT = "case:read_count"  # See how many reviewers have handed in, and nothing else.
        CLOSE_ROUND = "case:close_round"  # Close the blind round although ratings are missing.
        READ_RATINGS = "case:read_ratings"  # Read all ratings once they are no longer blind.
        CHANGE_RATING = "case:change_rating"  # Change a rating of one's own afterwards, with a reason.
        DISCUSS = "case:discuss"  # Write a remark about a case in calibration.
        READ_DECISION_DRAFT = "case:read_decision_draft"  # Read the decision while it is being written.
        WRITE_DECISION = "case:write_decision"  # Write the decision.
        DECIDE = "case:decide"  # Take the decision as the chair.
        TELL = "case:tell"  # Record that the candidate was told, which makes the decision take effect.
        READ_DECISION = "case:read_decision"  # Read the decision with its reasons once it was told.

    class Feedback(StrEnum):
        """What one was asked about a colleague's case."""

        LIST = "feedback:list"  # List the requests for feedback that wait for oneself.
        GIVE = "feedback:give"  # Read one's own request, and give or decline it.

    class NominationOf(StrEnum):
        """A nomination that somebody wrote."""

        READ = "nomination:read"  # Read a nomination with its words.

    class Mentoring(StrEnum):
        """Mentoring as a whole: profiles, rounds and the coordinator's view."""

        TAKE_PART = "mentoring:take_part"  # See one's own mentoring, offer it, seek it, and ask a mentor.
        COORDINATE = "mentoring:coordinate"  # Open rounds, match, pin, ban and publish.
        READ_POOL = "mentoring:read_pool"  # See pool, pairs, scores, dates and counts; never what a pair writes.
        NAME_COORDINATOR = "mentoring:name_coordinator"  # Name a coordinator, or end that, as HR.
        LIST_OF = "mentoring:list_of"  # See somebody's mentorships as facts; each rests on `Mentorship.READ`.

    class Exclusion(StrEnum):
        """That somebody does not want to be paired with somebody."""

        READ = "exclusion:read"  # Read one's own.

    class Mentorship(StrEnum):
        """That somebody mentors somebody."""

        READ = "mentorship:read"  # See that it exists, between whom, its state and dates.
        OPEN = "mentorship:open"  # Open the pair's own pages; look back, pause, extend, close and end.
        ANSWER = "mentorship:answer"  # Consent or decline for oneself; ask, answer or withdraw in a request.
        TAKE_BACK = "mentorship:take_back"  # Withdraw one's own request.
        READ_GOALS = "mentorship:read_goals"  # See for which expectations it is.
        SET_GOALS = "mentorship:set_goals"  # Choose the goals while it is underway, as the mentee.
        SHARE_GOALS = "mentorship:share_goals"  # Let the line manager see the goals, or no longer.
        WRITE = "mentorship:write"  # Plan sessions, write notes and actions.

    class Note(StrEnum):
        """What one of a pair wrote for both."""

        READ = "note:read"  # Read it.
        EDIT = "note:edit"  # Change or remove one's own.

    class PrivateNote(StrEnum):
        """What one of a pair wrote for themselves."""

        READ = "private_note:read"  # Read and change one's own.

    class Report(StrEnum):
        """Reports as a whole."""

        LIST = "report:list"  # See which reports one may open.
        OPEN_PROGRESSION = "report:open_progression"  # See where those stand whom `Progression.READ` opens.
        OPEN_AGGREGATES = "report:open_aggregates"  # Open the reports in figures, about those whom one may count.
        OPEN_FAIRNESS = "report:open_fairness"  # Open the reports by group, and on how committees judge.
        OPEN_MENTORING = "report:open_mentoring"  # Open the report on mentoring, in counts.
        OPEN_OWN_RATINGS = "report:open_own_ratings"  # See how strict one's own ratings are beside those of others.

    class Progression(StrEnum):
        """One line of the progression report."""

        READ = "progression:read"  # See somebody's line: level, since when, what is next and what blocks.

    class PersonPath(StrEnum):
        """The whole path of one person."""

        READ = "person_path:read"  # See somebody's path: levels, assessments, decisions, evidence by quarter.

    class Aggregate(StrEnum):
        """Being counted in figures."""

        READ = "aggregate:read"  # Count somebody in figures in which small groups are hidden.

    class Export(StrEnum):
        """A report that was taken out."""

        READ = "export:read"  # Look at and fetch what one has asked for in this session.

    class TeamTiers(StrEnum):
        """The support tiers of a team."""

        READ = "team_tiers:read"  # See which tiers a team needs, and who holds one from outside.
        EDIT = "team_tiers:edit"  # Change that.

    class Admin(StrEnum):
        """Looking after the installation."""

        READ_HEALTH = "admin:read_health"  # See whether database, worker and mail are well.
        LIST_JOBS = "admin:list_jobs"  # See the queue and the outbox: kinds and states, never contents.
        RETRY_JOB = "admin:retry_job"  # Let a failed job or mail run again, or cancel one that waits.

    class Policies(StrEnum):
        """The company's policies."""

        LIST = "policies:list"  # See every policy, its value, and who set it when and why.
        CHANGE = "policies:change"  # Change a policy, with a reason: people policies HR, technical ones administrators.

    class Audit(StrEnum):
        """The record of who did what."""

        LIST = "audit:list"  # Open the record of who did what.
        READ = "audit:read"  # See a row: who did what, when, and about whom.
        READ_DETAILS = "audit:read_details"  # See what else a row holds; never for a purely technical role.


AnyPermission = StrEnum


def every_permission() -> list[StrEnum]:
    """Return all permissions, in the order in which they stand above."""
    groups = [group for group in vars(Permission).values() if isinstance(group, type) and issubclass(group, StrEnum)]
    return [permission for group in groups for permission in group]
