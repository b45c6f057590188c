"""Changing evidence: the life of a piece, what the manager sets aside, what colleagues confirm.

Every act locks the piece, checks the rules against what is stored now, and leaves one row in the audit: ids and names
of fields, never texts.
"""

from app.evidence.actions.aside import answer_setting_aside, set_aside, take_back
from app.evidence.actions.attaching import add_files, check_may_be_removed, remove_file
from app.evidence.actions.content import Content
from app.evidence.actions.corroboration import answer_question, ask_colleague, remind_colleague, take_question_back
from app.evidence.actions.life import (
    change_evidence,
    check_may_be_discarded,
    check_may_be_withdrawn,
    discard_draft,
    log_evidence,
    restore_evidence,
    share_evidence,
    withdraw_evidence,
)

__all__ = [
    "Content",
    "add_files",
    "answer_question",
    "answer_setting_aside",
    "ask_colleague",
    "change_evidence",
    "check_may_be_discarded",
    "check_may_be_removed",
    "check_may_be_withdrawn",
    "discard_draft",
    "log_evidence",
    "remind_colleague",
    "remove_file",
    "restore_evidence",
    "set_aside",
    "share_evidence",
    "take_back",
    "take_question_back",
    "withdraw_evidence",
]
