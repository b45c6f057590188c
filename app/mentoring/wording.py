"""Mentoring in words: what a mentorship is at, as pages and mail say it. Pure.

`STATE` is for the two of a pair. Whoever else may know of the fact reads `OUTSIDE`: it says neither who declined nor
who ended it, and nothing of how.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.domain.mentorship import MentorshipState, PairSide

STATE: Mapping[MentorshipState, str] = MappingProxyType(
    {
        MentorshipState.PROPOSED: "Waits for an answer",
        MentorshipState.ACTIVE: "Under way",
        MentorshipState.MID_POINT_DONE: "Under way, half time done",
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
