"""What happens at the same moment: two windows, a form sent twenty times, a change while a colleague answers."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.audit.queries import verify_chain
from app.audit.tags import Tag
from app.evidence import queries
from app.evidence.models import Evidence
from tests.factories.evidence import ask, log_piece, share_piece, stored

ROUNDS = 6


def at_once(app, *sends: Callable[[], tuple[str, str, dict[str, str]]]):
    """Send forms at the same moment, each given as cookie, address and fields; return the statuses in their order."""

    def submit(what) -> int:
        cookie, address, fields = what
        http = app.test_client()
        http.set_cookie("session", cookie)
        return Context().run(http.post, address, data=fields).status_code

    with ThreadPoolExecutor(len(sends)) as pool:
        return list(pool.map(submit, sends))


def submit_of(client, form, **changed):
    """Return what a client would send."""
    fields: dict[str, list[str]] = {}
    for name, value in form.with_values(**changed):
        fields.setdefault(name, []).append(value)
    return client.http.get_cookie("session").decoded_value, form.action, fields


def test_of_two_windows_that_save_at_once_exactly_one_wins(company, app, client_for):
    piece = share_piece(company.amara)
    client = client_for(company.amara)
    for place in range(ROUNDS):
        one = client.get(f"/evidence/{piece.id}/edit").form(ending="/edit")
        two = client.get(f"/evidence/{piece.id}/edit").form(ending="/edit")
        statuses = at_once(
            app,
            submit_of(client, one, title=f"First {place}"),
            submit_of(client, two, title=f"Second {place}"),
        )
        assert sorted(statuses) == [302, 409]
        assert stored(piece).title == f"{('First', 'Second')[statuses.index(302)]} {place}"


def test_twenty_identical_submits_make_one_piece(company, app, client_for, session):
    client = client_for(company.amara)
    form = client.get("/evidence/").form("/evidence/")
    assert at_once(app, *[submit_of(client, form, title="Once")] * 20) == [302] * 20
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Evidence)) == 1
    logged = select(func.count()).select_from(AuditEvent).where(AuditEvent.tag == Tag.EVIDENCE_LOGGED)
    assert session.scalar(logged) == 1
    assert verify_chain(session).fault is None


@pytest.mark.parametrize(("act", "tag"), [("share", Tag.EVIDENCE_SHARED), ("discard", Tag.EVIDENCE_DISCARDED)])
def test_an_act_of_two_windows_happens_once(company, app, client_for, session, act, tag):
    client = client_for(company.amara)
    for place in range(ROUNDS):
        piece = log_piece(company.amara, f"Piece {place}")
        address = f"/evidence/{piece.id}" + ("/discard" if act == "discard" else "")
        one, two = client.get(address).form(ending=act), client.get(address).form(ending=act)
        statuses = at_once(app, submit_of(client, one), submit_of(client, two))
        assert sorted(statuses) in ([302, 404], [302, 409])
    session.rollback()
    assert session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.tag == tag)) == ROUNDS


def test_no_confirmation_counts_for_a_text_that_was_not_read(company, app, client_for):
    author, colleague = client_for(company.amara), client_for(company.henrik)
    for place in range(ROUNDS):
        piece = share_piece(company.amara, f"Piece {place}")
        ask(piece, company.henrik)
        change = author.get(f"/evidence/{piece.id}/edit").form(ending="/edit")
        reply = colleague.get(f"/evidence/{piece.id}").form(ending="/answer")
        statuses = at_once(
            app,
            submit_of(author, change, title="Another story"),
            submit_of(colleague, reply, outcome="confirmed"),
        )
        assert statuses[0] == 302
        assert statuses[1] in {302, 422}
        facts = queries.pieces_for_readiness([company.amara.id])[company.amara.id]
        assert not [fact for found in facts.values() for fact in found if fact.corroborators]
