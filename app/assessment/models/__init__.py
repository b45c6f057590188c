"""Tables of assessment: rounds and answers, waivers, what both sign, growth plans, stored standing."""

from app.assessment.models.growth import GrowthAction, GrowthGoal, GrowthPlan
from app.assessment.models.rounds import (
    COMMENT_LENGTH,
    WINDOW_LENGTH,
    Assessment,
    AssessmentAnswer,
    AssessmentSheet,
    Side,
)
from app.assessment.models.signing import NOTE_LENGTH, WHOLE, AssessmentNote, AssessmentSignature
from app.assessment.models.standing import StandingHead, StandingRecord, StoredReadiness, StoredStanding
from app.assessment.models.waivers import Waiver

__all__ = [
    "COMMENT_LENGTH",
    "NOTE_LENGTH",
    "WHOLE",
    "WINDOW_LENGTH",
    "Assessment",
    "AssessmentAnswer",
    "AssessmentNote",
    "AssessmentSheet",
    "AssessmentSignature",
    "GrowthAction",
    "GrowthGoal",
    "GrowthPlan",
    "Side",
    "StandingHead",
    "StandingRecord",
    "StoredReadiness",
    "StoredStanding",
    "Waiver",
]
