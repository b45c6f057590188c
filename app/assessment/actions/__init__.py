"""Changing assessments: opening, writing, handing in, due days, closing, notes, signing; waivers and growth plans.

Records hold ids and counts, never a rating or a word of anybody.
"""

from app.assessment.actions.closing import CALLED_OFF, call_off, close_side, remind, remind_when_due, set_due
from app.assessment.actions.growth import (
    PlanContent,
    Step,
    change_plan,
    close_plan,
    open_plan,
    tick_action,
)
from app.assessment.actions.handing_in import UnansweredError, reopen_side, submit_side
from app.assessment.actions.notes import NOTE_FIELD, ON_THE_WHOLE, NoteDraft, NotesSaved, note_field, write_notes
from app.assessment.actions.opening import ask_for_rating, open_assessment
from app.assessment.actions.signing import (
    record_export,
    refuse_result,
    sign_result,
    take_signature_back,
    tell_both_to_sign,
)
from app.assessment.actions.waived import tell_waived
from app.assessment.actions.waivers import Approver, answer_waiver, approve_waiver, ask_waiver, end_waiver
from app.assessment.actions.writing import ANSWER_CHOICES, Entry, Kept, answer_name, save_draft, words_name

__all__ = [
    "ANSWER_CHOICES",
    "CALLED_OFF",
    "NOTE_FIELD",
    "ON_THE_WHOLE",
    "Approver",
    "Entry",
    "Kept",
    "NoteDraft",
    "NotesSaved",
    "PlanContent",
    "Step",
    "UnansweredError",
    "answer_name",
    "answer_waiver",
    "approve_waiver",
    "ask_for_rating",
    "ask_waiver",
    "call_off",
    "change_plan",
    "close_plan",
    "close_side",
    "end_waiver",
    "note_field",
    "open_assessment",
    "open_plan",
    "record_export",
    "refuse_result",
    "remind",
    "remind_when_due",
    "reopen_side",
    "save_draft",
    "set_due",
    "sign_result",
    "submit_side",
    "take_signature_back",
    "tell_both_to_sign",
    "tell_waived",
    "tick_action",
    "words_name",
    "write_notes",
]
