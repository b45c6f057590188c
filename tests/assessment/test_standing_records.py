"""Where people stood is remembered: one set of rows a person and day, written with the change, and never later."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, func, select

from app.assessment.actions import standing
from app.assessment.models import StandingHead, StandingRecord
from app.assessment.queries import recorded_standings
from app.assessment.queries.standing import computed_standings
from app.domain.readiness import BlockerGroup, Verdict
from app.infra.clock import now, today
from app.infra.db import db
from app.infra.unit_of_work import transaction
from tests.factories.assessments import make_assessment, publish
from tests.factories.people import grant, make_person

DESIGN = "swe.design-significant-features"
JUNE = date(2026, 6, 1)
DAY = timedelta(days=1)


@pytest.fixture
def edition(app):
    return publish()


@pytest.fixture
def tomasz(edition):
    return make_person("Tomasz Wieczorek")


@pytest.fixture
def amara(edition, tomasz):
    return make_person("Amara Diallo", manager=tomasz, level="L2", since=date(2025, 2, 3))


def rate(amara, edition, tomasz, answer):
    make_assessment(
        amara, edition, "L3", manager=tomasz, own={DESIGN: "met"}, theirs={DESIGN: answer}, own_on=JUNE, theirs_on=JUNE
    )


def rows_of(person):
    db.session.rollback()
    return db.session.scalar(
        select(func.count()).select_from(StandingRecord).where(StandingRecord.person_id == person.id)
    )


def recorded(person, day=None):
    db.session.rollback()
    return recorded_standings([person.id], day or today()).get(person.id)


def refresh():
    return standing.refresh_due(today(), lambda *_: None)


def test_a_record_says_what_is_stored(amara, edition, tomasz):
    rate(amara, edition, tomasz, "partly_met")
    found, anew = recorded(amara), computed_standings([amara.id], today())[amara.id]
    assert (found.known_on, found.lineage, found.ladder_version_id) == (today(), "software-engineer", edition.id)
    assert (found.held, found.held_since, found.last_rated_on) == ("L2", date(2025, 2, 3), JUNE)
    [target], [wanted] = found.targets, anew.targets
    assert (target.target, target.verdict, target.met, target.of) == ("L3", Verdict.NOT_YET, wanted.met, wanted.of)
    assert [one for _, one in target.blocking] == wanted.blocking_ids
    assert target.blocking[0] == (BlockerGroup.PARTLY_MET, DESIGN)


def test_a_change_today_leaves_the_record_of_yesterday_as_it_was(amara, edition, tomasz, clock):
    yesterday, before = today(), recorded(amara)
    with clock.standing_at(now() + DAY):
        rate(amara, edition, tomasz, "not_met")
        assert recorded(amara).targets[0].verdict is Verdict.NOT_YET
        assert recorded(amara, yesterday) == before
    assert before.targets[0].verdict is Verdict.CANNOT_TELL


def test_the_same_day_says_the_same_tomorrow(amara, edition, tomasz, clock):
    rate(amara, edition, tomasz, "met")
    day, said = today(), recorded(amara)
    with clock.standing_at(now() + 2 * DAY):
        with transaction():
            grant(amara, "L3", on=today())
        refresh()
        assert recorded(amara, day) == said
        assert recorded(amara).held == "L3"


def test_a_second_change_on_a_day_replaces_the_rows_of_that_day(amara, edition, tomasz):
    rate(amara, edition, tomasz, "not_met")
    with transaction():
        grant(amara, "L1", on=date(2026, 10, 1))
    assert rows_of(amara) == 1
    assert [one.target for one in recorded(amara).targets] == ["L2"]


def test_nothing_is_recorded_where_nothing_changes(amara, clock):
    with clock.standing_at(now() + DAY):
        with transaction():
            standing.recompute([amara.id], today())
        assert rows_of(amara) == 1


def test_somebody_without_a_level_has_a_record_without_a_target(edition):
    make_person("Nobody Yet")
    person = make_person("Nele Neumann")
    refresh()
    found = recorded(person)
    assert (found.held, found.lineage, found.targets) == (None, None, ())
    assert rows_of(person) == 1


def test_before_the_first_record_nothing_is_known(amara):
    assert recorded(amara, today() - DAY) is None


def test_whoever_has_a_standing_but_no_record_is_recorded_once_and_not_computed(amara, monkeypatch):
    refresh()
    with transaction():
        db.session.execute(delete(StandingRecord))
    monkeypatch.setattr(standing, "computed_standings", lambda *_: pytest.fail("was computed"))
    assert refresh() == 0
    assert rows_of(amara) == 1
    monkeypatch.setattr(standing, "keep_records", lambda *_: pytest.fail("was recorded again"))
    refresh()


def test_a_person_marked_for_later_is_recorded_when_the_worker_computes(amara, clock):
    with clock.standing_at(now() + DAY):
        with transaction():
            db.session.execute(delete(StandingHead))
            grant(amara, "L3", on=today())
        refresh()
        assert recorded(amara).held == "L3"
        assert recorded(amara, today() - DAY).held == "L2"
