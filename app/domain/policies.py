"""The company's policies: which there are, what each does, its default, its limits, and who may change it.

A policy is a house rule that the sources leave to the company. It is defined here only when something reads it; its
value is a row with who, when and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.errors import InvalidError
from app.domain.mentorship import (
    DEFAULT_CAPACITY,
    MAX_CAPACITY,
    MAX_MONTHS,
    MAX_OVERDUE_WEEKS,
    MAX_SESSION_WEEKS,
    MIN_MONTHS,
    MIN_OVERDUE_WEEKS,
    MIN_SESSION_WEEKS,
    MONTHS,
    OVERDUE_WEEKS,
    SESSION_WEEKS,
)
from app.domain.suppression import SMALLEST_GROUP, SMALLEST_GROUP_OUTSIDE

Value = bool | int | str
"""What a policy says: a yes or no, a whole number in its unit, or the code of a choice."""
YES, NO = "yes", "no"
MAX_DIGITS = 6


class PolicyKind(StrEnum):
    """What a value may be."""

    SWITCH = "switch"
    NUMBER = "number"
    CHOICE = "choice"


class PolicyOwner(StrEnum):
    """Who changes a policy: HR those about people, administrators the technical ones."""

    HR = "hr"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class PolicyDefinition:
    """One policy. `sentence` says what it does, `source` which section of the rules leaves it to the company.

    `minimum`, `maximum` (both allowed) and `unit` (in the plural) belong to a number; `choices`, pairs of code and
    words, to a choice. A default that breaks the definition's own limits raises InvalidError.
    """

    key: str
    title: str
    sentence: str
    kind: PolicyKind
    default: Value
    owner: PolicyOwner
    source: str
    minimum: int = 0
    maximum: int = 0
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        """Refuse a definition that contradicts itself."""
        if type(self.read(self.text_of(self.default))) is not type(self.default):
            raise InvalidError(f"The default of {self.key} is of another kind than the policy.")

    @property
    def is_for_hr(self) -> bool:
        """Say whether HR changes it."""
        return self.owner is PolicyOwner.HR

    @property
    def is_for_admin(self) -> bool:
        """Say whether administrators change it."""
        return self.owner is PolicyOwner.ADMIN

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """Return every value that may be chosen, as pairs of text and words; none for a number."""
        return ((YES, "Yes"), (NO, "No")) if self.kind is PolicyKind.SWITCH else self.choices

    @property
    def limits(self) -> str:
        """Return in words what a value may be."""
        if self.kind is PolicyKind.NUMBER:
            return f"A whole number of {self.unit}, from {self.minimum} to {self.maximum}."
        return f"One of: {', '.join(words for _, words in self.options)}."

    def read(self, text: str) -> Value:
        """Return the value that a text says. InvalidError at the field `value` says what would be right."""
        given = text.strip()
        if self.kind is PolicyKind.NUMBER:
            if given.isascii() and given.isdigit() and len(given) <= MAX_DIGITS:
                number = int(given)
                if self.minimum <= number <= self.maximum:
                    return number
            raise InvalidError(
                f"Write a whole number of {self.unit} from {self.minimum} to {self.maximum}.", field="value"
            )
        if given not in dict(self.options):
            raise InvalidError(f"Choose one of: {', '.join(words for _, words in self.options)}.", field="value")
        return given == YES if self.kind is PolicyKind.SWITCH else given

    def stored(self, text: str | None) -> Value:
        """Return the value of a stored text; the default where none is stored, or one that a later limit refuses."""
        if text is None:
            return self.default
        try:
            return self.read(text)
        except InvalidError:
            return self.default

    def text_of(self, value: Value) -> str:
        """Return a value as it is stored and typed.

        >>> POLICIES["idle_hours"].text_of(8), POLICIES["directory_shows_level"].text_of(False)
        ('8', 'no')
        """
        if isinstance(value, bool):
            return YES if value else NO
        return str(value)

    def words(self, value: Value) -> str:
        """Return a value as a page says it.

        >>> POLICIES["idle_hours"].words(8), POLICIES["idle_hours"].words(1)
        ('8 hours', '1 hour')
        """
        if self.kind is PolicyKind.NUMBER:
            return f"{value} {self.unit.removesuffix('s') if value == 1 else self.unit}"
        return dict(self.options)[self.text_of(value)]


_ALL = (
    PolicyDefinition(
        key="directory_shows_level",
        title="Levels in the directory",
        sentence="Whether everybody who has signed in sees in the directory which level each colleague holds.",
        kind=PolicyKind.SWITCH,
        default=False,
        owner=PolicyOwner.HR,
        source="Access matrix, row 28",
    ),
    PolicyDefinition(
        key="idle_minutes_privileged",
        title="Idle time of HR and administrators",
        sentence="A session of somebody in HR or an administrator ends after this time without use.",
        kind=PolicyKind.NUMBER,
        default=30,
        minimum=5,
        maximum=60,
        unit="minutes",
        owner=PolicyOwner.ADMIN,
        source="Reliability checklist, item 4",
    ),
    PolicyDefinition(
        key="idle_hours",
        title="Idle time of everybody else",
        sentence="A session of anybody else ends after this time without use.",
        kind=PolicyKind.NUMBER,
        default=8,
        minimum=1,
        maximum=12,
        unit="hours",
        owner=PolicyOwner.ADMIN,
        source="Reliability checklist, item 4",
    ),
    PolicyDefinition(
        key="session_hours",
        title="Longest session",
        sentence="Every session ends after this time, however much it is used; then one signs in again.",
        kind=PolicyKind.NUMBER,
        default=12,
        minimum=1,
        maximum=24,
        unit="hours",
        owner=PolicyOwner.ADMIN,
        source="Reliability checklist, item 4",
    ),
    PolicyDefinition(
        key="invitation_hours",
        title="How long an invitation is good",
        sentence="The link of an invitation works once, within this time; after that a new one is sent.",
        kind=PolicyKind.NUMBER,
        default=24,
        minimum=1,
        maximum=24,
        unit="hours",
        owner=PolicyOwner.ADMIN,
        source="Reliability checklist, item 15",
    ),
    PolicyDefinition(
        key="reset_minutes",
        title="How long a link for a new password is good",
        sentence="The link that somebody gets who has forgotten their password works once, within this time.",
        kind=PolicyKind.NUMBER,
        default=60,
        minimum=5,
        maximum=60,
        unit="minutes",
        owner=PolicyOwner.ADMIN,
        source="Reliability checklist, item 15",
    ),
    PolicyDefinition(
        key="assessment_due_days",
        title="Time for an assessment",
        sentence="How many days after it is opened both sides of an assessment are due, unless a day is named.",
        kind=PolicyKind.NUMBER,
        default=14,
        minimum=1,
        maximum=90,
        unit="days",
        owner=PolicyOwner.HR,
        source="Rules of readiness, 4.1",
    ),
    PolicyDefinition(
        key="corroboration_reminder_days",
        title="When a colleague is reminded",
        sentence="A colleague who owes an answer about evidence is reminded after this time, and again after twice it.",
        kind=PolicyKind.NUMBER,
        default=7,
        minimum=1,
        maximum=60,
        unit="days",
        owner=PolicyOwner.HR,
        source="Rules of readiness, 4.1",
    ),
    PolicyDefinition(
        key="promotion_quorum",
        title="Quorum of a promotion case",
        sentence="How many reviewers who are not recused must rate a case; a cycle keeps the number of its opening.",
        kind=PolicyKind.NUMBER,
        default=3,
        minimum=1,
        maximum=9,
        unit="reviewers",
        owner=PolicyOwner.HR,
        source="Promotion rules, 3.4",
    ),
    PolicyDefinition(
        key="promotion_panel_size",
        title="Reviewers of a promotion case",
        sentence="How many reviewers are drawn for each case, never fewer than the quorum; an odd number is better.",
        kind=PolicyKind.NUMBER,
        default=3,
        minimum=1,
        maximum=9,
        unit="reviewers",
        owner=PolicyOwner.HR,
        source="Promotion rules, 3.4",
    ),
    PolicyDefinition(
        key="promotion_feedback_asked",
        title="Colleagues who are asked",
        sentence="How many colleagues are asked for feedback about each promotion case.",
        kind=PolicyKind.NUMBER,
        default=3,
        minimum=1,
        maximum=9,
        unit="colleagues",
        owner=PolicyOwner.HR,
        source="Promotion rules, 3.2",
    ),
    PolicyDefinition(
        key="promotion_feedback_needed",
        title="Answers of colleagues",
        sentence="How many answers of colleagues each case needs before it is reviewed, or a waiver with a reason.",
        kind=PolicyKind.NUMBER,
        default=2,
        minimum=0,
        maximum=9,
        unit="answers",
        owner=PolicyOwner.HR,
        source="Promotion rules, 3.2",
    ),
    PolicyDefinition(
        key="promotion_minimum_months",
        title="Minimum time at a level",
        sentence="How long somebody holds a level before they can be nominated; 0 sets no minimum. HR may waive it.",
        kind=PolicyKind.NUMBER,
        default=0,
        minimum=0,
        maximum=60,
        unit="months",
        owner=PolicyOwner.HR,
        source="Promotion rules, 3.1",
    ),
    PolicyDefinition(
        key="promotion_hides_ratings",
        title="Reviewers rate before they see ratings",
        sentence="Whether reviewers see the engineer’s and the manager’s ratings only once their own are handed in.",
        kind=PolicyKind.SWITCH,
        default=True,
        owner=PolicyOwner.HR,
        source="Promotion rules, 3.6",
    ),
    PolicyDefinition(
        key="promotion_archive_days",
        title="Packets after a cycle",
        sentence="How long the committee still reads the packets of a promotion cycle after its decisions were told.",
        kind=PolicyKind.NUMBER,
        default=90,
        minimum=1,
        maximum=730,
        unit="days",
        owner=PolicyOwner.HR,
        source="Access matrix, note 2",
    ),
    PolicyDefinition(
        key="mentoring_months",
        title="How long a mentorship is meant to last",
        sentence="How long a new mentorship is planned for; a round and what has begun keep the number they have.",
        kind=PolicyKind.NUMBER,
        default=MONTHS,
        minimum=MIN_MONTHS,
        maximum=MAX_MONTHS,
        unit="months",
        owner=PolicyOwner.HR,
        source="Mentoring rules, 6.1",
    ),
    PolicyDefinition(
        key="mentoring_session_weeks",
        title="How often a pair means to meet",
        sentence="The time between two sessions that a new mentorship sets out with; what has begun keeps its own.",
        kind=PolicyKind.NUMBER,
        default=SESSION_WEEKS,
        minimum=MIN_SESSION_WEEKS,
        maximum=MAX_SESSION_WEEKS,
        unit="weeks",
        owner=PolicyOwner.HR,
        source="Mentoring rules, 6.1",
    ),
    PolicyDefinition(
        key="mentoring_overdue_weeks",
        title="When a pair is silent",
        sentence="After this time without a session both of a pair are reminded, and coordinators see it as silent.",
        kind=PolicyKind.NUMBER,
        default=OVERDUE_WEEKS,
        minimum=MIN_OVERDUE_WEEKS,
        maximum=MAX_OVERDUE_WEEKS,
        unit="weeks",
        owner=PolicyOwner.HR,
        source="Mentoring rules, 6.1",
    ),
    PolicyDefinition(
        key="mentoring_capacity",
        title="Mentees of a mentor",
        sentence="How many mentees a mentor takes on who has said nothing else; everybody changes their own number.",
        kind=PolicyKind.NUMBER,
        default=DEFAULT_CAPACITY,
        minimum=0,
        maximum=MAX_CAPACITY,
        unit="mentees",
        owner=PolicyOwner.HR,
        source="Mentoring rules, 6.1",
    ),
    PolicyDefinition(
        key="report_smallest_group",
        title="Smallest group in a report",
        sentence="Figures about fewer people than this are hidden in reports, whoever looks.",
        kind=PolicyKind.NUMBER,
        default=SMALLEST_GROUP,
        minimum=SMALLEST_GROUP,
        maximum=50,
        unit="people",
        owner=PolicyOwner.HR,
        source="Statistics for HR, 5.3",
    ),
    PolicyDefinition(
        key="report_smallest_group_outside",
        title="Smallest group in what leaves the company",
        sentence="Figures about fewer people than this are hidden in a file that is made for somebody outside.",
        kind=PolicyKind.NUMBER,
        default=SMALLEST_GROUP_OUTSIDE,
        minimum=SMALLEST_GROUP_OUTSIDE,
        maximum=100,
        unit="people",
        owner=PolicyOwner.HR,
        source="Statistics for HR, 5.3",
    ),
)
POLICIES: Mapping[str, PolicyDefinition] = {definition.key: definition for definition in _ALL}
"""Every policy by its key, in the order in which pages show them."""
