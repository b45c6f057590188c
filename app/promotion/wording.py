"""Promotion in words: states, moves, guards, deadlines, recusals and ratings, as pages and mail say them. Pure.

Whoever is neither on the committee nor in HR reads `public_state`: what happens between the freezing of a packet and
the telling has one word for them, so that it shows neither that somebody rates nor that something was decided.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from app.domain.committee import CommitteeRating, Finding, Recommendation, RecusalReason, finding, lower_median
from app.domain.eligibility import NotEligible
from app.domain.promotion import CaseEvent, CaseState, CycleState, DecisionKind, DeferReason, Guard
from app.promotion.models import FeedbackLeaning, NominatedBy, PacketPart

CYCLE_STATE: Mapping[CycleState, str] = MappingProxyType(
    {
        CycleState.DRAFT: "Draft",
        CycleState.OPEN: "Nominations",
        CycleState.PACKETS: "Packets",
        CycleState.FEEDBACK: "Feedback",
        CycleState.REVIEW: "Review",
        CycleState.CALIBRATION: "Calibration",
        CycleState.DECIDED: "Decided",
        CycleState.COMMUNICATED: "Telling",
        CycleState.APPEALS: "Appeals",
        CycleState.CLOSED: "Closed",
        CycleState.CANCELLED: "Cancelled",
    }
)
"""The name of a phase, as on the rail."""

CYCLE_NOW: Mapping[CycleState, str] = MappingProxyType(
    {
        CycleState.DRAFT: "a draft",
        CycleState.OPEN: "nominations are open",
        CycleState.PACKETS: "packets are being written",
        CycleState.FEEDBACK: "colleagues give feedback",
        CycleState.REVIEW: "packets are being reviewed",
        CycleState.CALIBRATION: "the committee compares cases",
        CycleState.DECIDED: "decisions wait for a second approval",
        CycleState.COMMUNICATED: "candidates are being told",
        CycleState.APPEALS: "candidates may appeal",
        CycleState.CLOSED: "closed",
        CycleState.CANCELLED: "cancelled",
    }
)
"""What happens in a phase, to follow the name of the cycle and a colon; for HR and the committee."""

WITH_COMMITTEE = "With the committee"
_UNTIL_TOLD = (CycleState.REVIEW, CycleState.CALIBRATION, CycleState.DECIDED)
PUBLIC_CYCLE_NOW: Mapping[CycleState, str] = MappingProxyType(
    {**CYCLE_NOW, **dict.fromkeys(_UNTIL_TOLD, "cases are with the committee")}
)
"""What happens in a phase, for everybody else: review, calibration and decision are one."""

CASE_STATE: Mapping[CaseState, str] = MappingProxyType(
    {
        CaseState.NOMINATED: "Nomination open",
        CaseState.ACCEPTED: "Nomination accepted",
        CaseState.DRAFTING: "Drafting packet",
        CaseState.SUBMITTED: "Packet submitted",
        CaseState.IN_FEEDBACK: "Feedback asked for",
        CaseState.IN_REVIEW: "In review",
        CaseState.RATED: "Rated",
        CaseState.CALIBRATED: "In calibration",
        CaseState.DECIDED: "Decided",
        CaseState.COMMUNICATED: "Told",
        CaseState.APPEALED: "Appealed",
        CaseState.APPEAL_DECIDED: "Appeal decided",
        CaseState.CLOSED: "Closed",
        CaseState.WITHDRAWN: "Withdrawn by candidate",
        CaseState.DECLINED: "Nomination declined",
        CaseState.INELIGIBLE: "Ruled out",
        CaseState.CANCELLED: "Cancelled with the cycle",
    }
)
"""The state of a case for HR and the committee."""
HIDDEN_STATES = frozenset({CaseState.IN_REVIEW, CaseState.RATED, CaseState.CALIBRATED, CaseState.DECIDED})


def public_state(state: CaseState) -> str:
    """Return the state of a case for its candidate, their manager and those above.

    >>> public_state(CaseState.DECIDED), public_state(CaseState.SUBMITTED)
    ('With the committee', 'Packet submitted')
    """
    return WITH_COMMITTEE if state in HIDDEN_STATES else CASE_STATE[state]


DEADLINE: Mapping[str, str] = MappingProxyType(
    {
        "nominations_close": "Nominations close",
        "packets_due": "Packets due",
        "feedback_due": "Feedback due",
        "review_due": "Ratings due",
        "calibration_on": "Calibration",
        "communicate_by": "Everybody told by",
        "appeal_until": "Appeals until",
        "evidence_until": "Evidence counts until",
    }
)
"""The name of each day of a cycle, as a label."""
NOMINATIONS_CLOSED = "Nominations closed"
"""The same of the first day, once it is past."""

DEADLINE_OF: Mapping[CycleState, str] = MappingProxyType(
    {
        CycleState.OPEN: "nominations_close",
        CycleState.PACKETS: "packets_due",
        CycleState.FEEDBACK: "feedback_due",
        CycleState.REVIEW: "review_due",
        CycleState.CALIBRATION: "calibration_on",
        CycleState.DECIDED: "communicate_by",
        CycleState.COMMUNICATED: "communicate_by",
        CycleState.APPEALS: "appeal_until",
    }
)
"""The day by which a phase is to end."""

MOVE_BUTTON: Mapping[CycleState, str] = MappingProxyType(
    {
        CycleState.OPEN: "Open the cycle",
        CycleState.PACKETS: "Close nominations",
        CycleState.FEEDBACK: "Ask for feedback",
        CycleState.REVIEW: "Open the review",
        CycleState.CALIBRATION: "Open calibration",
        CycleState.DECIDED: "Close calibration",
        CycleState.COMMUNICATED: "Release the decisions",
        CycleState.APPEALS: "Open appeals",
        CycleState.CLOSED: "Close the cycle",
    }
)
"""The words on the button that moves a cycle into a state."""

MOVE_BEFORE: Mapping[CycleState, str] = MappingProxyType(
    {
        CycleState.OPEN: "before the cycle can open",
        CycleState.PACKETS: "before packets can be written",
        CycleState.FEEDBACK: "before feedback can open",
        CycleState.REVIEW: "before the review can open",
        CycleState.CALIBRATION: "before calibration can open",
        CycleState.DECIDED: "before calibration can close",
        CycleState.COMMUNICATED: "before anybody can be told",
        CycleState.APPEALS: "before appeals can open",
        CycleState.CLOSED: "before the cycle can close",
    }
)
"""What waits, to follow “Missing” or “Three things are missing”."""

MOVE_WILL: Mapping[CycleState, tuple[str, ...]] = MappingProxyType(
    {
        CycleState.OPEN: (
            "Everybody sees the cycle with its days, and can nominate themselves or somebody else.",
            "The ladders that it pins, its quorum and the other numbers of your policies stay as they are now.",
        ),
        CycleState.PACKETS: (
            "Nobody can be nominated any more.",
            "Whoever has accepted writes a packet, and their line manager a statement.",
            "A nomination that is not answered yet still waits for its answer; you may let it lapse.",
        ),
        CycleState.FEEDBACK: (
            "Packets that are in cannot be changed any more; incomplete ones go on as they are.",
            "Colleagues are drawn by rule for each case and asked for feedback.",
        ),
        CycleState.REVIEW: (
            "Every packet is frozen with its checksum. Later corrections stand beside it.",
            "Reviewers are drawn by rule for each case, and rate it blind.",
        ),
        CycleState.CALIBRATION: (
            "Recusals are looked at once more.",
            "Rounds that have their quorum are closed: ratings that come later are refused.",
            "The committee sees the ratings, side by side, and talks about them.",
        ),
        CycleState.DECIDED: (
            "You approve the list of decisions as it stands, as the first of two people.",
            "No decision can be changed any more. Nobody outside the committee and HR sees it yet.",
        ),
        CycleState.COMMUNICATED: (
            "Candidates can be told, one by one. Each decision takes effect as it is told.",
            "The committee reads the packets for some time yet, and then no more.",
        ),
        CycleState.APPEALS: ("Candidates may appeal until the last day for it.",),
        CycleState.CLOSED: ("Every case is closed. The record of the cycle stays.",),
    }
)
"""What entering a state does, for the question before the move."""

GUARD: Mapping[Guard, str] = MappingProxyType(
    {
        Guard.VERSION_PINNED: "At least one ladder version is pinned",
        Guard.COMMITTEES_NAMED: "The committee is named and can reach its quorum",
        Guard.DATES_ORDERED: "All days are set, each later than the one before",
        Guard.ELIGIBILITY_GENERATED: "The list of who could be nominated is made",
        Guard.NOMINATIONS_OVER: "The last day of nominations is over, or they are closed early with a reason",
        Guard.PACKETS_SUBMITTED: "Every case needs a submitted packet, or is marked incomplete",
        Guard.FEEDBACK_GIVEN: "Every case needs its answers from colleagues, or a waiver with a reason",
        Guard.CUT_OFF_REACHED: "The cut-off for evidence is reached",
        Guard.PACKETS_HASHED: "Every packet is frozen, with its checksum",
        Guard.QUORUM_REACHED: "Every case needs a quorum of complete ratings by reviewers who are not recused",
        Guard.EVERY_CASE_DECIDED: "Every case needs a decision with reasons",
        Guard.SECOND_APPROVED: "A second person approves the list of decisions",
        Guard.EVERYBODY_TOLD: "Every candidate has been told",
        Guard.APPEAL_WINDOW_OVER: "The last day for appeals is over",
        Guard.APPEALS_DECIDED: "Every appeal is decided",
    }
)
"""What a guard asks, as a sentence without its stop."""

RECUSAL: Mapping[RecusalReason, str] = MappingProxyType(
    {
        RecusalReason.SELF: "The candidate themselves",
        RecusalReason.MANAGER: "Line manager of the candidate",
        RecusalReason.MANAGERS_MANAGER: "Manager of the candidate’s line manager",
        RecusalReason.STATEMENT: "Wrote the statement, or was line manager when the packet came in",
        RecusalReason.DIRECT_REPORT: "Reports to the candidate",
        RecusalReason.MENTORING: "Mentor or mentee within the last twelve months",
        RecusalReason.NOMINATED: "Nominated the candidate",
        RecusalReason.PEER_FEEDBACK: "Gave feedback on this case",
        RecusalReason.SAME_TARGET: "Candidate for the same level in this cycle",
        RecusalReason.DECLARED: "Declared by themselves",
    }
)
"""Why somebody takes no part in a case."""

RATING: Mapping[CommitteeRating, str] = MappingProxyType(
    {
        CommitteeRating.NOT_MET: "Not met",
        CommitteeRating.PARTLY_MET: "Partly met",
        CommitteeRating.MET: "Met",
        CommitteeRating.EXCEEDED: "Exceeded",
        CommitteeRating.CANNOT_JUDGE: "Cannot judge",
    }
)

_BY_VALUE = {one.value_on_scale: RATING[one].lower() for one in CommitteeRating if one.value_on_scale is not None}


def finding_words(ratings: Collection[CommitteeRating]) -> str:
    """Return what the ratings of one expectation say, with their median; of an even number the lower one.

    >>> finding_words([CommitteeRating.MET, CommitteeRating.EXCEEDED, CommitteeRating.EXCEEDED])
    'Median: exceeded'
    >>> finding_words([CommitteeRating.PARTLY_MET, CommitteeRating.MET]), finding_words([CommitteeRating.MET])
    ('Below met: partly met', 'No finding')
    """
    found = finding(ratings)
    middle = lower_median([value for one in ratings if (value := one.value_on_scale) is not None])
    if middle is None or found is Finding.NONE:
        return "No finding"
    return f"{'Median' if found is Finding.PASSES else 'Below met'}: {_BY_VALUE[middle]}"


RATIONALE_FAULT: Mapping[str, str] = MappingProxyType(
    {
        "rating": "Not rated yet.",
        "sentence": "Say why in at least one sentence.",
        "unknown_piece": "It cites a piece by a number that this packet does not have.",
        "cites_nothing": "Cite a piece by its number, or name what is missing.",
    }
)
"""What a rating still lacks, as a sentence."""

RECOMMENDATION: Mapping[Recommendation, str] = MappingProxyType(
    {
        Recommendation.PROMOTE: "Ratings recommend: promote",
        Recommendation.NOT_YET: "Ratings recommend: not yet",
        Recommendation.CANNOT_TELL: "Ratings cannot tell",
    }
)
"""What the ratings of a case amount to; the committee may decide otherwise, with reasons."""

NOMINATED_BY: Mapping[NominatedBy, str] = MappingProxyType(
    {NominatedBy.SELF: "Self", NominatedBy.MANAGER: "Manager", NominatedBy.PEER: "Peer"}
)

DECISION: Mapping[DecisionKind, str] = MappingProxyType(
    {DecisionKind.PROMOTE: "Promote", DecisionKind.NOT_YET: "Not yet", DecisionKind.DEFER: "Defer"}
)

OUTCOME: Mapping[DecisionKind, str] = MappingProxyType(
    {DecisionKind.PROMOTE: "Promoted", DecisionKind.NOT_YET: "Not yet", DecisionKind.DEFER: "Deferred"}
)
"""What became of a case, once its candidate was told."""
LAPSED = "Promotion without effect"

DEFER_REASON: Mapping[DeferReason, str] = MappingProxyType(
    {
        DeferReason.LEAVE: "Parental or other leave",
        DeferReason.UNFINISHED_PROJECT: "A project is not finished",
        DeferReason.INCOMPLETE_PACKET: "The packet is incomplete",
        DeferReason.REVIEWER_SHORTAGE: "Too few reviewers",
        DeferReason.NO_POST: "No post or budget",
        DeferReason.BUSINESS_NEED: "Business need",
    }
)
"""Which fact is missing; none of them says anything about the person."""

PACKET_PART: Mapping[PacketPart, str] = MappingProxyType(
    {
        PacketPart.SUMMARY: "Summary",
        PacketPart.IMPACT: "Impact",
        PacketPart.HELPED: "Whom I helped",
        PacketPart.STATEMENT: "Statement of the line manager",
    }
)
"""The heading of each written part."""

NOT_ELIGIBLE: Mapping[NotEligible, str] = MappingProxyType(
    {
        NotEligible.NO_LEVEL: "No level of a ladder is recorded.",
        NotEligible.NOT_PINNED: "Their ladder is not part of this cycle.",
        NotEligible.UNKNOWN_LEVEL: "The pinned version of the ladder does not have the level held.",
        NotEligible.TOP: "Nothing follows the level held.",
        NotEligible.LEAVING: "A last day of work is recorded.",
        NotEligible.NOT_YET: "An earlier answer names a later day for the next nomination.",
        NotEligible.MINIMUM: "The minimum time at the level is not over by the last day of nominations.",
    }
)
"""By which rule somebody could not be nominated, as a sentence."""

CASE_STEP: Mapping[CaseEvent, str] = MappingProxyType(
    {
        CaseEvent.ACCEPT: "Accepted the nomination",
        CaseEvent.DECLINE: "Declined the nomination",
        CaseEvent.RULE_OUT: "Ruled the case out",
        CaseEvent.LAPSE: "Let the nomination lapse: it was not answered in time",
        CaseEvent.BEGIN_DRAFTING: "The packet was begun",
        CaseEvent.SUBMIT: "Handed in the packet",
        CaseEvent.HAND_ON_INCOMPLETE: "Went on with an incomplete packet",
        CaseEvent.ENTER_FEEDBACK: "Colleagues were asked",
        CaseEvent.ENTER_REVIEW: "The packet went to the committee",
        CaseEvent.CLOSE_RATING: "Ratings were closed",
        CaseEvent.CALIBRATE: "Went into calibration",
        CaseEvent.DECIDE: "Decided",
        CaseEvent.COMMUNICATE: "The candidate was told",
        CaseEvent.APPEAL: "Appealed",
        CaseEvent.DECIDE_APPEAL: "Decided the appeal",
        CaseEvent.CLOSE: "Closed with the cycle",
        CaseEvent.WITHDRAW: "Withdrew the case",
        CaseEvent.CANCEL: "Cancelled with the cycle",
    }
)
"""What happened to a case, for the list of its steps."""

LEANING: Mapping[FeedbackLeaning, str] = MappingProxyType(
    {
        FeedbackLeaning.SHOWS: "I saw it",
        FeedbackLeaning.LIMITS: "I saw limits",
        FeedbackLeaning.NOT_SEEN: "I did not see it",
    }
)
"""What a colleague says of an expectation, in their own person."""

FEEDBACK_RULE: Mapping[str, str] = MappingProxyType(
    {
        "corroborated": "confirmed evidence of the candidate",
        "asked": "was asked about evidence of the candidate",
        "team": "is in the candidate’s team",
        "named": "asked by HR",
    }
)
"""Why a colleague was asked, to follow their name."""
