"""What a team gives nobody to show: counted from revealed answers alone, among those whom the reader may read."""

from __future__ import annotations

from datetime import date

from app.access.actor import Actor
from app.assessment import queries
from app.infra.clock import today
from tests.assessment.conftest import OPEN_AT_L3
from tests.factories.assessments import make_assessment, make_evidence
from tests.factories.people import make_person

DESIGN, _, COACH, *_ = OPEN_AT_L3
DAY = date(2026, 10, 1)


def found(cast, reader=None):
    reader = reader or cast.manager
    board = queries.board_of(Actor(reader.id, reader.name), cast.manager.id, today())
    return {one.expectation.id: one.found for one in queries.opportunities_of(board)}


def answer(cast, subject, *, own=None, theirs=None, is_revealed=True, on=DAY):
    make_assessment(
        subject, cast.edition, "L3", manager=cast.manager, own=own, theirs=theirs,
        own_on=on if is_revealed or own else None, theirs_on=on if is_revealed or theirs else None,
    )  # fmt: skip


def test_an_expectation_for_which_somebody_had_no_opportunity_and_nobody_shows_is_listed(cast, client_for):
    answer(cast, cast.subject, own={COACH: "met"}, theirs={COACH: "no_opportunity"})
    assert found(cast)[COACH].is_for_nobody
    page = client_for(cast.manager).get("/people/board")
    assert "Expectations nobody here can show" in page.text
    assert "1 of 2 people had no opportunity" in page.words()


def test_the_engineers_own_answer_counts_too_and_each_person_once(cast):
    answer(cast, cast.subject, own={COACH: "no_opportunity"}, theirs={COACH: "no_opportunity"})
    answer(cast, cast.peer, own={COACH: "no_opportunity"}, theirs={COACH: "partly_met"})
    one = found(cast)[COACH]
    assert len(one.without) == len(one.asked) == 2


def test_what_somebody_shows_is_not_what_nobody_can(cast):
    answer(cast, cast.subject, own={COACH: "met"}, theirs={COACH: "no_opportunity"})
    for day in (date(2026, 1, 20), date(2026, 9, 22)):
        make_evidence(cast.peer, COACH, on=day, kind="mentoring_log", confirmed_by=cast.head)
    answer(cast, cast.peer, own={COACH: "met"}, theirs={COACH: "met"})
    assert not found(cast)[COACH].is_for_nobody


def test_somebody_of_a_higher_level_shows_it_by_the_level_held(cast):
    answer(cast, cast.subject, own={COACH: "met"}, theirs={COACH: "no_opportunity"})
    make_person("Senior Sam", manager=cast.manager, level="L3")
    assert not found(cast)[COACH].is_for_nobody


def test_sealed_answers_and_drafts_are_not_counted(cast, client_for):
    answer(cast, cast.subject, theirs={COACH: "no_opportunity"}, is_revealed=False)
    answer(cast, cast.peer, own={COACH: "no_opportunity"}, is_revealed=False)
    make_assessment(cast.subject, cast.edition, "L4", manager=cast.manager, own={DESIGN: "no_opportunity"}, theirs={})
    assert found(cast) == {}
    for reader in (cast.manager, cast.head, cast.hr):
        page = client_for(reader).get(f"/people/{cast.manager.id}/board")
        assert "no opportunity" not in page.words().lower()


def test_a_later_answer_replaces_an_earlier_no_opportunity(cast):
    answer(cast, cast.subject, own={COACH: "no_opportunity"}, theirs={COACH: "no_opportunity"})
    answer(cast, cast.subject, own={COACH: "partly_met"}, theirs={COACH: "partly_met"}, on=date(2026, 10, 20))
    assert COACH not in found(cast)


def test_only_those_whom_the_reader_may_read_are_counted(cast):
    answer(cast, cast.subject, own={COACH: "no_opportunity"}, theirs={COACH: "no_opportunity"})
    assert found(cast, cast.peer) == {}
    assert COACH in found(cast, cast.head)
