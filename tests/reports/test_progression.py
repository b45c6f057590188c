"""Where everybody stands: who is in it for whom, what a line says, and that a past day says the same tomorrow."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, update

from app.access.actor import Role
from app.assessment.actions import standing
from app.assessment.models import StandingHead, StandingRecord
from app.domain.suppression import SMALLEST_GROUP
from app.infra.clock import now, today
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.people import actions as people
from app.people.models import LevelSpell
from app.reports.criteria import Viewer, read_criteria
from app.reports.queries import progression as queries
from app.reports.questions.progression import COLUMNS, DEFINITION
from tests.factories.assessments import count_queries, make_assessment, publish
from tests.factories.evidence import as_actor
from tests.factories.people import SYSTEM, grant, make_person, make_team

DESIGN = "swe.design-significant-features"
JUNE = date(2026, 6, 1)
DAY = timedelta(days=1)
KEYS = [column.key for column in COLUMNS]


@pytest.fixture
def edition(app):
    return publish()


@pytest.fixture
def head(edition):
    return make_person("Hana Head")


@pytest.fixture
def tomasz(head):
    return make_person("Tomasz Wieczorek", manager=head)


@pytest.fixture
def amara(tomasz):
    return make_person("Amara Diallo", manager=tomasz, team=make_team("Payments"), level="L2", since=date(2025, 2, 3))


@pytest.fixture
def ruth(edition):
    return make_person("Ruth Okonjo", roles=(Role.HR,))


def ask(viewer=None, **given):
    db.session.rollback()
    actor = as_actor(viewer, *([Role.HR] if viewer.name == "Ruth Okonjo" else [])) if viewer else None
    criteria = read_criteria(given, DEFINITION.takes, viewer=Viewer(actor), today=today(), k=SMALLEST_GROUP)
    return DEFINITION.find(criteria)


def lines(findings):
    return [dict(zip(KEYS, row, strict=True)) for row in findings.main.rows.stream()]


def names(findings):
    return [line["name"] for line in lines(findings)]


def rate(amara, edition, tomasz, answer):
    make_assessment(
        amara, edition, "L3", manager=tomasz, own={DESIGN: "met"}, theirs={DESIGN: answer}, own_on=JUNE, theirs_on=JUNE
    )


def test_a_line_says_where_somebody_stands_since_when_and_what_blocks(amara, edition, tomasz, head):
    rate(amara, edition, tomasz, "not_met")
    line = lines(ask())[0]
    assert line == {
        "employee_id": amara.employee_id, "name": "Amara Diallo", "team": "Payments", "manager": "Tomasz Wieczorek",
        "ladder": "Software Engineer", "level": "L2", "since": date(2025, 2, 3), "months": 21.6, "next": "L3",
        "verdict": "Not yet", "met": 15, "of": 20, "blocking": 5, "what_blocks": line["what_blocks"],
        "last_evidence_on": None, "last_rated_on": JUNE,
    }  # fmt: skip
    told = line["what_blocks"].split("; ")
    assert told[0] == f"{DESIGN} (not met)"
    assert len(told) == 5
    assert told[1].endswith("(unassessed)")


def test_people_without_a_level_and_at_the_top_have_a_line(amara, tomasz):
    make_person("Zoe Top", level="L4")
    found = {line["name"]: line for line in lines(ask())}
    assert (found["Tomasz Wieczorek"]["level"], found["Tomasz Wieczorek"]["met"]) == (None, None)
    assert (found["Zoe Top"]["next"], found["Zoe Top"]["verdict"]) == ("Top of the ladder", None)
    findings = ask()
    assert findings.answer == "Of 4 people, 0 are ready for what is next."
    assert "1 cannot be told" in findings.rest
    assert "1 at the top of a ladder; 2 without a level" in findings.rest


def test_everybody_sees_their_own_line_managers_those_below_and_hr_all_but_their_own(amara, tomasz, head, ruth):
    assert names(ask(amara)) == ["Amara Diallo"]
    assert names(ask(tomasz)) == ["Amara Diallo", "Tomasz Wieczorek"]
    assert names(ask(head)) == ["Amara Diallo", "Hana Head", "Tomasz Wieczorek"]
    assert names(ask(ruth)) == ["Amara Diallo", "Hana Head", "Tomasz Wieczorek"]
    assert ask(ruth).hidden == ("Your own line is left out: HR never handles their own row.",)
    assert ask(amara).hidden == ()


def test_filters_narrow_the_lines(amara, tomasz):
    make_person("Bea Other", level="L1")
    team_id = next(iter(queries.read_lines(_all(), 0, 1))).team_id
    assert names(ask(team=str(team_id))) == ["Amara Diallo"]
    assert names(ask(ladder="software-engineer")) == ["Amara Diallo", "Bea Other"]
    assert names(ask(ladder="software-engineer", level="L1")) == ["Bea Other"]
    assert ask(level="L9").answer == "There is nobody to show."


def _all():
    return read_criteria({}, DEFINITION.takes, viewer=Viewer(), today=today(), k=SMALLEST_GROUP)


def test_a_page_has_the_lines_of_the_file_in_its_order_and_leads_to_people(amara, edition, tomasz, head, monkeypatch):
    rate(amara, edition, tomasz, "not_met")
    for number in range(5):
        make_person(f"Person {number}", level="L1", manager=tomasz)
    monkeypatch.setattr(queries, "CHUNK", 3)
    rows = ask().main.rows
    streamed = list(rows.stream())
    pages = [row for offset in (0, 3, 6) for row in rows.window(offset, 3)]
    different = KEYS.index("what_blocks")
    cut = [[*row[:different], *row[different + 1 :]] for row in streamed]
    assert [[*row[:different], *row[different + 1 :]] for row in pages] == cut
    assert rows.count() == len(streamed) == 8
    assert pages[0][1].what == "person"
    assert pages[0][different].endswith("; and 2 more")


def test_a_standing_that_does_not_hold_is_computed_beside(amara, edition, tomasz):
    with transaction():
        db.session.execute(update(StandingHead).values(is_stale=True))
        db.session.execute(update(StandingRecord).values(met=1))
    assert lines(ask())[0]["met"] == 15
    assert "1 cannot be told" in ask().rest


def test_a_past_day_as_known_then_says_the_same_whatever_happens_later(amara, edition, tomasz, ruth, clock):
    rate(amara, edition, tomasz, "partly_met")
    standing.refresh_due(today(), lambda *_: None)
    day = today()
    with clock.standing_at(now() + DAY):
        before = lines(ask(as_of=day.isoformat()))
    with clock.standing_at(now() + 30 * DAY):
        with transaction():
            grant(amara, "L3", on=today())
            people.record_leaving(tomasz, on=day - DAY, by=SYSTEM, at=now())
            people.add_person(
                name="New Comer", email="new@larkspur.example", employee_id="N-1", hired_on=day, by=SYSTEM, at=now()
            )
        assert lines(ask(as_of=day.isoformat())) == before
        assert next(line["level"] for line in lines(ask())) == "L3"
    assert [line["name"] for line in before] == ["Amara Diallo", "Hana Head", "Ruth Okonjo", "Tomasz Wieczorek"]


def test_who_works_here_on_a_past_day_is_what_was_known_then_of_leaving(amara, tomasz, clock):
    known, later = make_person("Known Leaver", level="L1"), make_person("Later Leaver", level="L1")
    with clock.standing_at(now() + 5 * DAY), transaction():
        people.record_leaving(known, on=today() - DAY, by=SYSTEM, at=now())
    with clock.standing_at(now() + 30 * DAY):
        with transaction():
            # Of somebody who left, rows may stay open; they say nothing of whether the person works here.
            db.session.execute(update(LevelSpell).where(LevelSpell.person_id == known.id).values(ends_on=None))
            people.record_leaving(later, on=today() - 20 * DAY, by=SYSTEM, at=now())
        day = (today() - 10 * DAY).isoformat()
        assert names(ask(as_of=day)) == ["Amara Diallo", "Hana Head", "Later Leaver", "Tomasz Wieczorek"]
        assert ask(as_of=day).main.rows.count() == 4
        assert "Later Leaver" not in names(ask(as_of=day, known="now"))


def test_a_day_of_which_nothing_was_recorded_says_so_and_offers_to_compute_it(amara, tomasz):
    with transaction():
        db.session.execute(delete(StandingRecord))
    day = (today() - 10 * DAY).isoformat()
    found = ask(as_of=day)
    assert "nothing was recorded by 11 November 2026" in found.answer
    assert "as corrected since" in found.rest
    assert (lines(found)[0]["level"], lines(found)[0]["verdict"]) == ("L2", "Not recorded")
    now_known = ask(as_of=day, known="now")
    assert (lines(now_known)[0]["verdict"], lines(now_known)[0]["met"]) == ("Cannot tell", 15)
    assert now_known.answer == "Of 3 people, 0 are ready for what is next."


def test_the_number_of_questions_does_not_grow_with_the_people(amara, tomasz, ruth):
    def page():
        findings = ask(ruth)
        findings.main.rows.count()
        findings.main.rows.window(0, 50)

    standing.refresh_due(today(), lambda *_: None)
    few = count_queries(page)
    for number in range(12):
        make_person(f"Person {number}", level="L1", manager=tomasz)
    standing.refresh_due(today(), lambda *_: None)
    assert count_queries(page) == few <= 8
