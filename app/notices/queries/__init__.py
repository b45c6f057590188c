"""Reading the outbox, and what waits for people."""

from app.notices.queries.outbox import (
    count_mail,
    find_oldest_due,
    get_mail,
    has_due_mail,
    is_due,
    list_mail,
    list_unknown_kinds,
    whose_mail_waits,
)
from app.notices.queries.waiting import (
    find_waiting,
    hearing_of,
    hearings_of,
    list_people_to_write_to,
    list_waiting,
)

__all__ = [
    "count_mail",
    "find_oldest_due",
    "find_waiting",
    "get_mail",
    "has_due_mail",
    "hearing_of",
    "hearings_of",
    "is_due",
    "list_mail",
    "list_people_to_write_to",
    "list_unknown_kinds",
    "list_waiting",
    "whose_mail_waits",
]
