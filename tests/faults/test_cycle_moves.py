"""F14: one cycle moved by several people at the same moment: one step, one record, a clear answer for the others."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app import create_app
from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.domain.promotion import CaseState, CycleState
from app.infra.db import db, set_may_write
from app.promotion.models import CycleStep, PeerFeedback, PromotionCase, PromotionCycle
from tests.conftest import Databases, test_settings
from tests.factories.promotion import TODAY, make_case, make_cycle, make_firm

AT_ONCE = 4


@pytest.fixture
def app(backend, scratch, clock):
    """Return the application on a fresh database of each kind in turn."""
    databases = Databases(scratch, f"belay_moves_{os.getpid()}", backend)
    databases.refresh()
    served = create_app(test_settings(databases.url, scratch))
    set_may_write(value=False)
    with served.app_context():
        yield served
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
    databases.close()


def at_once(app, acts):
    """Carry acts out in threads of their own, each with a database session of its own."""

    def run(act):
        with app.app_context():
            return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        pages = [result.result() for result in [pool.submit(run, act) for act in acts]]
    db.session.rollback()
    return pages


def count(row, *conditions):
    return db.session.scalar(select(func.count()).select_from(row).where(*conditions))


def test_a_cycle_that_several_people_move_at_once_moves_one_step(app, client_for):
    firm = make_firm()
    cycle = make_cycle(firm, state=CycleState.PACKETS, packets_due=TODAY - timedelta(days=1))
    case = make_case(cycle, firm.amara, state=CaseState.SUBMITTED)
    address = f"/promotions/{cycle.id}/move"
    clients = [client_for(person) for person in (firm.hr, firm.hr_too) * (AT_ONCE // 2)]
    forms = [client.get(address).form(ending="/move") for client in clients]
    pages = at_once(app, [lambda c=c, f=f: c.send(f) for c, f in zip(clients, forms, strict=True)])
    assert sorted(page.status for page in pages) == [302, *[409] * (AT_ONCE - 1)]
    assert all("it is in the phase “Feedback” now" in page.words() for page in pages if page.status == 409)
    db.session.expire_all()
    assert db.session.get(PromotionCycle, cycle.id).state is CycleState.FEEDBACK
    assert db.session.get(PromotionCase, case.id).state is CaseState.IN_FEEDBACK
    assert count(CycleStep, CycleStep.kind == "move") == 1
    assert count(AuditEvent, AuditEvent.tag == Tag.CYCLE_MOVED) == 1
    asked = db.session.execute(select(PeerFeedback.author_id)).all()
    assert len(asked) == len(set(asked))


def test_of_a_move_and_a_cancelling_at_once_the_cycle_never_has_both(app, client_for):
    firm = make_firm()
    cycle = make_cycle(firm, state=CycleState.OPEN, nominations_close=TODAY - timedelta(days=1))
    make_case(cycle, firm.amara)
    movers = [(client_for(firm.hr), "move", {}), (client_for(firm.hr_too), "cancel", {"reason": "No budget."})]
    forms = [client.get(f"/promotions/{cycle.id}/{act}").form(ending=f"/{act}") for client, act, _ in movers]
    pages = at_once(
        app,
        [lambda c=c, f=f, more=more: c.send(f, **more) for (c, _, more), f in zip(movers, forms, strict=True)],
    )
    assert 302 in {page.status for page in pages}
    db.session.expire_all()
    steps = db.session.scalars(select(CycleStep.target).order_by(CycleStep.at, CycleStep.id)).all()
    state = db.session.get(PromotionCycle, cycle.id).state
    # Moved and then cancelled is two good steps; cancelled and then moved is none.
    assert state is (CycleState.CANCELLED if pages[1].status == 302 else CycleState.PACKETS)
    assert "cancelled" not in steps or state is CycleState.CANCELLED
