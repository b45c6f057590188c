"""Reading the record, and proving it."""

from app.audit.queries.chain import ChainFault, ChainReport, verify_chain
from app.audit.queries.events import EventFilter, Stretch, count_events, list_events, list_events_about

__all__ = [
    "ChainFault",
    "ChainReport",
    "EventFilter",
    "Stretch",
    "count_events",
    "list_events",
    "list_events_about",
    "verify_chain",
]
