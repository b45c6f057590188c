"""What people say of themselves for mentoring: what they may offer and seek, opting in and out, and whom they name."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.domain.errors import InvalidError
from app.domain.mentorship import PairSide
from app.infra.db import db
from app.infra.idempotency import IdempotencyKey
from app.infra.unit_of_work import transaction
from app.mentoring.actions import profiles as actions
from app.mentoring.models import MentoringExclusion, MentoringPreference
from app.mentoring.queries.profiles import find_profile, held_by, offers_of, seekable, wishes_of
from app.mentoring.time_zones import zones_by_continent
from app.mentoring.views.taking_back import taken_back
from app.people import hooks
from app.people.models import Person, SpellReason
from tests.client import Client
from tests.conftest import NOW
from tests.factories.assessments import make_assessment, publish
from tests.factories.evidence import as_author
from tests.factories.mentoring import make_mentorship, make_profile
from tests.factories.people import SYSTEM, grant, make_person

SEEN = date(2026, 10, 1)


@pytest.fixture
def edition(app):
    return publish()


@pytest.fixture
def amara(edition) -> Person:
    return make_person("Amara Diallo", level="L2", since=date(2025, 2, 3))


def first(keys, number: int = 1) -> list[str]:
    return sorted(keys)[:number]


def open_profile(client: Client):
    return client.get("/mentoring/profile")


def save(client: Client, **changed: object):
    page = open_profile(client)
    return client.send(page.form("/mentoring/profile"), **changed)


# What somebody holds and lacks --------------------------------------------------------


def test_a_level_banks_what_it_asks_and_what_the_next_one_asks_is_sought(amara):
    held, missing = held_by([amara.id])[amara.id], seekable(amara.id)
    assert held
    assert missing
    assert not held & set(missing)
    assert all(key.startswith("software-engineer:") for key in (*held, *missing))


def test_what_was_banked_on_a_ladder_that_somebody_left_can_still_be_offered(edition):
    publish("technical-support/1.0.0.yaml")
    mover = make_person("Kofi Mensah", ladder="technical-support", level="L2", since=date(2023, 1, 2))
    before = held_by([mover.id])[mover.id]
    with transaction():
        grant(mover, "L1", on=date(2025, 1, 6), reason=SpellReason.PROMOTION)
    db.session.rollback()
    now = held_by([mover.id])[mover.id]
    assert {key.partition(":")[0] for key in now} == {"technical-support", "software-engineer"}
    assert before <= now


def test_what_slipped_is_neither_held_nor_offered(amara, edition):
    (key,) = first(held_by([amara.id])[amara.id])
    expectation = key.partition(":")[2]
    manager = make_person("Tomasz Wieczorek")
    make_assessment(
        amara, edition, "L3", manager=manager, own={}, own_on=SEEN, theirs={expectation: "not_met"}, theirs_on=SEEN
    )
    db.session.rollback()
    assert key not in held_by([amara.id])[amara.id]
    assert key in seekable(amara.id)


def test_nobody_without_a_level_holds_or_seeks_anything(edition):
    newcomer = make_person()
    assert held_by([newcomer.id]) == {newcomer.id: frozenset()}
    assert seekable(newcomer.id) == ()


# The page -----------------------------------------------------------------------------


def test_a_profile_is_filled_in_and_opts_in_on_both_sides(amara, client_for):
    client = client_for(amara)
    offers, goals = first(held_by([amara.id])[amara.id], 2), list(seekable(amara.id)[:2])
    page = save(
        client, time_zone="Europe/Lisbon", works_from="08:30", works_until="16:45", languages=["en", "pt"],
        more_languages="Welsh", mentors="y", capacity="3", offers=offers, seeks="y", goals=goals,
    )  # fmt: skip
    assert page.location == "/mentoring/"
    row = find_profile(amara.id)
    assert (row.time_zone, row.works_from, row.works_until) == ("Europe/Lisbon", 510, 1005)
    assert (row.languages, row.capacity) == ("cy en pt", 3)
    assert row.mentors_since == row.seeks_since == NOW
    assert offers_of(amara.id) == frozenset(offers)
    assert wishes_of(amara.id) == tuple(goals)
    again = open_profile(client)
    assert "Welsh" in again.text
    assert "You have waited since 21 November 2026" in again.words()


def test_every_fault_is_told_at_once_at_its_field_and_nothing_is_lost(amara, client_for):
    page = save(
        client_for(amara), time_zone="Europe/Atlantis", works_from="", works_until="25:00", languages=None,
        more_languages="Elvish", mentors="y", capacity="0", seeks="y", paused_until="2026-02-31",
    )  # fmt: skip
    assert page.status == 422
    said = page.words()
    for words in (
        "time zone of the list",
        "Work begins: write a time",
        "Work ends: write a time",
        "no language “Elvish”",
        "This is no day",
    ):
        assert words in said
    for words in (actions.NEEDS_OFFER, actions.NEEDS_PLACE, actions.NEEDS_GOAL):
        assert words in said
    assert 'value="Elvish"' in page.text
    assert find_profile(amara.id) is None


def test_a_refusal_repeats_no_more_of_what_was_typed_than_fits(amara, client_for):
    page = save(client_for(amara), more_languages="x" * 90)
    assert "x" * 40 + "…”" in page.words()
    assert "x" * 41 not in page.words()
    page = save(client_for(amara), more_languages="x" * 400)
    assert "At most 200 characters." in page.words()
    assert "no language" not in page.words()


def test_a_working_day_has_the_two_hours_that_a_pair_needs(amara, client_for):
    page = save(client_for(amara), works_from="23:00", works_until="00:59")
    assert "Choose at least two hours" in page.words()
    assert save(client_for(amara), works_from="23:00", works_until="01:00").location == "/mentoring/"


def test_each_place_is_offered_once_and_an_older_name_stays_where_it_is_chosen(amara, client_for):
    offered = [name for zones in zones_by_continent().values() for name in zones]
    assert {"Europe/Berlin", "Asia/Kolkata", "UTC"} <= set(offered)
    assert not {"CET", "GB-Eire", "PRC", "W-SU", "Asia/Calcutta"} & set(offered)
    make_profile(amara, time_zone="Asia/Calcutta")
    assert save(client_for(amara)).location == "/mentoring/"
    assert find_profile(amara.id).time_zone == "Asia/Calcutta"


def test_rules_of_both_sides_are_told_at_once(amara, client_for):
    page = save(client_for(amara), mentors="y", capacity="0", seeks="y", paused_until="2026-11-21")
    assert page.status == 422
    for words in (actions.NEEDS_OFFER, actions.NEEDS_PLACE, actions.NEEDS_GOAL, "still to come"):
        assert words in page.words()


@pytest.mark.parametrize("name", ["goals", "offers"])
def test_nobody_offers_or_seeks_what_is_not_theirs(amara, client_for, name):
    page = save(client_for(amara), **{name: "software-engineer:made-up"})
    assert page.status == 422
    assert actions.NOT_YOURS in page.words()


def test_more_than_three_goals_are_refused(amara, client_for):
    page = save(client_for(amara), goals=list(seekable(amara.id)[:4]))
    assert page.status == 422
    assert actions.TOO_MANY_GOALS in page.words()


def test_one_tick_takes_a_whole_competency(amara, client_for):
    page = open_profile(client_for(amara))
    box = page.all("input", name="whole")[0].get("value")
    save(client_for(amara), mentors="y", whole=box)
    assert len(offers_of(amara.id)) > 1


def test_another_tab_that_saved_first_is_not_overwritten(amara, client_for):
    client = client_for(amara)
    form = open_profile(client).form("/mentoring/profile")
    save(client, languages=["de"])
    assert client.send(form, languages=["fr"]).status == 409
    assert find_profile(amara.id).languages == "de"


def test_offers_and_goals_that_no_longer_count_are_told_and_kept(amara, client_for):
    held = first(held_by([amara.id])[amara.id])
    lost, met = seekable(amara.id)[0], held[0]
    make_profile(amara, offers=(lost.partition(":")[2],), wishes=(met.partition(":")[2],))
    page = open_profile(client_for(amara))
    assert "so it does not count" in page.words()
    assert "You have met this meanwhile" in page.words()
    own = client_for(amara).get("/mentoring/")
    assert "Nobody finds you" in own.words()
    assert "no mentor any more" in own.words()


def test_people_without_a_level_read_what_is_missing_instead_of_an_empty_list(edition, client_for):
    newcomer = make_person()
    page = open_profile(client_for(newcomer))
    assert "There is nothing to offer yet" in page.words()
    assert "There is no goal to choose yet" in page.words()
    assert save(client_for(newcomer), languages=["en"]).location == "/mentoring/"


# Opting in and out --------------------------------------------------------------------


def test_stopping_is_taken_back_with_all_the_waiting_on_the_same_day_only(amara, client_for):
    long_ago = NOW - timedelta(days=40)
    make_profile(amara, wishes=(seekable(amara.id)[0].partition(":")[2],), seeks_since=long_ago)
    client = client_for(amara)
    stopped = client.follow(client.send(client.get("/mentoring/").form("/mentoring/profile/stop")))
    undo = stopped.form("/mentoring/profile/begin")
    carried = dict(undo.fields)["before"]
    client.send(undo)
    assert find_profile(amara.id).seeks_since == long_ago
    assert taken_back(carried, PairSide.MENTEE, amara.id, NOW) == long_ago
    for side, whose, at in (
        (PairSide.MENTOR, amara.id, NOW),
        (PairSide.MENTEE, make_person().id, NOW),
        (PairSide.MENTEE, amara.id, NOW + timedelta(days=1)),
    ):
        assert taken_back(carried, side, whose, at) is None
    assert taken_back(f"{carried}x", PairSide.MENTEE, amara.id, NOW) is None


def test_one_click_stops_and_beginning_again_begins_the_waiting_anew(amara, client_for):
    long_ago = NOW - timedelta(days=40)
    make_profile(amara, wishes=(seekable(amara.id)[0].partition(":")[2],), seeks_since=long_ago)
    client = client_for(amara)
    page = client.get("/mentoring/")
    assert "your waiting time starts anew" in page.words()
    client.send(page.form("/mentoring/profile/stop"))
    assert find_profile(amara.id).seeks_since is None
    client.get("/mentoring/")
    client.send(client.get("/mentoring/").form("/mentoring/profile/begin"))
    assert find_profile(amara.id).seeks_since == NOW


def test_saving_again_keeps_how_long_somebody_has_waited(amara, client_for):
    long_ago = NOW - timedelta(days=40)
    make_profile(amara, wishes=(seekable(amara.id)[0].partition(":")[2],), seeks_since=long_ago)
    save(client_for(amara), capacity="1")
    assert find_profile(amara.id).seeks_since == long_ago


def test_a_mentee_cannot_look_for_a_second_mentor(amara, client_for):
    make_mentorship(amara, make_person(level="L3"))
    page = save(client_for(amara), seeks="y", goals=list(seekable(amara.id)[:1]))
    assert page.status == 422
    assert actions.HAS_MENTOR in page.words()


def test_a_profile_that_says_too_little_is_opened_instead_of_opted_in(amara, client_for):
    make_profile(amara)
    client = client_for(amara)
    assert client.post("/mentoring/profile/begin", {"side": "mentor"}).location == "/mentoring/profile"
    assert find_profile(amara.id).mentors_since is None
    assert client.post("/mentoring/profile/begin", {"side": "neither"}).status == 404


def test_whoever_leaves_is_opted_out_and_stays_so_when_they_come_back(amara):
    make_profile(amara, offers=("a",), wishes=("b",))
    with transaction():
        hooks.tell_of_leaving(frozenset({amara.id}), SYSTEM, NOW)
    row = find_profile(amara.id)
    assert (row.mentors_since, row.seeks_since) == (None, None)


# Whom one names -----------------------------------------------------------------------


def test_a_colleague_is_found_named_and_taken_back(amara, client_for):
    ebba = make_person("Ebba Nyström")
    client = client_for(amara)
    page = client.get("/mentoring/profile/names?side=mentee&q=nystrom")
    client.send(page.form("/mentoring/profile/names?q=nystrom"))
    rows = db.session.scalars(select(MentoringPreference)).all()
    assert [(row.other_id, row.side) for row in rows] == [(ebba.id, PairSide.MENTEE)]
    assert "Ebba Nyström" in open_profile(client).words()
    page = client.get("/mentoring/profile/names?side=mentee")
    client.send(page.form("/mentoring/profile/names/remove"))
    assert db.session.scalars(select(MentoringPreference)).all() == []


def test_nobody_names_themselves_or_somebody_who_has_left(amara, client_for):
    gone = make_person("Long Gone", left_on=date(2026, 1, 2))
    client = client_for(amara)
    for other in (amara, gone):
        page = client.post("/mentoring/profile/names", {"side": "mentor", "person": str(other.id)})
        assert page.status == 422
    assert client.post("/mentoring/profile/names", {"side": "mentor", "person": "nobody"}).status == 422


def test_an_exclusion_leaves_no_trace_but_its_row_and_ends_a_preference(amara, client_for):
    ebba = make_person("Ebba Nyström")
    with transaction():
        actions.prefer(ebba, PairSide.MENTEE, by=as_author(amara), at=NOW)
    before = db.session.scalars(select(AuditEvent)).all()
    client = client_for(amara)
    signed_in = len(db.session.scalars(select(AuditEvent)).all())
    # Searched for by post: no part of a name stands in an address, and one that does finds nobody.
    assert "Ebba Nyström" not in client.get("/mentoring/exclusions?q=ebba").words("main")
    page = client.send(client.get("/mentoring/exclusions").form("/mentoring/exclusions"), q="ebba")
    assert page.status == 200
    assert "q=" not in page.text
    assert not any("Ebba" in str(row.body) for row in db.session.scalars(select(IdempotencyKey)))
    assert "Ebba Nyström" in page.words("main")
    said = client.follow(client.post("/mentoring/exclusions", {"person": str(ebba.id), "q": "ebba"}))
    assert "They are on your list" in said.text
    assert said.text.count("Ebba Nyström") == 2, "in the list and in the hidden words of its button, in no message"
    assert [row.other_id for row in db.session.scalars(select(MentoringExclusion))] == [ebba.id]
    assert db.session.scalars(select(MentoringPreference)).all() == []
    assert len(before) <= len(db.session.scalars(select(AuditEvent)).all()) == signed_in
    assert "Ebba Nyström" in client.get("/mentoring/exclusions").words()
    assert "Ebba Nyström" not in client_for(ebba).get("/mentoring/exclusions").words("main")
    client.send(client.get("/mentoring/exclusions").form("/mentoring/exclusions/remove"))
    assert db.session.scalars(select(MentoringExclusion)).all() == []


def test_somebody_excluded_cannot_be_named_before_that_is_taken_back(amara, client_for):
    ebba = make_person("Ebba Nyström")
    with transaction():
        actions.exclude(ebba, by=as_author(amara), at=NOW)
    page = client_for(amara).post("/mentoring/profile/names", {"side": "mentee", "person": str(ebba.id)})
    assert "Take that back first" in page.words()


def test_at_most_twenty_people_are_excluded_and_the_next_one_is_refused_at_the_field(app):
    amara = make_person("Amara Diallo")
    *others, more = [make_person(f"Number {number}") for number in range(21)]
    with transaction():
        for one in others:
            actions.exclude(one, by=as_author(amara), at=NOW)
    with pytest.raises(InvalidError, match="You have named 20 people") as refused, transaction():
        actions.exclude(more, by=as_author(amara), at=NOW)
    assert refused.value.field == "person"
