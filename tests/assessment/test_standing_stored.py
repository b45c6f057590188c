"""The stored standing is written with the change, by whoever changes, for that person alone; and reads are right."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import delete, func, select, update

from app.assessment.actions import standing
from app.assessment.links import blocking_ids
from app.assessment.models import StandingHead, StoredReadiness, StoredStanding
from app.assessment.queries import readiness_of, standings_of_people
from app.assessment.queries.standing import computed_standings, stored_standings
from app.audit.actions import Author
from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.domain.readiness import BlockerGroup, Status, Verdict
from app.evidence import actions as evidence
from app.evidence.queries import get_evidence
from app.infra import unit_of_work
from app.infra.clock import clock, now, today
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.jobs.actions import run_next
from app.ladders.actions import adopt_version
from tests.conftest import BACKEND
from tests.factories.assessments import count_queries, make_assessment, make_evidence, make_waiver, publish
from tests.factories.evidence import log_piece, make_content
from tests.factories.people import SYSTEM, grant, make_person

DESIGN, COACH = "swe.design-significant-features", "swe.coach-juniors"
JUNE = date(2026, 6, 1)


@pytest.fixture
def edition(app):
    return publish()


@pytest.fixture
def tomasz(edition):
    return make_person("Tomasz Wieczorek")


@pytest.fixture
def amara(edition, tomasz):
    return make_person("Amara Diallo", manager=tomasz, level="L2", since=date(2025, 2, 3))


@pytest.fixture
def computed(monkeypatch):
    """Return the groups of people that were computed and stored, in order."""
    groups = []
    whole = standing.recompute

    def note(person_ids, on):
        groups.append(set(person_ids))
        return whole(person_ids, on)

    monkeypatch.setattr(standing, "recompute", note)
    return groups


def stored(*people):
    db.session.rollback()
    return stored_standings([one.id for one in people], today())


def anew(*people):
    return computed_standings([one.id for one in people], today())


def share(author, *expectations, on=JUNE):
    with transaction():
        content = make_content(claims=expectations or (DESIGN,), on=on)
        return evidence.log_evidence(author, content, share=True, by=Author(author.id), at=now())


def met(edition, amara, tomasz, *expectations):
    make_assessment(
        amara, edition, "L3", manager=tomasz, own=dict.fromkeys(expectations, "met"),
        theirs=dict.fromkeys(expectations, "met"), own_on=JUNE, theirs_on=JUNE,
    )  # fmt: skip


# What is stored ------------------------------------------------------------------


def test_a_standing_is_stored_as_soon_as_a_level_is_held(amara, edition):
    found = stored(amara)[amara.id]
    assert (found.lineage, found.held, found.edition.id) == ("software-engineer", "L2", edition.id)
    assert found.held_since == date(2025, 2, 3)
    [target] = found.targets
    assert (target.target, target.verdict, target.met, target.of) == ("L3", Verdict.CANNOT_TELL, 15, 20)
    assert target.statuses["swe.self-sufficient"] is Status.BANKED
    assert target.blockers == {BlockerGroup.UNASSESSED: 5}
    assert not found.is_at_top


def test_the_row_of_an_expectation_explains_itself(amara, edition, tomasz):
    met(edition, amara, tomasz, DESIGN)
    make_evidence(amara, DESIGN, on=JUNE)
    found = stored(amara)[amara.id]
    row = next(one for one in found.targets[0].expectations if one.expectation_id == DESIGN)
    assert (row.level, row.is_required, row.rating.value, row.rated_on) == ("L3", True, "met", JUNE)
    assert (row.counted, row.counted_last_on, row.self_rating.value) == (1, JUNE, "met")
    assert (found.last_evidence_on, found.last_rated_on, found.last_revealed_on) == (JUNE, JUNE, JUNE)


def test_at_the_top_the_level_held_is_kept(edition):
    expert = make_person(level="L4")
    found = stored(expert)[expert.id]
    assert found.is_at_top
    assert [one.target for one in found.targets] == ["L4"]


def test_somebody_without_a_level_has_no_target(tomasz):
    found = standings_of_people([tomasz.id])[tomasz.id]
    assert (found.held, found.edition, found.targets) == (None, None, ())


def test_a_waiver_and_a_demotion_are_stored(amara, tomasz):
    make_waiver(amara, DESIGN, manager=tomasz, hr=make_person("Ruth Okonjo"))
    assert stored(amara)[amara.id].targets[0].statuses[DESIGN] is Status.WAIVED
    with transaction():
        grant(amara, "L1", on=date(2026, 10, 1))
    assert stored(amara)[amara.id].held == "L1"
    assert stored(amara) == anew(amara)


def test_what_blocks_is_told_in_the_order_of_the_report(amara, edition, tomasz):
    met(edition, amara, tomasz, DESIGN)
    make_assessment(
        amara, edition, "L2", manager=tomasz, own={COACH: "met"}, own_on=JUNE, theirs_on=JUNE,
        theirs={"swe.self-sufficient": "partly_met", COACH: "not_met"},
    )  # fmt: skip
    told = [one.standing.expectation.id for one in readiness_of(amara.id).reports[0].blockers]
    assert blocking_ids(amara.id) == told
    assert told[:2] == ["swe.self-sufficient", COACH]


# With the change -----------------------------------------------------------------


def test_a_change_computes_the_person_whom_it_concerns_and_nobody_else(amara, tomasz, computed):
    make_person("Chioma Eze", level="L1")
    computed.clear()
    share(amara)
    assert computed == [{amara.id}]
    assert stored(amara) == anew(amara)


def test_a_draft_computes_nobody(amara, computed):
    computed.clear()
    piece = log_piece(amara)
    with transaction():
        evidence.change_evidence(
            get_evidence(piece.id), make_content("Other words"), version=1, by=Author(amara.id), at=now()
        )
    assert computed == []


@pytest.mark.parametrize("name", ["_store", "_targets"])
def test_a_fault_while_storing_leaves_neither_the_change_nor_half_a_standing(amara, monkeypatch, name):
    before = stored(amara)

    def fail(*args):
        raise RuntimeError("The machine has stopped.")

    with monkeypatch.context() as patched:
        patched.setattr(standing, name, fail)
        with pytest.raises(RuntimeError):
            share(amara)
    assert stored(amara) == before == anew(amara)
    assert db.session.scalar(select(func.count()).select_from(StoredStanding)) == 20


def test_a_change_that_comes_to_nothing_is_forgotten(amara, computed):
    with suppress(RuntimeError), transaction():
        unit_of_work.touch(amara.id)
        unit_of_work.touch_lineage("software-engineer")
        raise RuntimeError("Nothing of it.")
    computed.clear()
    with transaction():
        pass
    assert computed == []
    assert amara.id in stored(amara)


def test_of_two_changes_at_once_the_later_one_sees_the_earlier(app, amara, edition, tomasz):
    met(edition, amara, tomasz, DESIGN, COACH)
    pieces = [share(amara, expectation).id for expectation in (DESIGN, COACH)]
    for act in (evidence.withdraw_evidence, evidence.restore_evidence) * 4:
        # SQLite lets the second one begin when the first has ended; PostgreSQL when both have changed their piece.
        both = Barrier(2)

        def change(piece_id, act=act, both=both):
            with app.app_context():
                with transaction():
                    act(get_evidence(piece_id), by=Author(amara.id), at=now())
                    db.session.flush()
                    if BACKEND == "postgres":
                        both.wait(20)
                db.session.remove()

        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(change, piece_id) for piece_id in pieces]:
                done.result()
        assert stored(amara) == anew(amara)


# Many at once --------------------------------------------------------------------


def do_jobs():
    while run_next("worker", now() + timedelta(minutes=1)):
        pass


def test_an_adoption_marks_everybody_on_the_lineage_and_reads_are_right_before_the_worker_comes(
    app, amara, computed, session
):
    chioma = make_person("Chioma Eze", level="L1")
    house = publish("overlays/software-engineer-house/1.0.0.yaml", from_on=today() + timedelta(days=30))
    do_jobs()
    assert stored(amara, chioma) == anew(amara, chioma)
    assert {one.holds_until for one in stored(amara, chioma).values()} == {today() + timedelta(days=30)}
    computed.clear()
    with transaction():
        adopt_version(house, from_on=today(), by=SYSTEM, at=now())
    assert computed == []
    assert stored(amara, chioma) == {}
    found = standings_of_people([amara.id, chioma.id])
    assert found == anew(amara, chioma)
    assert found[amara.id].edition.id == house.id
    do_jobs()
    assert stored(amara, chioma) == found


def test_many_people_are_marked_and_computed_by_the_worker(amara, monkeypatch, computed):
    chioma = make_person("Chioma Eze", level="L1")
    monkeypatch.setattr(standing, "MANY", 1)
    computed.clear()
    with transaction() as session:
        session.execute(delete(StandingHead).where(StandingHead.person_id == chioma.id))
        unit_of_work.touch(amara.id)
        unit_of_work.touch(chioma.id)
    assert computed == []
    assert stored(amara, chioma) == {}
    assert standings_of_people([amara.id, chioma.id]) == anew(amara, chioma)
    do_jobs()
    assert stored(amara, chioma) == anew(amara, chioma)


def test_after_its_last_day_a_standing_is_computed_when_read_and_stored_by_the_worker(amara, edition, tomasz):
    met(edition, amara, tomasz, DESIGN)
    first = date(2026, 5, 1)
    make_evidence(amara, DESIGN, on=first)
    make_evidence(amara, DESIGN, on=today(), confirmed_by=make_person("Chioma Eze"))
    ends = stored(amara)[amara.id].holds_until
    assert ends == first + timedelta(days=548)
    assert stored(amara)[amara.id].targets[0].statuses[DESIGN] is Status.MET
    clock.stand_still(now() + timedelta(days=(ends - today()).days))
    assert stored(amara) == {}
    assert standings_of_people([amara.id])[amara.id].targets[0].statuses[DESIGN] is Status.UNPROVEN
    assert db.session.scalar(select(StandingHead.computed_on)) < today()
    done = []
    assert standing.refresh_due(today(), lambda some, total: done.append((some, total))) >= 1
    assert done[-1][0] == done[-1][1]
    assert stored(amara) == anew(amara)
    assert standing.refresh_due(today(), lambda *_: None) == 0


def test_a_day_before_it_was_computed_is_computed_when_read(amara):
    day = date(2025, 1, 1)
    assert standings_of_people([amara.id], on=day)[amara.id].held is None


def test_a_board_asks_as_often_for_many_as_for_few(amara, edition):
    people = [make_person(level="L2") for _ in range(12)]
    for one in people:
        make_evidence(one, DESIGN)
    ids = [one.id for one in people]
    standings_of_people(ids)
    db.session.rollback()
    few = count_queries(lambda: standings_of_people(ids[:2]))
    db.session.rollback()
    many = count_queries(lambda: standings_of_people(ids))
    assert few == many
    assert many <= 5
    assert list(standings_of_people(ids[::-1])) == ids[::-1]


# From scratch --------------------------------------------------------------------


def recompute_all(**more):
    return standing.recompute_all(today(), lambda *_: None, by=SYSTEM, at=now(), **more)


def test_computing_all_from_scratch_mends_what_differs_and_says_how_many(amara, tomasz):
    recompute_all()
    with transaction() as writing:
        writing.execute(update(StoredReadiness).values(met=1))
        writing.execute(delete(StandingHead).where(StandingHead.person_id == tomasz.id))
    found = recompute_all()
    assert (found.people, found.missing, found.differing) == (2, 1, 1)
    assert stored(amara, tomasz) == anew(amara, tomasz)
    row = db.session.scalars(
        select(AuditEvent).where(AuditEvent.tag == Tag.STANDINGS_RECOMPUTED).order_by(AuditEvent.seq.desc()).limit(1)
    ).one()
    said = json.loads(row.details)
    assert (said["people"], said["differing"], row.actor_label) == (2, 1, "cli:test")
