"""Changing assessments: opening, writing a draft, handing a side in, reopening it; and approving a waiver.

Records hold ids and counts, never a rating or a word of anybody.
"""

from app.assessment.actions.handing_in import UnansweredError, reopen_side, submit_side
from app.assessment.actions.opening import ask_for_rating, open_assessment
from app.assessment.actions.waivers import Approver, approve_waiver
from app.assessment.actions.writing import ANSWER_CHOICES, Entry, Kept, answer_name, save_draft, words_name

__all__ = [
    "ANSWER_CHOICES",
    "Approver",
    "Entry",
    "Kept",
    "UnansweredError",
    "answer_name",
    "approve_waiver",
    "ask_for_rating",
    "open_assessment",
    "reopen_side",
    "save_draft",
    "submit_side",
    "words_name",
]
