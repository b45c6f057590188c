"""Every permission of Belay, one sentence each. `policy.POLICY` says who holds it."""

from enum import StrEnum


class Permission:
    """The permissions, grouped by what they are about."""

    class Home(StrEnum):
        """The start page."""

        READ = "home:read"  # See one's own start page.

    class Account(StrEnum):
        """One's own account."""

        SIGN_OUT = "account:sign_out"  # End one's own session.
        CHANGE_THEME = "account:change_theme"  # Choose light, dark or the system's colours for oneself.
        READ_SESSIONS = "account:read_sessions"  # See one's own account and sessions.
        END_SESSION = "account:end_session"  # End a session of one's own.
        CHANGE_PASSWORD = "account:change_password"  # noqa: S105 - Change one's own password, giving the old one.

    class Ladder(StrEnum):
        """Published ladders: no personnel data."""

        READ = "ladder:read"  # Read any published ladder, level and expectation.

    class Person(StrEnum):
        """People."""

        LIST = "person:list"  # Look somebody up by name: the name only.
        READ = "person:read"  # See somebody's team, line manager, level and level history.

    class Standing(StrEnum):
        """Readiness and the status of each expectation."""

        READ = "standing:read"  # See the verdict, the statuses and the blockers of a person.

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


AnyPermission = StrEnum


def every_permission() -> list[StrEnum]:
    """Return all permissions, in the order in which they stand above."""
    groups = [group for group in vars(Permission).values() if isinstance(group, type) and issubclass(group, StrEnum)]
    return [permission for group in groups for permission in group]
