"""What every change of a case or a cycle does: lock its row, look the move up in the table, write the step down.

No other module sets the state of a case.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.errors import MissingError, NotAllowedNowError
from app.domain.promotion import CaseEvent, after
from app.infra.db import db
from app.promotion.models import CaseStep, CycleStep, PromotionCase, PromotionCycle

QUIET = frozenset({CaseEvent.CLOSE_RATING, CaseEvent.CALIBRATE, CaseEvent.DECIDE})
"""Events whose record names no candidate: before the decision is told, nobody learns from it that there is one."""


def author_id(by: Author) -> uuid.UUID:
    """Return who acts; MissingError for the command line, which takes no part in a promotion."""
    if by.person_id is None:
        raise MissingError
    return by.person_id


def lock_cycle(cycle: PromotionCycle) -> None:
    """Read a cycle as it is stored now, and keep others from changing it until the end. Before any of its cases."""
    db.session.refresh(cycle, with_for_update=True)


def lock_case(case: PromotionCase) -> None:
    """Read a case as it is stored now, and keep others from changing it until the end."""
    db.session.refresh(case, with_for_update=True)


def advance(case: PromotionCase, event: CaseEvent, *, by: Author, at: datetime, reason: str = "") -> None:
    """Let an event happen to a locked case. NotAllowedNowError where the table of moves does not know it."""
    target = after(case.state, event)
    if target is None:
        raise NotAllowedNowError("This case has moved on in the meantime, so that is no longer possible.")
    source, case.state = case.state, target
    db.session.add(
        CaseStep(
            case_id=case.id,
            at=at,
            by_id=by.person_id,
            event=event.value,
            source=source.value,
            target=target.value,
            reason=reason,
        )
    )
    note(Tag.CASE_MOVED, case, by=by, at=at, is_quiet=event in QUIET, event=event.value, state=target.value)


def note(tag: Tag, case: PromotionCase, *, by: Author, at: datetime, is_quiet: bool = False, **details: object) -> None:
    """Write the record of an act on a case: ids and codes, never what anybody said.

    A quiet one is about nobody, so that it stands in no candidate's access record.
    """
    log(tag, by=by, at=at, subject_id=None if is_quiet else case.subject_id, object_id=case.id, **details)


def step(cycle: PromotionCycle, kind: str, *, by: Author, at: datetime, reason: str = "", **more: object) -> None:
    """Write down what happened to a cycle. `more` fills columns of `CycleStep`: source, target, deadline and so on."""
    db.session.add(CycleStep(cycle_id=cycle.id, at=at, by_id=by.person_id, kind=kind, reason=reason, **more))
