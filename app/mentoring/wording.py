"""Mentoring in words: what a mentorship is at, as pages and mail say it. Pure.

`STATE` is for the two of a pair. Whoever else may know of the fact reads `OUTSIDE`: it says neither who declined nor
who ended it, and nothing of how.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.domain.mentorship import MentorshipState, PairSide
from app.mentoring.models import GoalOutcome, ReviewKind

STATE: Mapping[MentorshipState, str] = MappingProxyType(
    {
        MentorshipState.PROPOSED: "Waits for an answer",
        MentorshipState.ACTIVE: "Under way",
        MentorshipState.MID_POINT_DONE: "Under way, mid-point done",
        MentorshipState.CLOSING: "Closing",
        MentorshipState.COMPLETED: "Completed",
        MentorshipState.DECLINED: "Declined",
        MentorshipState.WITHDRAWN: "Withdrawn",
        MentorshipState.EXPIRED: "Not answered in time",
        MentorshipState.ENDED_EARLY: "Ended early",
        MentorshipState.PAUSED: "Paused",
    }
)
"""The state of a mentorship for the pair."""

OUTSIDE: Mapping[MentorshipState, str] = MappingProxyType(
    {
        **STATE,
        MentorshipState.PROPOSED: "Proposed",
        MentorshipState.MID_POINT_DONE: "Under way",
        MentorshipState.CLOSING: "Under way",
        MentorshipState.ENDED_EARLY: "Ended",
        MentorshipState.COMPLETED: "Ended",
        MentorshipState.DECLINED: "Came to nothing",
        MentorshipState.WITHDRAWN: "Came to nothing",
        MentorshipState.EXPIRED: "Came to nothing",
    }
)
"""The same for a line manager, HR and a coordinator: the fact and its dates, and nothing of why."""

SIDE: Mapping[PairSide, str] = MappingProxyType({PairSide.MENTEE: "mentee", PairSide.MENTOR: "mentor"})
"""What somebody is in a pair, within a sentence."""
OTHER: Mapping[PairSide, str] = MappingProxyType({PairSide.MENTEE: "Your mentor", PairSide.MENTOR: "Your mentee"})
"""What the other one is to somebody who is one side."""

DECLINE_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "time": "My time is full just now",
        "somebody_else": "Somebody else can help you better with this",
        "too_little": "I know too little about this",
        "rather_not": "I would rather not say",
    }
)
"""The kind reasons with which somebody declines, by the code that is kept. Only the other one of the two reads it."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question that each of the two answers for themselves, and a line that helps to answer it."""

    text: str
    hint: str = ""


QUESTIONS: Mapping[ReviewKind, tuple[Question, ...]] = MappingProxyType(
    {
        ReviewKind.MID_POINT: (
            Question("How is it going with the goals?", "What has moved, and what has not."),
            Question(
                "What should change?", "For instance how often you meet, how you prepare, or which goal comes first."
            ),
            Question("Do you want to go on?", "Yes, no, or on which condition. Either of you may say no."),
        ),
        ReviewKind.CLOSING: (
            Question("What helped most?", "One session, one habit or one sentence that made a difference."),
            Question("What would you do differently next time?", "Your own part in it first."),
            Question("Would you recommend this to a colleague, and for which goals?"),
            Question("A word to the other one", "What you would like to say before it ends."),
        ),
    }
)
"""What the two are asked at the mid-point and at the end (house). Closing has `QUESTIONS` of `domain.mentorship`."""
OUTCOME: Mapping[GoalOutcome, str] = MappingProxyType(
    {GoalOutcome.MET: "Met", GoalOutcome.PARTLY: "Partly met", GoalOutcome.NOT: "Not met"}
)
"""What became of a goal, as the two see it; it rates nothing and stands in no assessment."""

BEGUN: Mapping[PairSide, str] = MappingProxyType(
    {
        PairSide.MENTOR: "You are available as a mentor.",
        PairSide.MENTEE: "You are looking for a mentor; your waiting time counts from today.",
    }
)
"""What is said to somebody who has opted in, by what they would be."""
STOPPED: Mapping[PairSide, str] = MappingProxyType(
    {
        PairSide.MENTOR: "You are not available as a mentor any more. Your current mentorships continue.",
        PairSide.MENTEE: "You are not looking for a mentor any more. Beginning again starts your waiting time anew.",
    }
)
"""What is said to somebody who has opted out."""
WITHDRAWN: Mapping[str, Mapping[PairSide, str]] = MappingProxyType(
    {
        "found_another": {
            PairSide.MENTEE: "You have a mentor now, so Belay has withdrawn this.",
            PairSide.MENTOR: "{name} has found a mentor in the meantime. Thank you for thinking about it.",
        },
        "stopped": {
            PairSide.MENTEE: "You stopped looking for a mentor, so Belay has withdrawn this.",
            PairSide.MENTOR: "{name} is not looking for a mentor any more. Thank you for thinking about it.",
        },
        "left": dict.fromkeys(PairSide, "One of the two of you left the company, so Belay has withdrawn this."),
    }
)
"""Why Belay withdrew a request or proposal by itself, by the code of its step, as each of the two reads it."""

CLOSED = "closed"
"""The one line of every reason that touches what is private: it also counts who holds none of the goals."""
RULED_OUT: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "same_person": ("is the same person", "are the same person"),
        "management_chain": ("stands in the same line of management", "stand in the same line of management"),
        "level": ("is not a level above", "are not a level above"),
        "unavailable": ("is paused or full", "are paused or full"),
        "hours": ("shares less than two hours a day", "share less than two hours a day"),
        "language": ("shares no language", "share no language"),
        "recent_pairing": (
            "is paired with or proposed to them now, or ended early with them within the last twelve months",
            "are paired with or proposed to them now, or ended early with them within the last twelve months",
        ),
        "banned": ("is kept apart by hand", "are kept apart by hand"),
        CLOSED: (
            "holds none of the goals, or is not open to this pairing",
            "hold none of the goals, or are not open to this pairing",
        ),
    }
)
"""Why mentors are ruled out for a mentee, after their number: of one, and of more. Private reasons are one line."""
OWN_ROW = "Your own row is for another coordinator to look at."
"""What stands on the pages of a round in place of everything that would tell the reader of themselves."""
PIN_REFUSED = "These two cannot be paired now. Choose one of the mentors who are listed."
"""Why a pin is refused, whatever the cause: another answer to each would name the private ones by elimination."""
PIN_BROKEN = "could not be kept; set it anew, or take it back"
"""What has become of a pin that a run could not keep, after its two names, whatever the cause."""
PARTS: Mapping[str, str] = MappingProxyType(
    {
        "goals": "Goals covered",
        "level": "Level",
        "team": "Other team",
        "hours": "Shared hours",
        "preference": "Preference",
        "load": "Free places",
    }
)
"""The parts of a pair's score, in order."""
ANSWER: Mapping[MentorshipState, str] = MappingProxyType(
    {
        MentorshipState.PROPOSED: "Waiting for answers",
        MentorshipState.DECLINED: "Came to nothing",
        MentorshipState.EXPIRED: "Came to nothing",
        MentorshipState.WITHDRAWN: "Came to nothing",
    }
)
"""How a proposed pair stands on the page of its round; in every other state both agreed. Who said no, whether they
said it or let the days pass, and why, is not there."""
