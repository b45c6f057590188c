"""Writing and taking a decision, its approval by two people, and who sees it before it is told."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from app.audit.actions import Author
from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.domain.committee import CommitteeRating, Finding
from app.domain.decision import DecisionDraft, Said
from app.domain.errors import ConflictError, IncompleteError, InvalidError, NotAllowedNowError
from app.domain.promotion import CaseState, CycleState, DecisionKind, DeferReason
from app.infra.clock import now
from app.infra.unit_of_work import transaction
from app.people.models import SpellReason
from app.people.queries import get_person, list_spells
from app.promotion import queries
from app.promotion.actions import decisions
from app.promotion.models import CaseStep, CycleApproval, CycleStep
from app.promotion.queries.decision_waiting import select_to_approve
from app.promotion.queries.decisions import (
    decided_in,
    draft_of,
    find_decision,
    findings_of,
    is_approved_by_two,
    list_digest,
    recommendation_of,
)
from app.promotion.queries.panels import serving
from tests.factories import promotion as make
from tests.factories.people import grant, make_person

DESIGN, COACH = "swe.design-significant-features", "swe.coach-juniors"
MET, PARTLY = CommitteeRating.MET, CommitteeRating.PARTLY_MET
TODAY = date(2026, 11, 21)
WORDS = "zanzibar papers were carried"


@pytest.fixture
def room(app):
    """Return a case of two expectations in calibration, rated by three: one passes, one fails."""
    firm = make.make_firm(reviewers=3)
    cycle = make.make_cycle(firm, state=CycleState.CALIBRATION)
    case = make.make_case(cycle, firm.amara, rated=(DESIGN, COACH), pieces=[{"title": "A design"}])
    for one in firm.reviewers:
        make.rate(make.seat(case, one), {DESIGN: MET, COACH: PARTLY})
    return SimpleNamespace(firm=firm, cycle_id=cycle.id, id=case.id, chair=Author(firm.chair.id))


def the_case(room):
    return queries.get_case(room.id)


def save(room, draft, *, version=None, by=None):
    if version is None:
        stored = find_decision(room.id)
        version = stored.version if stored else 0
    with transaction():
        return decisions.save_decision(the_case(room), draft, version=version, by=by or room.chair, at=now())


def decide(room):
    with transaction():
        return decisions.decide(the_case(room), by=room.chair, at=now())


def promotion(**changed):
    values = {
        "kind": DecisionKind.PROMOTE,
        "reasons": f"The {WORDS} over the year.",
        "effective_on": date(2026, 12, 1),
        "said": {COACH: Said("A coach was hired for the team.")},
    }
    return DecisionDraft(**(values | changed))


def tags(session, tag):
    return list(session.scalars(select(AuditEvent).where(AuditEvent.tag == tag)))


def sign(room):
    with transaction():
        cycle = queries.get_cycle(room.cycle_id)
        cycle.state = CycleState.DECIDED
        return decisions.sign_list(cycle, room.chair, now())


def approve(room, person, **more):
    with transaction():
        return decisions.approve_decisions(queries.get_cycle(room.cycle_id), by=Author(person.id), at=now(), **more)


# Drafts ----------------------------------------------------------------------------


def test_a_draft_is_kept_whole_or_not_and_read_back_as_it_was(room, session):
    half = DecisionDraft(
        kind=DecisionKind.NOT_YET,
        reasons="So far.",
        said={DESIGN: Said("Joint work."), COACH: Said("Not seen.", "Two juniors.", is_named=True)},
    )
    save(room, half)
    assert draft_of(find_decision(room.id)) == half
    assert the_case(room).state is CaseState.CALIBRATED
    (event,) = tags(session, Tag.DECISION_SAVED)
    assert event.subject_id is None
    assert WORDS not in event.details


def test_what_a_case_is_not_rated_on_is_not_kept(room):
    save(room, promotion(said={"swe.field-expertise": Said("Words on it.")}))
    assert draft_of(find_decision(room.id)).said == {}


def test_of_two_windows_the_second_learns_what_is_stored(room):
    save(room, promotion())
    with pytest.raises(ConflictError) as refused:
        save(room, promotion(reasons="Mine."), version=0)
    assert refused.value.stored["reasons"].startswith("The zanzibar")
    assert refused.value.stored[f"said-{COACH}"] == "A coach was hired for the team."
    assert refused.value.version == 1
    save(room, promotion(reasons="Merged."), version=1)
    assert find_decision(room.id).reasons == "Merged."


def test_a_change_of_an_expectation_alone_is_a_new_version(room):
    first = save(room, promotion()).version
    assert save(room, promotion(said={COACH: Said("Another reason for it.")})).version > first


def test_a_text_that_is_too_long_is_refused_at_its_field(room):
    with pytest.raises(InvalidError) as refused:
        save(room, promotion(said={COACH: Said("a", "b" * 501)}))
    assert refused.value.field == f"change-{COACH}"


# Taking ----------------------------------------------------------------------------


def test_deciding_keeps_what_was_recommended_and_how_long_the_level_was_held(room, session):
    save(room, promotion())
    taken = decide(room)
    assert (taken.recommended, taken.months_at_level) == ("not_yet", 46)
    assert the_case(room).state is CaseState.DECIDED
    (finding,) = findings_of([taken.id])[taken.id]
    assert (finding.expectation_id, finding.kind) == (COACH, "exception")
    events = [*tags(session, Tag.CASE_DECIDED), *tags(session, Tag.CASE_MOVED)]
    assert {event.subject_id for event in events} == {None}
    assert session.scalars(select(CaseStep.event).where(CaseStep.case_id == room.id)).all() == ["decide"]


def test_deciding_names_everything_that_is_missing(room):
    save(room, promotion(effective_on=None, said={}))
    with pytest.raises(IncompleteError) as refused:
        decide(room)
    assert "from which day" in refused.value.message
    assert "exception" in refused.value.message
    assert the_case(room).state is CaseState.CALIBRATED


def test_without_a_draft_nothing_is_decided(room):
    with pytest.raises(IncompleteError):
        decide(room)


def test_a_decision_once_taken_stays_as_it_is(room):
    save(room, promotion())
    decide(room)
    with pytest.raises(NotAllowedNowError):
        save(room, promotion(reasons="Other."))
    with pytest.raises(NotAllowedNowError):
        decide(room)


def test_words_for_another_kind_never_reach_the_decision(room):
    named = {COACH: Said("Not seen at all.", "Two juniors.", is_named=True)}
    save(room, promotion(kind=DecisionKind.NOT_YET, review_on=TODAY, said=named))
    deferred = {"defer_reason": DeferReason.NO_POST, "missing": "There is no post.", "defer_until": TODAY}
    save(room, promotion(kind=DecisionKind.DEFER, said=named, **deferred))
    taken = decide(room)
    assert findings_of([taken.id])[taken.id] == []
    assert (taken.effective_on, taken.defer_reason) == (None, DeferReason.NO_POST)


def test_an_incomplete_case_is_only_deferred(room):
    with transaction():
        the_case(room).is_incomplete = True
    save(room, promotion())
    with pytest.raises(IncompleteError, match="only be deferred"):
        decide(room)


def test_nothing_is_written_while_a_substitute_rates_blind(room):
    with transaction():
        the_case(room).lifted_at = None
    with pytest.raises(NotAllowedNowError):
        save(room, promotion())


def test_ratings_of_a_seat_that_ended_do_not_count(room, session):
    from app.promotion.models import PanelSeat

    with transaction():
        for seat in session.scalars(select(PanelSeat).where(PanelSeat.case_id == room.id)).all()[1:]:
            seat.ended_at, seat.ended_reason = now(), "recused"
    assert set(recommendation_of(the_case(room)).findings.values()) == {Finding.NONE}


def empty_committee(room, session):
    """Leave nobody who could step in."""
    for member in serving(room.cycle_id):
        if member.person_id not in {one.id for one in room.firm.reviewers}:
            make.recuse(the_case(room), get_person(member.person_id))


def test_a_quorum_that_broke_since_is_found_when_it_is_decided_and_a_substitute_rates_first(room):
    save(room, promotion())
    make.recuse(the_case(room), room.firm.reviewers[0])
    with pytest.raises(NotAllowedNowError, match="reviewers have changed"):
        decide(room)
    assert the_case(room).state is CaseState.CALIBRATED


def test_without_a_quorum_and_nobody_to_step_in_a_case_is_deferred_for_want_of_reviewers_alone(
    room, session, client_for
):
    empty_committee(room, session)
    make.recuse(the_case(room), room.firm.reviewers[0])
    deferred = {"kind": DecisionKind.DEFER, "missing": "Two reviewers are missing.", "defer_until": TODAY}
    for draft in (promotion(), promotion(**deferred, defer_reason=DeferReason.NO_POST)):
        save(room, draft, by=Author(room.firm.hr.id))
        with pytest.raises(IncompleteError, match="Fewer reviewers"):
            decide(room)
    page = client_for(room.firm.hr).get(f"/promotions/cases/{room.id}/decision/edit?check=1").text
    assert "Fewer reviewers than the quorum" in page
    save(room, promotion(**deferred, defer_reason=DeferReason.REVIEWER_SHORTAGE))
    assert decide(room).defer_reason is DeferReason.REVIEWER_SHORTAGE


@pytest.mark.parametrize(
    ("level", "since", "match"),
    [("L3", date(2026, 11, 1), "has changed since"), ("L2", date(2026, 12, 5), "only from 5 December 2026")],
)
def test_a_promotion_that_could_never_take_effect_is_not_decided(room, client_for, level, since, match):
    with transaction():
        for spell in list_spells(room.firm.amara.id):
            spell.superseded_at = now()
        grant(get_person(room.firm.amara.id), level, on=since)
    save(room, promotion())
    with pytest.raises(IncompleteError, match=match):
        decide(room)
    page = client_for(room.firm.chair).get(f"/promotions/cases/{room.id}/decision/edit?check=1").text
    assert match in page


def test_a_correction_of_the_level_does_not_begin_the_time_at_it_anew(room):
    with transaction():
        grant(get_person(room.firm.amara.id), "L2", on=date(2026, 10, 1), reason=SpellReason.CORRECTION)
    save(room, promotion())
    assert decide(room).months_at_level == 46


# Two approvals ---------------------------------------------------------------------


@pytest.fixture
def signed(room):
    save(room, promotion())
    decide(room)
    sign(room)
    return room


def test_two_different_people_approve_the_same_list(signed, session):
    assert not is_approved_by_two(signed.cycle_id)
    approve(signed, signed.firm.hr, digest=list_digest(signed.cycle_id))
    assert is_approved_by_two(signed.cycle_id)
    rows = session.scalars(select(CycleApproval)).all()
    assert {row.digest for row in rows} == {list_digest(signed.cycle_id)}
    assert {row.person_id for row in rows} == {signed.firm.chair.id, signed.firm.hr.id}
    assert session.scalars(select(CycleStep.kind)).all().count("approve") == 2
    assert {event.subject_id for event in tags(session, Tag.CYCLE_APPROVED)} == {None}
    with pytest.raises(NotAllowedNowError, match="already"):
        approve(signed, signed.firm.hr_too)


@pytest.mark.parametrize("who", ["chair", "deputy", "amara", "manager", "skip"])
def test_nobody_approves_who_decided_is_on_the_list_or_takes_no_part(signed, who):
    with pytest.raises(NotAllowedNowError):
        approve(signed, getattr(signed.firm, who))
    assert not is_approved_by_two(signed.cycle_id)


def test_whoever_wrote_a_decision_does_not_approve_the_list(room, session):
    save(room, promotion(), by=Author(room.firm.hr.id))
    decide(room)
    sign(room)
    assert {row.person_id for row in session.execute(select_to_approve(TODAY))} == {room.firm.hr_too.id}
    with pytest.raises(NotAllowedNowError, match="wrote or decided"):
        approve(room, room.firm.hr)
    approve(room, room.firm.hr_too)


def test_the_second_person_approves_the_list_that_was_shown(signed):
    with pytest.raises(NotAllowedNowError, match="looked at"):
        approve(signed, signed.firm.hr, digest="0" * 64)


def test_any_word_that_changes_makes_it_another_list(signed):
    approve(signed, signed.firm.hr)
    with transaction():
        find_decision(signed.id).reasons = "Something else."
    assert not is_approved_by_two(signed.cycle_id)


def test_without_the_first_signature_nobody_approves(room):
    save(room, promotion())
    decide(room)
    with transaction():
        queries.get_cycle(room.cycle_id).state = CycleState.DECIDED
    with pytest.raises(NotAllowedNowError, match="not signed"):
        approve(room, room.firm.hr)


def test_nobody_signs_a_list_with_their_own_case(room):
    save(room, promotion())
    decide(room)
    with transaction(), pytest.raises(NotAllowedNowError):
        decisions.sign_list(queries.get_cycle(room.cycle_id), Author(room.firm.amara.id), now())


def test_the_list_holds_decided_cases_alone(room):
    save(room, promotion())
    assert decided_in(room.cycle_id) == []
    decide(room)
    assert [one.case.id for one in decided_in(room.cycle_id)] == [room.id]


# Pages -----------------------------------------------------------------------------


def fields(**changed):
    values = {
        "kind": "promote",
        "reasons": f"The {WORDS} over the year.",
        "effective_on": "2026-12-01",
        f"said-{COACH}": "A coach was hired for the team.",
        "version": "0",
    }
    return values | changed


def test_the_chair_writes_and_decides_on_pages(room, client_for):
    chair, base = client_for(room.firm.chair), f"/promotions/cases/{room.id}"
    assert "Below met: partly met" in chair.get(f"{base}/decision/edit").text
    sent = chair.post(f"{base}/decision/edit", fields(then="decide"))
    assert sent.location == f"{base}/decision/decide"
    assert "Yes, decide" in chair.get(sent.location).text
    assert chair.post(f"{base}/decision/decide").location == f"/promotions/{room.cycle_id}/calibration"
    assert "Decided, and not told yet" in chair.get(f"{base}/decision/draft").text
    assert chair.get(f"{base}/decision/edit").location == f"{base}/decision/draft"


def test_a_half_draft_is_kept_and_every_fault_stands_at_its_field(room, client_for):
    chair, base = client_for(room.firm.chair), f"/promotions/cases/{room.id}"
    draft = fields(effective_on="", **{f"said-{COACH}": ""}, reasons="Short")
    assert chair.post(f"{base}/decision/edit", draft).status == 302
    assert chair.get(f"{base}/decision/decide").location == f"{base}/decision/edit?check=1"
    page = chair.get(f"{base}/decision/edit?check=1").text
    for field in ("reasons", "effective_on", f"said-{COACH}"):
        assert f'href="#{field}"' in page
        assert f'id="{field}-error"' in page
    assert "Short" in page


def test_a_fault_of_shape_keeps_what_was_typed(room, client_for):
    chair, base = client_for(room.firm.chair), f"/promotions/cases/{room.id}"
    refused = chair.post(f"{base}/decision/edit", fields(effective_on="next week"))
    assert refused.status == 422
    assert WORDS in refused.text
    assert "next week" in refused.text
    assert find_decision(room.id) is None


def test_two_windows_meet_on_a_page_with_both_texts(room, client_for):
    base = f"/promotions/cases/{room.id}"
    client_for(room.firm.chair).post(f"{base}/decision/edit", fields())
    clash = client_for(room.firm.hr).post(f"{base}/decision/edit", fields(reasons="Mine is different."))
    assert clash.status == 409
    for word in ("zanzibar", "different.", "Reasons"):
        assert word in clash.text


def test_hr_writes_and_the_chair_alone_decides(room, client_for):
    base = f"/promotions/cases/{room.id}"
    hr = client_for(room.firm.hr)
    assert hr.post(f"{base}/decision/edit", fields()).status == 302
    assert hr.get(f"{base}/decision/decide").status == 404
    assert hr.post(f"{base}/decision/decide").status == 404
    reviewer = client_for(room.firm.reviewers[0])
    assert WORDS in reviewer.get(f"{base}/decision/draft").text
    assert reviewer.get(f"{base}/decision/edit").status == 404


def test_the_second_approval_on_its_page(signed, client_for):
    address = f"/promotions/{signed.cycle_id}/approve"
    hr = client_for(signed.firm.hr)
    page = hr.get(address).text
    for words in ("Amara Diallo", "A coach was hired", "Oluwaseun Chair", "1 of 2"):
        assert words in page
    assert hr.post(address, {"digest": list_digest(signed.cycle_id)}).location == address
    assert "2 of 2" in hr.get(address).text
    assert "Approve the list" not in hr.get(address).text


def test_the_second_approval_needs_a_fresh_proof(signed, client_for, clock):
    hr, address = client_for(signed.firm.hr), f"/promotions/{signed.cycle_id}/approve"
    hr.get(address)
    with clock.standing_at(now() + timedelta(minutes=11)):
        assert hr.post(address, {"digest": list_digest(signed.cycle_id)}).location != address
    assert not is_approved_by_two(signed.cycle_id)


def test_hr_who_takes_no_part_in_a_case_reads_nothing_of_its_decision(signed, client_for):
    make.recuse(the_case(signed), signed.firm.hr)
    page = client_for(signed.firm.hr).get(f"/promotions/{signed.cycle_id}/approve").text
    assert WORDS not in page
    assert "You take no part in this case" in page
    assert "Somebody else approves this list" in page


def test_before_the_list_is_signed_there_is_nothing_to_approve(room, client_for):
    page = client_for(room.firm.hr).get(f"/promotions/{room.cycle_id}/approve").text
    assert "Nothing to approve yet" in page


# Before it is told -----------------------------------------------------------------


def test_nobody_else_sees_that_there_is_a_decision(signed, client_for, session):
    from app.access.actor import Role

    admin = make_person("Lucía Admin", roles=(Role.ADMIN,))
    outsiders = [getattr(signed.firm, who) for who in ("amara", "manager", "skip", "peer", "stranger")] + [admin]
    base = f"/promotions/cases/{signed.id}"
    closed = [f"{base}/decision", f"{base}/decision/draft", f"{base}/decision/edit", f"{base}/tell"]
    closed += [f"{base}/calibration", f"/promotions/{signed.cycle_id}/approve"]
    closed += [f"/promotions/{signed.cycle_id}/calibration"]
    open_to_some = ["/", "/inbox", "/promotions/", f"/promotions/{signed.cycle_id}", base, "/search?q=zanzibar"]
    open_to_some += ["/account/access", "/people/growth", f"{base}/packet", f"{base}/feedback/summary"]
    for person in outsiders:
        client = client_for(person)
        for address in closed:
            assert client.get(address).status == 404, (person.name, address)
        for address in open_to_some:
            page = client.get(address).text
            for word in ("papers were carried", "coach was hired", "1 December 2026", "Decided", "decided"):
                assert word not in page, (person.name, address, word)


def test_nothing_of_it_is_in_mail_or_record(signed, session):
    from app.notices.models import Mail

    receivers = set(session.scalars(select(Mail.person_id)))
    assert receivers <= {signed.firm.hr.id, signed.firm.hr_too.id}
    for event in session.scalars(select(AuditEvent)):
        assert "zanzibar" not in (event.details or "")
        if event.tag in {Tag.DECISION_SAVED, Tag.CASE_DECIDED, Tag.CYCLE_APPROVED}:
            assert event.subject_id is None
