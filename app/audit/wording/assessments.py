"""How assessments, waivers and growth plans are told."""

from __future__ import annotations

from app.audit.tags import Tag
from app.audit.wording.words import Wording

ASSESSMENT = {
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
    Tag.WAIVER_REFUSED: Wording(
        "Waiver refused",
        "refused to waive an expectation for {subject}",
        told="refused to waive an expectation for you",
    ),
    Tag.WAIVER_ENDED: Wording(
        "Waiver ended",
        "ended the waiver of an expectation for {subject}",
        told="ended the waiver of an expectation for you",
    ),
    Tag.ASSESSMENT_DUE_SET: Wording(
        "Due day set",
        "set the due day of an assessment of {subject}",
        told="set the due day of an assessment of you",
        own="set the due day of their assessment",
    ),
    Tag.ASSESSMENT_REMINDED: Wording(
        "Side reminded of",
        "reminded of a missing side of an assessment of {subject}",
        told="reminded of a missing side of an assessment of you",
        own="reminded of the missing side of their assessment",
    ),
    Tag.ASSESSMENT_SIDE_CLOSED: Wording(
        "Side closed as not given",
        "closed a missing side of an assessment of {subject} as not given",
        told="closed a missing side of an assessment of you as not given",
    ),
    Tag.ASSESSMENT_CALLED_OFF: Wording(
        "Assessment called off",
        "called off an assessment of {subject}",
        told="called off an assessment of you",
        own="called off an assessment of themselves",
    ),
    Tag.NOTE_WRITTEN: Wording(
        "Joint note written",
        "wrote a joint note on an assessment of {subject}",
        told="wrote a joint note on an assessment of you",
        own="wrote a joint note on their assessment",
    ),
    Tag.RESULT_SIGNED: Wording(
        "Result signed",
        "signed the result of an assessment of {subject}",
        told="signed the result of an assessment of you",
        own="signed the result of their assessment",
    ),
    Tag.RESULT_NOT_SIGNED: Wording(
        "Result not signed",
        "recorded why they do not sign an assessment of {subject}",
        told="recorded why they do not sign an assessment of you",
        own="recorded why they do not sign their assessment",
    ),
    Tag.SIGNATURE_TAKEN_BACK: Wording(
        "Signature taken back",
        "took back a signature under an assessment of {subject}",
        told="took back a signature under an assessment of you",
        own="took back their signature under an assessment",
    ),
    Tag.RESULT_EXPORTED: Wording(
        "Result taken out",
        "took out the result of an assessment of {subject}",
        told="took out the result of an assessment of you",
        own="took out the result of their assessment",
    ),
    Tag.GROWTH_PLAN_OPENED: Wording(
        "Growth plan opened",
        "opened a growth plan of {subject}",
        told="opened a growth plan of yours",
        own="opened a growth plan",
    ),
    Tag.GROWTH_PLAN_CHANGED: Wording(
        "Growth plan changed",
        "changed the growth plan of {subject}",
        told="changed your growth plan",
        own="changed their growth plan",
    ),
    Tag.GROWTH_PLAN_CLOSED: Wording(
        "Growth plan closed",
        "closed the growth plan of {subject}",
        told="closed your growth plan",
        own="closed their growth plan",
    ),
    Tag.STANDINGS_RECOMPUTED: Wording("Standings computed anew", "had all standings computed anew"),
}
