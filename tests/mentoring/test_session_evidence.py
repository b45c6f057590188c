"""Evidence from a session: by its author's own act, without a word of the other one, and for the mentor with theirs."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.domain.errors import IncompleteError, InvalidError, MissingError, NotAllowedNowError
from app.domain.evidence import CorroborationAnswer, EvidenceKind, EvidenceState, Reason, sufficiency
from app.domain.ladder import EvidenceRule
from app.evidence.actions import answer_question, change_evidence, discard_draft, share_evidence
from app.evidence.actions.content import Content
from app.evidence.models import Evidence
from app.evidence.queries import get_evidence, load_evidence, pieces_for_readiness
from app.infra.db import db
from app.mentoring.actions import session_evidence as acts
from app.mentoring.models import SessionEvidence, SessionState
from app.mentoring.queries.sessions import get_session
from tests.conftest import NOW
from tests.factories.mentoring import make_note, make_private_note, make_session
from tests.mentoring.pairs import COACH, GOALS, act, make_pair

HELD_AT = datetime.fromisoformat("2026-11-03T13:00:00+00:00")
HERS, MINE, SECRET = "Kestrel one of hers", "Kestrel two of mine", "Kestrel three for me"
ANY = EvidenceRule(min_count=1, window_days=365)


@pytest.fixture
def pair(app):
    return make_pair()


@pytest.fixture
def held(pair):
    session = make_session(pair.mentorship, starts_at=HELD_AT, state=SessionState.HELD)
    pair.hers, pair.mine = make_note(session, pair.chioma, HERS), make_note(session, pair.amara, MINE)
    make_private_note(pair.mentorship, pair.amara, SECRET, session=session)
    return session


def make(pair, session, by, **more):
    return act(acts.make_evidence, get_session(session.id), "Mentoring session", by=by, **more)


def counted(person, expectation=COACH):
    """Return how the rules see the pieces of somebody that are linked to one expectation."""
    pieces = pieces_for_readiness([person.id])[person.id].get(expectation, [])
    return sufficiency(ANY, pieces, NOW.date())


# The mentee --------------------------------------------------------------------------


def test_the_mentee_makes_a_draft_with_the_day_the_goals_and_their_own_ticked_words(pair, held, client_for):
    client = client_for(pair.amara)
    page = client.get(f"/mentoring/sessions/{held.id}/evidence")
    form = page.form(ending="/evidence")
    fields = dict(form.fields)
    assert fields["title"] == "Mentoring session on 3 November 2026"
    assert "expectations" not in fields, "a log does not count towards this goal"
    assert "choose another kind" in page.words()
    assert "These are your goals. Once you share the piece, whoever may read your evidence sees" in page.words()
    assert "notes" not in fields, "nothing is copied unless it is ticked"
    assert HERS not in page.text
    after = client.follow(client.send(form, expectations=GOALS[0], notes=[str(pair.mine.id)]))
    piece = load_evidence(db.session.scalars(select(Evidence)).one())
    assert (piece.subject_id, piece.kind, piece.state) == (
        pair.amara.id,
        EvidenceKind.MENTORING_LOG,
        EvidenceState.DRAFT,
    )
    assert (piece.occurred_on, piece.narrative, piece.needed_voice_id) == (date(2026, 11, 3), MINE, None)
    assert [claim.expectation_id for claim in piece.claims] == list(GOALS)
    assert "E-1: Mentoring session on 3 November 2026" in after.text
    assert "E-1" not in client_for(pair.chioma).get(f"/mentoring/sessions/{held.id}").text
    for again in (client.get(f"/mentoring/sessions/{held.id}/evidence"), client.send(form, idempotency_key="again")):
        assert again.location == f"/evidence/{piece.id}", "there is one piece of a session"


def test_no_word_of_the_other_one_is_ever_copied(pair, held, client_for):
    with pytest.raises(MissingError):
        make(pair, held, pair.amara, notes=[pair.mine.id, pair.hers.id])
    page = client_for(pair.amara).post(
        f"/mentoring/sessions/{held.id}/evidence", {"title": "A line", "notes": str(pair.hers.id)}
    )
    assert page.status == 404
    assert not db.session.scalars(select(Evidence)).all()


def test_only_a_held_session_becomes_evidence_and_only_once(pair, held, client_for):
    planned = make_session(pair.mentorship, number=2)
    with pytest.raises(NotAllowedNowError):
        make(pair, planned, pair.amara)
    page = client_for(pair.amara).get(f"/mentoring/sessions/{planned.id}/evidence")
    assert page.headers["Location"] == f"/mentoring/sessions/{planned.id}"
    make(pair, held, pair.amara)
    with pytest.raises(NotAllowedNowError):
        make(pair, held, pair.amara)
    assert make(pair, held, pair.chioma).subject_id == pair.chioma.id, "the other one makes their own"


def test_a_draft_that_is_discarded_makes_room_for_another(pair, held):
    piece = make(pair, held, pair.amara)
    act(discard_draft, get_evidence(piece.id), by=pair.amara)
    assert not db.session.scalars(select(SessionEvidence)).all()
    make(pair, held, pair.amara)


def test_what_the_mentee_shares_counts_without_anybody_s_word(pair, held):
    piece = make(pair, held, pair.amara, expectations=GOALS)
    act(share_evidence, get_evidence(piece.id), by=pair.amara)
    assert counted(pair.amara, GOALS[0]).is_sufficient


# The mentor --------------------------------------------------------------------------


def test_the_mentor_s_piece_counts_only_once_the_mentee_has_confirmed_it(pair, held, client_for):
    client = client_for(pair.chioma)
    page = client.get(f"/mentoring/sessions/{held.id}/evidence")
    assert "It counts once Amara Diallo has confirmed it" in page.text
    session = client.follow(client.send(page.form(ending="/evidence"), expectations=[COACH]))
    assert "Share it and ask Amara Diallo to confirm" in session.text
    piece_id = db.session.scalars(select(Evidence.id)).one()
    act(share_evidence, get_evidence(piece_id), by=pair.chioma)
    assert [left.reason for left in counted(pair.chioma).left_out] == [Reason.UNCONFIRMED], "shared alone is not enough"
    assert "Counts once the mentee has confirmed it" in client.get(f"/evidence/{piece_id}").text
    asked = client.follow(client.send(client.get(f"/mentoring/sessions/{held.id}").form(ending="/ask")))
    assert "Amara Diallo is asked to confirm it. Until then it does not count." in asked.text
    assert not counted(pair.chioma).is_sufficient
    confirm(pair, piece_id)
    assert counted(pair.chioma).is_sufficient
    assert "has confirmed it, so it counts" in client.get(f"/mentoring/sessions/{held.id}").text


def confirm(pair, piece_id, answer=CorroborationAnswer.CONFIRMED):
    version = get_evidence(piece_id).version
    return act(answer_question, get_evidence(piece_id), answer=answer, version=version, by=pair.amara)


def test_sharing_and_asking_are_one_act_and_a_no_lets_it_count_for_nothing(pair, held):
    piece = make(pair, held, pair.chioma, expectations=[COACH])
    act(acts.share_and_ask, get_session(held.id), by=pair.chioma)
    assert get_evidence(piece.id).state is EvidenceState.SHARED
    with pytest.raises(InvalidError):
        act(acts.share_and_ask, get_session(held.id), by=pair.chioma)
    confirm(pair, piece.id, CorroborationAnswer.DECLINED)
    assert not counted(pair.chioma).is_sufficient


def test_what_the_mentor_changes_after_the_mentee_s_word_has_to_be_confirmed_anew(pair, held):
    piece = make(pair, held, pair.chioma, expectations=[COACH])
    act(acts.share_and_ask, get_session(held.id), by=pair.chioma)
    confirm(pair, piece.id)
    assert counted(pair.chioma).is_sufficient
    stored = get_evidence(piece.id)
    content = Content("I led the whole team", stored.kind, stored.occurred_on, claims={COACH: ""})
    later = NOW + timedelta(minutes=5)
    act(change_evidence, stored, content, version=stored.version, by=pair.chioma, at=later)
    assert [left.reason for left in counted(pair.chioma).left_out] == [Reason.UNCONFIRMED]


def test_a_piece_that_shows_nothing_is_neither_shared_nor_asked_about(pair, held, client_for):
    make(pair, held, pair.chioma)
    with pytest.raises(IncompleteError):
        act(acts.share_and_ask, get_session(held.id), by=pair.chioma)
    page = client_for(pair.chioma).post(f"/mentoring/sessions/{held.id}/evidence/ask")
    assert (page.status, "Tick at least one expectation" in page.text) == (422, True)
    assert client_for(pair.amara).post(f"/mentoring/sessions/{held.id}/evidence/ask").status == 404
