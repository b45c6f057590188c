"""Running the matching of a round: what is kept, what it says, and what it never says."""

from __future__ import annotations

import json
import random
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import delete, event, select

from app.audit.actions import Author
from app.domain.assignment import saturated
from app.domain.errors import ConflictError, IncompleteError, InvalidError, NotAllowedNowError
from app.domain.matching import Hours, Mentee, Mentor, Pool
from app.domain.mentorship import MentorshipState
from app.infra.clock import now, today
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.mentoring.actions import choices, matching, rounds
from app.mentoring.matching_run import match, rivals_of
from app.mentoring.models import ChoiceKind, MentoringExclusion, MentoringPreference, MentoringProfile, MentoringWish
from app.mentoring.queries.pool import Gathered, count_pool, digest_of, gather
from app.mentoring.queries.profiles import held_by, seekable, split_key
from app.mentoring.queries.rounds import get_choice, get_round, list_choices
from app.mentoring.queries.runs import SameInput, list_runs, read_run, same_input
from app.mentoring.round_pages import result_page
from app.mentoring.wording import PIN_REFUSED
from app.people.models import SpellReason
from tests.factories import mentoring as make
from tests.factories.assessments import publish
from tests.factories.people import grant, make_person, make_team

COACH, LEAD = make.GOALS
SUPPORT = "sup.in-depth-troubleshooting"


@pytest.fixture
def pool(app):
    """Return a round with three mentees for two mentors with one place each, and who coordinates."""
    publish()
    coordinator = make_person("Iman Farouk")
    make.make_coordinator(coordinator)
    people = {
        "amara": make.make_mentee("Amara Diallo", seeks_since=day("2026-10-01")),
        "chioma": make.make_mentee("Chioma Eze", seeks_since=day("2026-09-01")),
        "daniel": make.make_mentee("Daniel Okafor", seeks_since=day("2026-11-01")),
        "ebba": make.make_mentor("Ebba Nyström", capacity=1),
        "ffion": make.make_mentor("Ffion Prydderch", offers=(COACH,), capacity=1),
    }
    return make.make_round(), Author(coordinator.id), people


def day(text):
    return datetime.fromisoformat(f"{text}T09:00:00+00:00")


def run(pool):
    row, by, _ = pool
    with transaction():
        return read_run(matching.run_matching(get_round(row.id), by=by, at=now()))


def choose(pool, kind, mentee, mentor, reason="They have worked together before."):
    row, by, people = pool
    with transaction():
        return choices.choose_pair(
            get_round(row.id),
            kind,
            mentee_id=people[mentee].id,
            mentor_id=people[mentor].id,
            reason=reason,
            by=by,
            at=now(),
        )


def change(person, **columns):
    with transaction():
        row = db.session.scalars(select(MentoringProfile).where(MentoringProfile.person_id == person.id)).one()
        for name, value in columns.items():
            setattr(row, name, value)


def exclude(person, other):
    with transaction():
        db.session.add(MentoringExclusion(person_id=person.id, other_id=other.id))


def names(view):
    return {line.mentee.name: line.mentor.name for line in view.pairs}


# What a run keeps ------------------------------------------------------------------------


def test_a_run_pairs_as_many_as_places_allow_and_keeps_score_by_part_and_the_next_best(pool):
    view = run(pool)
    assert (view.row.mentees, view.row.mentors, view.row.places, view.row.admissible) == (3, 2, 2, 6)
    assert view.row.matched == 2
    assert len(view.pairs) == 2
    for line in view.pairs:
        parts = [line.row.goals_part, line.row.level_part, line.row.team_part, line.row.hours_part]
        assert sum([*parts, line.row.preference_part, line.row.load_part]) == line.row.score
        assert line.next_mentor is not None
        assert {line.mentor.name, line.next_mentor.name} == {"Ebba Nyström", "Ffion Prydderch"}
    assert view.row.worst == min(line.row.score for line in view.pairs)
    assert view.row.total == sum(line.row.score for line in view.pairs)


def test_who_has_waited_longest_comes_first_and_the_other_one_reads_who_competes(pool):
    view = run(pool)
    assert set(names(view)) == {"Amara Diallo", "Chioma Eze"}
    (left,) = view.left
    assert left.mentee.name == "Daniel Okafor"
    assert [one.name for one in left.rivals] == ["Amara Diallo", "Chioma Eze", "Daniel Okafor"]
    assert [one.name for one in left.mentors] == ["Ebba Nyström", "Ffion Prydderch"]
    assert left.row.places == 2
    assert left.reasons == {}


def test_whom_nobody_fits_reads_the_reasons_in_numbers(pool):
    top = make_person("Hyun-woo Baek", level="L3")
    make.make_profile(top, wishes=(split_key(seekable(top.id)[0])[1],))
    view = run(pool)
    left = next(line for line in view.left if line.mentee.name == "Hyun-woo Baek")
    assert left.reasons == {"level": 5}


def test_the_same_pool_gives_the_same_digest_and_the_same_pairs_and_the_second_run_says_so(pool):
    first, second = run(pool), run(pool)
    assert first.row.digest == second.row.digest
    assert names(first) == names(second)
    assert same_input(list_runs(pool[0].id), second.row) == SameInput(1, has_same_pairs=True)
    assert same_input(list_runs(pool[0].id), first.row) is None


def test_what_changes_the_pool_changes_the_digest(pool):
    before = digest_of(gather(pool[0]).pool)
    change(pool[2]["ebba"], capacity=2)
    assert digest_of(gather(pool[0]).pool) != before


def test_runs_stay_as_they_were(pool):
    first = names(run(pool))
    change(pool[2]["ebba"], capacity=0)
    second = run(pool)
    assert second.row.number == 2
    (kept, _) = sorted(list_runs(pool[0].id), key=lambda one: one.number)
    assert names(read_run(kept)) == first


def random_pool(seed):
    """Return a gathered pool of the rules alone, with more mentees than places."""
    dice = random.Random(seed)
    goals, day_hours = [f"s:{one}" for one in "abcde"], Hours(540, 1020)
    common = {"ladder": "s", "team": None, "hours": day_hours, "languages": frozenset({"en"})}
    mentees = tuple(
        Mentee(f"a{one}", 1, waiting_since=date(2026, 1, 1), goals=tuple(dice.sample(goals, 2)), **common)
        for one in range(9)
    )
    mentors = tuple(
        Mentor(f"b{one}", 2, capacity=dice.randint(0, 2), taken=0, holds=frozenset(dice.sample(goals, 1)), **common)
        for one in range(5)
    )
    members = {one.id: SimpleNamespace(id=one.id) for one in (*mentees, *mentors)}
    return Gathered(Pool(mentees, mentors), members, ())


@pytest.mark.parametrize("seed", range(25))
def test_who_competes_is_the_side_of_the_minimum_cut(seed):
    outcome = match(random_pool(seed))
    for mentee in outcome.left:
        found = rivals_of(outcome, mentee)
        if found is None:
            assert mentee.id not in outcome.by_mentee
            continue
        cut = saturated(outcome.found.instance, outcome.bare, mentee.id)
        assert (set(found["rivals"]), found["places"]) == (set(cut.mentees), cut.places)
        assert found["number"] == len(cut.mentees) > cut.places


# Who is in the pool ----------------------------------------------------------------------


def test_who_has_a_mentor_or_no_goal_or_no_level_is_counted_and_not_matched(pool):
    row, _, people = pool
    make.make_mentorship(people["amara"], make_person("Yusuf Karadağ", level="L4"))
    make.make_profile(make_person("No Goal", level="L2"), seeks=True)
    make.make_profile(make_person("No Level"), wishes=(COACH,))
    gathered = gather(row)
    assert gathered.aside == {"has_mentor": 1, "has_proposal": 0, "no_goal": 1, "no_level": 1}
    assert [one.name for one in gathered.mentees] == ["Chioma Eze", "Daniel Okafor"]


def test_leavers_are_not_in_the_pool(pool):
    gone = make_person("Gone Before", level="L2", left_on=date(2026, 11, 1))
    make.make_profile(gone, wishes=(COACH,))
    assert "Gone Before" not in {one.name for one in gather(pool[0]).mentees}


def test_an_offer_that_is_not_held_counts_for_nothing(pool):
    row, _, people = pool
    make.make_profile(make_person("Only Says So", level="L2"), offers=(COACH,))
    held = {one.id: one.holds for one in gather(row).pool.mentors}
    members = gather(row).by_id
    assert held[members[people["ebba"].id].key] == {f"{make.LINEAGE}:{one}" for one in make.GOALS}
    assert not next(one.holds for one in gather(row).pool.mentors if gather(row).members[one.id].name == "Only Says So")


def test_a_goal_that_is_met_by_now_is_not_matched_for_and_whoever_has_no_other_one_is_counted(pool):
    row, _, people = pool
    met = min(held_by([people["amara"].id])[people["amara"].id])
    change_goals(people["amara"], met, f"{make.LINEAGE}:{LEAD}")
    change_goals(people["chioma"], met)
    gathered = gather(row)
    assert gathered.by_id[people["amara"].id].wishes == (f"{make.LINEAGE}:{LEAD}",)
    assert [one.name for one in gathered.mentees] == ["Amara Diallo", "Daniel Okafor"]
    assert gathered.aside["no_goal"] == 1


def change_goals(person, *goals):
    with transaction() as session:
        session.execute(delete(MentoringWish).where(MentoringWish.person_id == person.id))
        for place, goal in enumerate(goals):
            lineage, expectation_id = split_key(goal)
            row = MentoringWish(person_id=person.id, lineage=lineage, expectation_id=expectation_id, position=place)
            session.add(row)


def test_an_open_proposal_of_a_round_keeps_a_place_and_sets_its_mentee_aside_until_its_day_is_past(pool, clock):
    row, _, people = pool
    make.make_mentorship(
        people["amara"], people["ebba"], state=MentorshipState.PROPOSED, round_id=row.id, answer_by=today()
    )
    gathered = gather(row)
    assert gathered.aside["has_proposal"] == 1
    assert gathered.by_id[people["ebba"].id].free == 0
    assert "Amara Diallo" not in {one.name for one in gathered.mentees}
    clock.stand_still(now() + timedelta(days=1))
    gathered = gather(row)
    assert gathered.aside["has_proposal"] == 0
    assert gathered.by_id[people["ebba"].id].free == 1
    assert not gathered.pool.failed


def test_two_ladders_reach_the_run_and_its_page_and_an_l3_support_engineer_may_mentor_an_l1(pool):
    publish("technical-support/1.0.0.yaml")
    support = make_person("Zoltán Kiss", ladder="technical-support", level="L3")
    mover = make_person("Wanjiru Kamau", ladder="technical-support", level="L3", since=date(2023, 1, 2))
    with transaction():
        grant(mover, "L3", on=date(2025, 1, 6), reason=SpellReason.PROMOTION)
    for mentor in (support, mover):
        make.make_profile(mentor, offers=(SUPPORT,), lineage="technical-support", capacity=1)
    for name in ("Yuki Tanaka", "Yara Haddad"):
        mentee = make_person(name, ladder="technical-support", level="L1")
        make.make_profile(mentee, wishes=(SUPPORT,), lineage="technical-support")
    view = run(pool)
    found = {line.mentor.name: line.row.is_cross_ladder for line in view.pairs if line.mentee.name.startswith("Y")}
    assert found == {"Zoltán Kiss": False, "Wanjiru Kamau": True}
    flags = {card.line.mentor.name: card.flags for card in result_page(view, pool[1].person_id).pairs}
    assert flags["Wanjiru Kamau"] == ("Two ladders",)
    assert flags["Zoltán Kiss"] == ()


def test_managers_preferences_teams_and_failed_pairs_reach_the_rules(pool):
    row, _, people = pool
    report = make.make_mentee("Reports To Ebba", manager=people["ebba"])
    with transaction():
        db.session.add(MentoringPreference(person_id=report.id, other_id=people["ffion"].id, side="mentee"))
        db.session.add(MentoringPreference(person_id=people["ffion"].id, other_id=report.id, side="mentor"))
    make.make_mentorship(people["amara"], people["ffion"], state=MentorshipState.ENDED_EARLY)
    found = gather(row)
    key = {name: found.by_id[one.id].key for name, one in {**people, "report": report}.items()}
    assert (key["ebba"], key["report"]) in found.pool.chain
    assert (key["ffion"], key["amara"]) in found.pool.failed
    mentee = next(one for one in found.pool.mentees if one.id == key["report"])
    mentor = next(one for one in found.pool.mentors if one.id == key["ffion"])
    assert mentee.names == {key["ffion"]}
    assert mentor.names == {key["report"]}


def test_who_paused_or_is_full_could_be_asked_and_whom_they_would_fit_is_said(pool):
    _, _, people = pool
    change(people["ebba"], paused_until=date(2027, 3, 1))
    asked = run(pool).explanation["asked"]
    assert [one["is_paused"] for one in asked] == [True]
    assert "2027-03-01" not in json.dumps(asked)
    assert len(asked[0]["fits"]) == 2


def test_gathering_takes_as_many_statements_for_many_as_for_few(pool):
    def number():
        db.session.expire_all()
        db.session.rollback()
        seen = []
        listen = lambda *_: seen.append(1)  # noqa: E731 - one line, and taken off again
        event.listen(db.engine, "before_cursor_execute", listen)
        gather(get_round(pool[0].id))
        event.remove(db.engine, "before_cursor_execute", listen)
        return len(seen)

    few = number()
    for place in range(6):
        make.make_mentee(f"Mentee {place}")
        make.make_mentor(f"Mentor {place}")
    assert number() == few


# What stays private ----------------------------------------------------------------------


def test_an_exclusion_a_closed_profile_and_a_committee_leave_the_same_reasons(pool, monkeypatch):
    _, _, people = pool
    lonely = make.make_mentee("Lonely One", wishes=(LEAD,))

    def reasons():
        left = next(line for line in run(pool).left if line.mentee.name == "Lonely One")
        return left.reasons, left.row.reasons, left.row.mentors

    exclude(lonely, people["ebba"])
    by_mentee = reasons()
    with transaction() as session:
        session.delete(session.scalars(select(MentoringExclusion)).one())
    exclude(people["ebba"], lonely)
    by_mentor = reasons()
    with transaction() as session:
        session.delete(session.scalars(select(MentoringExclusion)).one())
    change(people["ebba"], mentors_since=None)
    closed = reasons()
    change(people["ebba"], mentors_since=now())
    key = {one.name: one.key for one in gather(pool[0]).members.values()}
    monkeypatch.setattr(
        "app.mentoring.queries.pool._judging", lambda _: frozenset({(key["Ebba Nyström"], key["Lonely One"])})
    )
    committee = reasons()
    assert by_mentee == by_mentor == closed == committee
    assert json.loads(by_mentee[1]).keys() == {"private", "level"}


def test_nobody_sets_or_undoes_a_pair_that_they_are_in(pool):
    row, _, people = pool
    choice = choose(pool, ChoiceKind.PIN, "amara", "ebba")
    for own in ("amara", "ebba"):
        for kind in ChoiceKind:
            with pytest.raises(NotAllowedNowError, match="You are one of the two"):
                choose((row, Author(people[own].id), people), kind, "amara", "ebba")
        with pytest.raises(NotAllowedNowError, match="You are one of the two"), transaction():
            choices.undo_choice(get_choice(choice.id), by=Author(people[own].id), at=now())
    assert [one.row.id for one in list_choices(row.id)] == [choice.id]


def test_nothing_of_an_exclusion_is_kept_with_a_run(pool):
    _, _, people = pool
    exclude(people["amara"], people["ebba"])
    view = run(pool)
    kept = view.row.explanation + "".join(line.row.reasons + line.row.mentors for line in view.left)
    assert "exclu" not in kept
    assert "opted_out" not in kept
    assert "committee" not in kept


def test_counts_that_say_what_changed_know_nothing_of_exclusions(pool):
    before = count_pool(now())
    exclude(pool[2]["amara"], pool[2]["ebba"])
    assert count_pool(now()) == before


# By hand ---------------------------------------------------------------------------------


def test_a_pin_holds_in_the_next_run_and_undoing_it_leaves_the_two_to_the_matching(pool):
    choice = choose(pool, ChoiceKind.PIN, "daniel", "ebba")
    view = run(pool)
    assert names(view)["Daniel Okafor"] == "Ebba Nyström"
    assert next(line.row.is_pinned for line in view.pairs if line.mentee.name == "Daniel Okafor")
    with transaction():
        choices.undo_choice(get_choice(choice.id), by=pool[1], at=now())
    assert "Daniel Okafor" not in names(run(pool))


def test_a_ban_keeps_two_apart_and_a_pin_of_the_same_two_takes_its_place(pool):
    choose(pool, ChoiceKind.BAN, "chioma", "ebba")
    assert names(run(pool))["Chioma Eze"] == "Ffion Prydderch"
    with pytest.raises(InvalidError, match="cannot be paired now"):
        choose(pool, ChoiceKind.PIN, "chioma", "ebba")
    choose(pool, ChoiceKind.PIN, "amara", "ebba")
    choose(pool, ChoiceKind.BAN, "amara", "ebba")
    kinds = {(one.mentee, one.row.kind) for one in list_choices(pool[0].id)}
    assert kinds == {("Chioma Eze", ChoiceKind.BAN), ("Amara Diallo", ChoiceKind.BAN)}


def test_setting_the_same_pair_twice_keeps_one_and_another_mentor_replaces_the_first(pool):
    first, second = choose(pool, ChoiceKind.PIN, "amara", "ebba"), choose(pool, ChoiceKind.PIN, "amara", "ebba")
    assert first.id == second.id
    choose(pool, ChoiceKind.PIN, "amara", "ffion")
    assert [one.mentor for one in list_choices(pool[0].id)] == ["Ffion Prydderch"]


def test_a_pin_never_breaks_a_hard_rule_and_every_reason_has_one_answer(pool):
    _, _, people = pool
    exclude(people["amara"], people["ebba"])
    with pytest.raises(InvalidError) as excluded:
        choose(pool, ChoiceKind.PIN, "amara", "ebba")
    change(people["ffion"], mentors_since=None)
    with pytest.raises(InvalidError) as closed:
        choose(pool, ChoiceKind.PIN, "amara", "ffion")
    change(people["ffion"], mentors_since=now(), paused_until=date(2027, 1, 1))
    with pytest.raises(InvalidError) as paused:
        choose(pool, ChoiceKind.PIN, "amara", "ffion")
    assert {one.value.message for one in (excluded, closed, paused)} == {PIN_REFUSED}


def test_more_pins_than_places_are_refused_and_so_is_a_choice_without_a_reason(pool):
    choose(pool, ChoiceKind.PIN, "amara", "ebba")
    with pytest.raises(InvalidError, match="set by hand already"):
        choose(pool, ChoiceKind.PIN, "chioma", "ebba")
    with pytest.raises(IncompleteError, match="Say why"):
        choose(pool, ChoiceKind.BAN, "chioma", "ebba", reason="  ")


def test_a_pin_that_the_pool_no_longer_allows_is_left_out_and_named(pool):
    choose(pool, ChoiceKind.PIN, "amara", "ebba")
    change(pool[2]["ebba"], paused_until=date(2027, 1, 1))
    view = run(pool)
    (broken,) = view.explanation["broken"]
    assert broken == {"mentee": str(pool[2]["amara"].id), "mentor": str(pool[2]["ebba"].id)}
    assert names(view) == {"Chioma Eze": "Ffion Prydderch"}


# Settings --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"months": 0}, "months"),
        ({"months": 13}, "months"),
        ({"answer_days": 2}, "answer_days"),
        ({"answer_days": 15}, "answer_days"),
        ({"weights": {**rounds.DEFAULT_WEIGHTS, "load": 40}}, "goals"),
        ({"weights": {**rounds.DEFAULT_WEIGHTS, "load": -1}}, "load"),
    ],
)
def test_settings_that_break_a_rule_are_refused_at_their_field(app, changed, field):
    by = Author(make_person().id)
    with pytest.raises((InvalidError, IncompleteError)) as refusal, transaction():
        rounds.open_round(**({"name": "January"} | changed), by=by, at=now())
    assert refusal.value.field == field


def test_settings_that_somebody_else_changed_are_a_conflict_and_a_closed_round_stays_as_it_is(pool):
    row, by, _ = pool
    new = {"name": "New", "weights": rounds.DEFAULT_WEIGHTS, "months": 3, "answer_days": 7, "by": by, "at": now()}
    with pytest.raises(ConflictError), transaction():
        rounds.change_round(get_round(row.id), version=99, **new)
    with transaction():
        rounds.change_round(get_round(row.id), version=1, **new)
        rounds.cancel_round(get_round(row.id), by=by, at=now() + timedelta(hours=1))
    with pytest.raises(NotAllowedNowError), transaction():
        matching.run_matching(get_round(row.id), by=by, at=now())
    with pytest.raises(NotAllowedNowError), transaction():
        rounds.cancel_round(get_round(row.id), by=by, at=now())


def test_other_teams_count_by_the_weight_of_the_round(pool):
    row, by, _ = pool
    team = make_team("Platform")
    make.make_profile(make_person("Same Team", level="L3", team=team), offers=make.GOALS)
    make.make_profile(make_person("Mate", level="L2", team=team), wishes=make.GOALS, seeks_since=day("2026-01-01"))
    settings = {"goals": 0, "level": 0, "team": 1000, "hours": 0, "preference": 0, "load": 0}
    with transaction():
        rounds.change_round(
            get_round(row.id), name="Winter", weights=settings, months=6, answer_days=14, version=1, by=by, at=now()
        )
    found = next(line for line in run(pool).pairs if line.mentee.name == "Mate")
    assert (found.mentor.name != "Same Team", found.row.score) == (True, 1000)
