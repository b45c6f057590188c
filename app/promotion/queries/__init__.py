"""Reads of promotion: cycles and cases, who stands how to them, packets, ratings and what they amount to."""

from app.promotion.queries.cases import deadline_of, edition_of, get_case, get_cycle, rated_ids, report_of
from app.promotion.queries.packets import frozen_packet_of
from app.promotion.queries.relations import publish_relations, recusal_conditions, select_recused

__all__ = [
    "deadline_of",
    "edition_of",
    "frozen_packet_of",
    "get_case",
    "get_cycle",
    "publish_relations",
    "rated_ids",
    "recusal_conditions",
    "report_of",
    "select_recused",
]
