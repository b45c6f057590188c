"""Reading evidence: single pieces, lists with filters, and the facts that readiness rests on."""

from app.evidence.queries.asked import (
    AskedEntry,
    Colleague,
    Found,
    concerns,
    find_colleagues,
    list_asked_of,
    select_asked_about,
)
from app.evidence.queries.cards import Card, by_quarter, list_cards
from app.evidence.queries.choices import ChoiceGroup, Choices, list_choices
from app.evidence.queries.facts import corroborators_of, pieces_for_readiness
from app.evidence.queries.filters import Filters
from app.evidence.queries.lists import EvidenceList, Warn, balance_of, list_evidence, warnings_of
from app.evidence.queries.marks import ExpectationMark, Marks, as_read_by, marks_for
from app.evidence.queries.page import PiecePage, piece_page
from app.evidence.queries.pieces import (
    find_live_setting_aside,
    fitting_kind,
    get_claim,
    get_evidence,
    load_evidence,
    lock_evidence,
    next_number,
    usual_kind,
)
from app.evidence.queries.revisions import (
    Change,
    Said,
    SaidClaim,
    contents_for,
    find_last_revision,
    list_changes,
    list_revisions,
    reads_now,
    revision_for,
)

__all__ = [
    "AskedEntry",
    "Card",
    "Change",
    "ChoiceGroup",
    "Choices",
    "Colleague",
    "EvidenceList",
    "ExpectationMark",
    "Filters",
    "Found",
    "Marks",
    "PiecePage",
    "Said",
    "SaidClaim",
    "Warn",
    "as_read_by",
    "balance_of",
    "by_quarter",
    "concerns",
    "contents_for",
    "corroborators_of",
    "find_colleagues",
    "find_last_revision",
    "find_live_setting_aside",
    "fitting_kind",
    "get_claim",
    "get_evidence",
    "list_asked_of",
    "list_cards",
    "list_changes",
    "list_choices",
    "list_evidence",
    "list_revisions",
    "load_evidence",
    "lock_evidence",
    "marks_for",
    "next_number",
    "piece_page",
    "pieces_for_readiness",
    "reads_now",
    "revision_for",
    "select_asked_about",
    "usual_kind",
    "warnings_of",
]
