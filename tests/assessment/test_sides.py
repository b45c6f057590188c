"""Opening, writing, handing in and taking back: what the actions promise."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app.assessment import actions, queries
from app.assessment.actions import Entry, UnansweredError
from app.assessment.models import Assessment, AssessmentAnswer, Side
from app.audit.models import AuditEvent
from app.domain.errors import ConflictError, InvalidError, NotAllowedNowError
from app.domain.rating import Answer
from app.domain.readiness import Status
from app.infra.clock import now
from app.infra.unit_of_work import transaction
from app.people import actions as people
from tests.assessment.conftest import OPEN_AT_L3, by, draft, entries, open_for, reopen, submit
from tests.factories.assessments import make_assessment, publish
from tests.factories.people import AT, SYSTEM, grant, make_person

DESIGN, COACH = OPEN_AT_L3[0], OPEN_AT_L3[2]


def stored(assessment, side, author):
    return {key: (row.answer, row.comment) for key, row in answers_of(assessment, side, author).items()}


def answers_of(assessment, side, author):
    return queries.list_answers(assessment.id, Side(side), author.id)


# Opening


def test_an_assessment_is_against_the_next_level_unless_another_is_named(cast):
    assert open_for(cast.subject).target_level == "L3"
    assert open_for(cast.subject, target="L2").target_level == "L2"
    with pytest.raises(InvalidError, match="no level L9"):
        open_for(cast.subject, target="L9")


def test_a_second_opening_returns_the_running_one(cast, session):
    first = open_for(cast.subject)
    assert open_for(cast.subject, cast.manager).id == first.id
    submit(first, "self", cast.subject)
    assert open_for(cast.subject).id == first.id
    submit(first, "manager", cast.manager)
    assert open_for(cast.subject).id != first.id
    assert session.scalar(select(func.count()).select_from(Assessment)) == 2


def test_the_top_of_the_ladder_is_assessed_against_itself(cast):
    assert open_for(make_person(level="L4")).target_level == "L4"


def test_nobody_without_a_level_is_assessed(cast):
    with pytest.raises(InvalidError, match="holds no level"):
        open_for(cast.manager)


def test_asking_for_a_rating_opens_one_and_is_recorded(cast, session):
    with transaction():
        found = actions.ask_for_rating(cast.subject, by=by(cast.subject), at=now())
    assert [round_.id for round_ in waiting_of(cast.manager)] == [found.id]
    tags = session.scalars(select(AuditEvent.tag).where(AuditEvent.object_id == found.id).order_by(AuditEvent.seq))
    assert list(tags) == ["assessment:assessment:open", "assessment:rating:ask"]


def waiting_of(person):
    from app.access.actor import Actor

    return queries.list_waiting(Actor(person.id, person.name))


def test_nobody_is_asked_twice_who_has_answered_and_nobody_where_nobody_is(cast):
    found = open_for(cast.subject)
    submit(found, "manager", cast.manager)
    with transaction(), pytest.raises(NotAllowedNowError, match="is in already"):
        actions.ask_for_rating(cast.subject, by=by(cast.subject), at=now())
    alone = make_person(level="L1")
    with transaction(), pytest.raises(NotAllowedNowError, match="nobody to ask"):
        actions.ask_for_rating(alone, by=by(alone), at=now())


# Drafts


def test_a_draft_keeps_what_a_form_does_not_name(cast):
    found = open_for(cast.subject)
    draft(found, "self", cast.subject, {DESIGN: Entry(Answer.MET, "Both designs."), COACH: Entry(None, "Begun.")})
    draft(found, "self", cast.subject, {DESIGN: Entry(None, "Three designs.")}, revision=1)
    assert stored(found, "self", cast.subject) == {DESIGN: (Answer.MET, "Three designs."), COACH: (None, "Begun.")}


def test_a_comment_can_be_emptied(cast):
    found = open_for(cast.subject)
    draft(found, "self", cast.subject, {DESIGN: Entry(Answer.MET, "Wrong row.")})
    draft(found, "self", cast.subject, {DESIGN: Entry(Answer.MET, "")}, revision=1)
    assert stored(found, "self", cast.subject) == {DESIGN: (Answer.MET, "")}


def test_a_late_autosave_never_overwrites_a_newer_one(cast):
    found = open_for(cast.subject)
    newer = draft(found, "self", cast.subject, {DESIGN: Entry(None, "newer")}, window="w", sequence=2)
    late = draft(found, "self", cast.subject, {DESIGN: Entry(None, "older")}, window="w", sequence=1)
    again = draft(found, "self", cast.subject, {DESIGN: Entry(None, "other")}, window="w", sequence=2)
    assert late.is_late
    assert again.is_late
    assert (late.sequence, late.revision) == (newer.sequence, newer.revision) == (2, 1)
    assert stored(found, "self", cast.subject) == {DESIGN: (None, "newer")}


def test_a_window_goes_on_although_it_never_heard_of_its_last_draft(cast):
    found = open_for(cast.subject)
    draft(found, "self", cast.subject, {DESIGN: Entry(None, "a")}, window="w", sequence=1)
    draft(found, "self", cast.subject, {DESIGN: Entry(None, "ab")}, window="w", sequence=2, revision=0)
    assert stored(found, "self", cast.subject) == {DESIGN: (None, "ab")}


def test_another_window_learns_that_it_has_not_seen_everything(cast):
    found = open_for(cast.subject)
    draft(found, "self", cast.subject, {DESIGN: Entry(Answer.MET, "first")}, window="one", sequence=1)
    with pytest.raises(ConflictError) as refusal:
        draft(found, "self", cast.subject, {DESIGN: Entry(Answer.EXCEEDED, "second")}, window="two", sequence=7)
    assert refusal.value.stored == {f"answer-{DESIGN}": "met", f"words-{DESIGN}": "first"}
    assert refusal.value.version == 1
    assert stored(found, "self", cast.subject) == {DESIGN: (Answer.MET, "first")}
    draft(found, "self", cast.subject, {DESIGN: Entry(Answer.EXCEEDED, "second")}, window="two", revision=1)
    assert stored(found, "self", cast.subject) == {DESIGN: (Answer.EXCEEDED, "second")}


def test_an_autosave_that_comes_after_the_button_is_judged_as_another_window(cast):
    found = open_for(cast.subject)
    draft(found, "self", cast.subject, {DESIGN: Entry(None, "one")}, window="w", sequence=1)
    draft(found, "self", cast.subject, {DESIGN: Entry(None, "one two")}, window="w", revision=1)
    with pytest.raises(ConflictError):
        draft(found, "self", cast.subject, {DESIGN: Entry(None, "one t")}, window="w", sequence=2, revision=1)
    assert stored(found, "self", cast.subject) == {DESIGN: (None, "one two")}


def test_two_windows_that_write_about_different_things_both_win(cast):
    found = open_for(cast.subject)
    draft(found, "self", cast.subject, {DESIGN: Entry(None, "one")}, window="one", sequence=1)
    draft(found, "self", cast.subject, {COACH: Entry(None, "two")}, window="two", sequence=1)
    assert stored(found, "self", cast.subject) == {DESIGN: (None, "one"), COACH: (None, "two")}


def test_an_expectation_that_the_level_does_not_ask_is_refused(cast):
    found = open_for(cast.subject)
    with pytest.raises(InvalidError, match="asks something else"):
        draft(found, "self", cast.subject, {"swe.strategic-leadership": Entry(Answer.MET, "")})


# Handing in


def test_a_side_is_handed_in_when_everything_that_is_asked_has_an_answer(cast, session):
    found = open_for(cast.subject)
    with pytest.raises(UnansweredError) as refusal:
        submit(found, "self", cast.subject, entries({DESIGN: "met", COACH: ""}, words="kept?"))
    assert refusal.value.expectation_ids == tuple(one for one in OPEN_AT_L3 if one != DESIGN)
    assert stored(found, "self", cast.subject) == {}
    submit(found, "self", cast.subject)
    assert queries.get_assessment(found.id).self_submitted_at == now()


def test_no_opportunity_is_an_answer(cast):
    found = open_for(cast.subject)
    submit(found, "self", cast.subject, entries("no_opportunity"))
    assert queries.get_assessment(found.id).self_submitted_at is not None


def test_what_has_slipped_is_asked_again_at_whatever_level(cast):
    held = "swe.self-sufficient"
    make_assessment(
        cast.subject, cast.edition, "L2", manager=cast.manager, theirs={held: "not_met"}, own={held: "met"},
        own_on=date(2026, 6, 1), theirs_on=date(2026, 6, 1),
    )  # fmt: skip
    found = open_for(cast.subject)
    with pytest.raises(UnansweredError) as refusal:
        submit(found, "self", cast.subject)
    assert refusal.value.expectation_ids == (held,)


def test_the_level_held_is_asked_where_the_assessment_is_about_it(cast):
    found = open_for(cast.subject, target="L2")
    with pytest.raises(UnansweredError) as refusal:
        submit(found, "self", cast.subject, {})
    levels = {cast.edition.ladder.level_of(one, "L2").id for one in refusal.value.expectation_ids}
    assert levels == {"L2"}


def test_a_side_is_handed_in_once(cast):
    found = open_for(cast.subject)
    submit(found, "self", cast.subject)
    with pytest.raises(NotAllowedNowError, match="in and sealed"):
        submit(found, "self", cast.subject, entries("not_met"))
    with pytest.raises(NotAllowedNowError):
        draft(found, "self", cast.subject, {DESIGN: Entry(Answer.NOT_MET, "late")}, window="w", sequence=99)
    assert stored(found, "self", cast.subject)[DESIGN] == (Answer.MET, "")


def test_the_later_side_reveals_both(cast, session):
    found = open_for(cast.subject)
    submit(found, "manager", cast.manager, entries("partly_met"))
    assert not queries.get_assessment(found.id).is_revealed
    submit(found, "self", cast.subject)
    found = queries.get_assessment(found.id)
    assert found.is_revealed
    assert (found.manager_id, found.submitted_on) == (cast.manager.id, date(2026, 11, 21))
    report = queries.readiness_of(cast.subject.id).reports[0]
    assert report.standing(DESIGN).status is Status.PARTLY_MET


def test_ones_own_side_can_be_taken_back_until_the_other_is_in(cast, session):
    found = open_for(cast.subject)
    submit(found, "self", cast.subject)
    reopen(found, "self", cast.subject)
    with pytest.raises(NotAllowedNowError, match="open already"):
        reopen(found, "self", cast.subject)
    submit(found, "manager", cast.manager)
    reopen(found, "manager", cast.manager)
    assert queries.get_assessment(found.id).manager_id is None
    submit(found, "manager", cast.manager)
    submit(found, "self", cast.subject)
    for side, author in (("self", cast.subject), ("manager", cast.manager)):
        with pytest.raises(NotAllowedNowError, match="Both sides are in"):
            reopen(found, side, author)
    reopened = select(func.count()).select_from(AuditEvent).where(AuditEvent.tag == "assessment:side:reopen")
    assert session.scalar(reopened) == 2


def test_a_new_manager_does_not_take_back_what_another_handed_in(cast):
    found = open_for(cast.subject)
    submit(found, "manager", cast.manager)
    with pytest.raises(NotAllowedNowError, match="Only whoever"):
        reopen(found, "manager", cast.next_manager)


def test_a_change_of_manager_leaves_each_a_draft_of_their_own(cast):
    found = open_for(cast.subject)
    draft(found, "manager", cast.manager, {DESIGN: Entry(Answer.NOT_MET, "old words")})
    with transaction():
        people.set_manager(cast.subject, cast.next_manager, from_on=date(2026, 11, 21), by=SYSTEM, at=AT)
    assert stored(found, "manager", cast.next_manager) == {}
    submit(found, "manager", cast.next_manager, entries("exceeded"))
    submit(found, "self", cast.subject)
    assert stored(found, "manager", cast.manager) == {DESIGN: (Answer.NOT_MET, "old words")}
    report = queries.readiness_of(cast.subject.id).reports[0]
    assert report.standing(DESIGN).rating.answer is Answer.EXCEEDED
    rows = queries.comparison_of(queries.get_assessment(found.id)).rows
    assert {row.theirs.answer for row in rows} == {Answer.EXCEEDED}
    assert "old words" not in {row.theirs.comment for row in rows}


def test_a_changed_level_or_version_in_the_middle_loses_nothing(cast, session):
    found = open_for(cast.subject)
    draft(found, "self", cast.subject, entries({DESIGN: "met"}, words="kept"))
    publish("overlays/software-engineer-house/1.0.0.yaml", from_on=date(2026, 11, 1))
    with transaction():
        grant(cast.subject, "L1", on=date(2026, 11, 20))
    assert queries.get_assessment(found.id).ladder_version_id == cast.edition.id
    with pytest.raises(UnansweredError) as refusal:
        submit(found, "self", cast.subject, {}, revision=1)
    assert DESIGN not in refusal.value.expectation_ids
    assert "swe.self-sufficient" in refusal.value.expectation_ids
    assert stored(found, "self", cast.subject) == {DESIGN: (Answer.MET, "kept")}


def test_what_was_answered_before_it_came_to_be_banked_stays_on_the_sheet(cast):
    from app.access.actor import Actor

    found = open_for(cast.subject)
    draft(found, "self", cast.subject, entries({DESIGN: "met"}))
    with transaction():
        grant(cast.subject, "L4", on=date(2026, 11, 20))
    sheet = queries.sheet_of(queries.get_assessment(found.id), Side.SELF, Actor(cast.subject.id, ""))
    assert DESIGN in {row.id for row in sheet.rows if row.is_open}


def test_the_record_holds_no_rating_and_no_word(cast, session):
    found = open_for(cast.subject)
    draft(found, "self", cast.subject, entries("exceeded", words="planted words"))
    submit(found, "self", cast.subject, entries("exceeded", words="planted words"))
    submit(found, "manager", cast.manager, entries("partly_met", words="other words"))
    rows = session.scalars(select(AuditEvent).where(AuditEvent.object_id == found.id).order_by(AuditEvent.seq)).all()
    assert [row.tag.rpartition(":")[2] for row in rows] == ["open", "submit", "submit", "reveal"]
    assert json.loads(rows[1].details) == {"answers": 5, "side": "self"}
    everything = " ".join(row.details for row in rows)
    assert not any(word in everything for word in ("exceeded", "partly", "planted", "other words"))


def test_a_side_that_is_out_or_sealed_cannot_be_compared(cast):
    from app.domain.errors import MissingError

    found = open_for(cast.subject)
    submit(found, "self", cast.subject)
    with pytest.raises(MissingError):
        queries.comparison_of(queries.get_assessment(found.id))


def test_differences_come_first_the_widest_before_the_others(cast):
    found = open_for(cast.subject)
    mine = dict.fromkeys(OPEN_AT_L3, "met") | {COACH: "exceeded", DESIGN: "met"}
    submit(found, "self", cast.subject, entries(mine))
    theirs = dict.fromkeys(OPEN_AT_L3, "met") | {
        COACH: "not_met",
        DESIGN: "partly_met",
        OPEN_AT_L3[1]: "no_opportunity",
    }
    submit(found, "manager", cast.manager, entries(theirs))
    compared = queries.comparison_of(queries.get_assessment(found.id))
    assert [row.ask.expectation.id for row in compared.differing] == [COACH, DESIGN, OPEN_AT_L3[1]]
    assert [row.needs_conversation for row in compared.differing] == [True, False, False]
    assert len(compared.agreeing) == 2
    assert not compared.is_old


def test_a_rating_older_than_a_year_is_flagged(cast, clock):
    found = open_for(cast.subject)
    submit(found, "self", cast.subject)
    submit(found, "manager", cast.manager)
    with clock.standing_at(now() + timedelta(days=366)):
        assert queries.comparison_of(queries.get_assessment(found.id)).is_old


# Waivers


def test_a_waiver_holds_once_the_manager_and_hr_have_approved(cast, session):
    from app.assessment.actions import Approver

    def approve(person, role, reason=""):
        with transaction():
            return actions.approve_waiver(cast.subject, DESIGN, role=role, reason=reason, by=by(person), at=now())

    with pytest.raises(InvalidError, match="Say why"):
        approve(cast.manager, Approver.MANAGER)
    approve(cast.manager, Approver.MANAGER, "Not part of this job.")
    assert queries.readiness_of(cast.subject.id).reports[0].standing(DESIGN).status is Status.UNASSESSED
    with pytest.raises(InvalidError, match="cannot be both"):
        approve(cast.manager, Approver.HR)
    with pytest.raises(InvalidError, match="themselves"):
        approve(cast.subject, Approver.HR)
    approve(cast.hr, Approver.HR)
    standing = queries.readiness_of(cast.subject.id).reports[0].standing(DESIGN)
    assert standing.status is Status.WAIVED
    assert standing.waiver.reason == "Not part of this job."
    rows = session.scalars(select(AuditEvent.details).where(AuditEvent.tag == "assessment:waiver:approve")).all()
    assert len(rows) == 2
    assert not any("job" in row for row in rows)


def test_no_answer_of_the_other_side_is_fetched_for_a_sheet(cast, session):
    from app.access.actor import Actor

    found = open_for(cast.subject)
    submit(found, "manager", cast.manager, entries("not_met", words="planted"))
    assessment_id, reader = found.id, Actor(cast.subject.id, "")
    session.expunge_all()
    found = queries.get_assessment(assessment_id)
    queries.sheet_of(found, Side.SELF, reader)
    queries.get_round(reader, found)
    assert not [row for row in session.identity_map.values() if isinstance(row, AssessmentAnswer)]
