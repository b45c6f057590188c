"""Signing a result: it stands for exactly what was signed, once for each side, in one order, whoever is faster."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app.assessment import queries
from app.assessment.models import WHOLE, AssessmentSignature, Side
from app.audit.models import AuditEvent
from app.domain.errors import InvalidError, NotAllowedNowError
from app.infra.clock import now, today
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.notices.actions import choose_hearing
from app.notices.models import Hearing, Mail
from app.notices.queries import list_waiting
from app.people.actions import set_manager
from tests.assessment.conftest import by, open_for, submit
from tests.assessment.result_cases import (
    COACH,
    DESIGN,
    address,
    note_form,
    pdf_text,
    refuse,
    reveal,
    sign,
    take_back,
    write,
)
from tests.conftest import NOW
from tests.factories.assessments import make_assessment
from tests.factories.people import SYSTEM

TO_SIGN = ["assessment.to_sign"]


def result_of(found):
    db.session.rollback()
    return queries.result_of(queries.get_assessment(found.id))


def waits_for(person):
    db.session.rollback()
    return [one.text for one in list_waiting(person.id, today(), kinds=TO_SIGN)]


def hand_over(cast):
    with transaction():
        set_manager(cast.subject, cast.next_manager, from_on=NOW.date(), by=SYSTEM, at=NOW)


# What a signature stands for


def test_both_sign_and_the_result_is_closed(cast, session):
    found = reveal(cast, own_words="Hers", their_words="His")
    write(found, COACH, "Agreed.", cast.subject)
    sign(found, "self", cast.subject)
    assert not result_of(found).is_open
    assert not result_of(found).is_closed
    sign(found, "manager", cast.manager)
    result = result_of(found)
    assert result.is_closed
    assert [(one.name, one.refusal, one.holds) for one in result.signatures.values()] == [
        ("Tomasz Wieczorek", "", True),
        ("Amara Diallo", "", True),
    ]
    rows = session.scalars(select(AuditEvent.details).where(AuditEvent.tag == "assessment:result:sign")).all()
    assert rows == ['{"side":"self"}', '{"side":"manager"}']


def test_the_digest_changes_with_every_answer_comment_and_note_and_with_nothing_else(cast, session):
    from app.assessment.models import AssessmentAnswer

    found = reveal(cast, own_words="Hers")
    digests = {queries.digest_of(queries.get_assessment(found.id))}
    write(found, COACH, "Agreed.", cast.subject)
    digests.add(result_of(found).digest)
    write(found, WHOLE, "Agreed.", cast.subject)
    digests.add(result_of(found).digest)
    for column, value in (("comment", "Other words"), ("answer", "not_met")):
        with transaction() as inside:
            row = inside.query(AssessmentAnswer).filter_by(side=Side.MANAGER, expectation_id=DESIGN).one()
            setattr(row, column, value)
        digests.add(result_of(found).digest)
    assert len(digests) == 5
    assert result_of(found).digest == result_of(found).digest
    assert all(len(digest) == 64 for digest in digests)


def test_a_result_that_was_changed_behind_a_signature_says_so(cast, client_for):
    from app.assessment.models import AssessmentNote

    found = reveal(cast)
    write(found, COACH, "Agreed.", cast.subject)
    sign(found, "self", cast.subject)
    with transaction() as inside:
        inside.query(AssessmentNote).one().words = "Forged."
    assert not result_of(found).signatures[Side.SELF].holds
    assert "not what was signed" in client_for(cast.manager).get(address(found)).words()


def test_nobody_signs_what_they_have_not_seen(cast, client_for):
    found = reveal(cast)
    tomasz = client_for(cast.manager)
    form = tomasz.get(address(found, "manager", "sign")).form(ending="/manager/sign")
    write(found, COACH, "Written in between.", cast.subject)
    page = tomasz.send(form)
    assert page.status == 422
    assert "has changed since you opened this page" in page.words()
    assert result_of(found).is_open
    assert tomasz.send(page.form(ending="/manager/sign")).status == 302
    assert Side.MANAGER in result_of(found).signatures


def test_the_question_shows_every_word_that_is_signed(cast, client_for):
    found = reveal(cast, own_words="Her words on it", their_words="His words on it")
    write(found, COACH, "What we agreed in May.", cast.subject)
    write(found, WHOLE, "A good year on the whole.", cast.manager)
    page = client_for(cast.manager).get(address(found, "manager", "sign"))
    for words in ("Her words on it", "His words on it", "What we agreed in May.", "A good year on the whole."):
        assert words in page.words()
    assert not page.has_form("/notes")


def test_the_question_says_what_changed_since_the_comparison_was_read(cast, client_for):
    found = reveal(cast)
    tomasz = client_for(cast.manager)
    [link] = [one.get("href") for one in tomasz.get(address(found)).all("a") if "/manager/sign" in one.get("href", "")]
    assert "has changed since" not in tomasz.get(link).words()
    write(found, COACH, "Written in between.", cast.subject)
    page = tomasz.get(link)
    assert "Something has changed since you opened the comparison" in page.words()
    assert "Written in between." in page.words()
    done = tomasz.follow(tomasz.send(page.form(ending="/manager/sign")))
    assert "as they stood on that page" in done.words()


def test_what_goes_on_changing_is_set_apart_from_what_was_signed(cast, client_for):
    found = reveal(cast)
    sign(found, "self", cast.subject)
    words = client_for(cast.manager).get(address(found)).words()
    assert "as of 21 November 2026" in words
    assert "they go on changing and are not part of what is signed" in words


def test_a_refusal_needs_words_and_closes_like_a_signature(cast, session, client_for):
    found = reveal(cast)
    with pytest.raises(InvalidError, match="why you do not sign"):
        refuse(found, "self", cast.subject, reason="")
    refuse(found, "self", cast.subject, reason="The review in May is missing.")
    sign(found, "manager", cast.manager)
    result = result_of(found)
    assert result.is_closed
    assert result.signatures[Side.SELF].refusal == "The review in May is missing."
    for reader in (cast.subject, cast.manager, cast.head, cast.hr):
        page = client_for(reader).get(address(found))
        assert "The review in May is missing." in page.words()
        assert "Closed: it stays as it is" in page.words()
    details = session.scalars(select(AuditEvent.details).where(AuditEvent.tag == "assessment:result:refuse")).all()
    assert details == ['{"side":"self"}']


def test_a_signature_is_taken_back_by_whoever_gave_it_while_the_other_is_out(cast, session):
    found = reveal(cast)
    with pytest.raises(NotAllowedNowError, match="Nothing is signed"):
        take_back(found, "self", cast.subject)
    sign(found, "self", cast.subject)
    with pytest.raises(NotAllowedNowError, match="Only whoever signed"):
        take_back(found, "self", cast.manager)
    take_back(found, "self", cast.subject)
    assert result_of(found).is_open
    sign(found, "self", cast.subject)
    sign(found, "manager", cast.manager)
    for side, person in (("self", cast.subject), ("manager", cast.manager)):
        with pytest.raises(NotAllowedNowError, match="closed, and stays"):
            take_back(found, side, person)
    count = select(func.count()).select_from(AuditEvent).where(AuditEvent.tag == "assessment:result:take_back")
    assert session.scalar(count) == 1


def test_nothing_is_signed_before_the_reveal_and_no_side_twice(cast):
    found = open_for(cast.subject)
    submit(found, "self", cast.subject)
    with pytest.raises(NotAllowedNowError, match="once both sides are open"):
        sign(found, "self", cast.subject, seen="x")
    submit(found, "manager", cast.manager)
    sign(found, "self", cast.subject)
    with pytest.raises(NotAllowedNowError, match="signed already"):
        sign(found, "self", cast.subject)
    with pytest.raises(NotAllowedNowError, match="signed already"):
        refuse(found, "self", cast.subject)


# People who come and go


def test_the_line_manager_of_today_signs_and_the_answers_keep_their_author(cast, client_for):
    found = reveal(cast, their_words="His own words")
    hand_over(cast)
    assert client_for(cast.manager).get(address(found, "manager", "sign")).status == 404
    priya = client_for(cast.next_manager)
    page = priya.get(address(found, "manager", "sign"))
    assert priya.send(page.form(ending="/manager/sign")).status == 302
    page = priya.get(address(found))
    assert "Tomasz Wieczorek gave these ratings and stays their author" in page.words()
    assert result_of(found).signatures[Side.MANAGER].name == "Priya Raghunathan"
    assert waits_for(cast.next_manager) == []


def test_a_former_manager_keeps_what_they_signed_and_takes_it_back_alone(cast, client_for, clock):
    with clock.standing_at(NOW - timedelta(days=1)):
        found = reveal(cast)
    write(found, COACH, "Planted words", cast.subject)
    sign(found, "manager", cast.manager)
    hand_over(cast)
    former = client_for(cast.manager)
    assert "Planted words" in former.get(address(found)).words()
    assert client_for(cast.next_manager).post(address(found, "manager", "take-back")).status == 409
    assert Side.MANAGER in result_of(found).signatures
    page = former.get(address(found, "result"))
    assert "Planted words" in page.words()
    assert former.send(page.form(ending="/manager/take-back")).status == 302
    assert result_of(found).is_open
    assert former.get(address(found, "result")).status == 404
    sign(found, "manager", cast.next_manager)


def test_a_former_manager_reads_nothing_of_an_answer_given_after_their_period(cast, client_for, clock):
    with clock.standing_at(NOW - timedelta(days=1)):
        found = reveal(cast)
        sign(found, "manager", cast.manager)
    hand_over(cast)
    refuse(found, "self", cast.subject, "Said later, to the new manager")
    former = client_for(cast.manager)
    for place in ((), ("result",)):
        page = former.get(address(found, *place))
        assert "Tomasz Wieczorek" in page.words()
        assert "Said later" not in page.text
    assert "Said later" not in pdf_text(former.get(address(found, "result.pdf")))
    assert former.post(address(found, "manager", "take-back")).status == 409
    assert "Said later" in client_for(cast.next_manager).get(address(found, "result")).words()


def test_whoever_signed_in_between_reads_notes_and_signatures_and_no_answer(cast, client_for):
    found = reveal(cast, own_words="Hers alone")
    write(found, COACH, "Planted words", cast.subject)
    hand_over(cast)
    sign(found, "manager", cast.next_manager)
    with transaction():
        set_manager(cast.subject, cast.head, from_on=NOW.date(), by=SYSTEM, at=NOW)
    page = client_for(cast.next_manager).get(address(found, "result"))
    assert "Planted words" in page.words()
    assert "Hers alone" not in page.text
    assert client_for(cast.next_manager).get(address(found, "result.pdf")).status == 404


def test_where_the_manager_gave_no_answer_they_sign_as_having_seen(cast, client_for):
    found = open_for(cast.subject)
    submit(found, "self", cast.subject)
    with transaction() as inside:
        row = queries.get_assessment(found.id)
        row.manager_closed_at, row.closed_by_id, row.submitted_on = now(), cast.hr.id, today()
        inside.flush()
    page = client_for(cast.manager).get(address(found, "manager", "sign"))
    assert "You sign that you have seen what is there." in page.words()
    sign(found, "manager", cast.manager)
    assert "seen what is there" not in client_for(cast.subject).get(address(found, "self", "sign")).words()
    sign(found, "self", cast.subject)
    assert result_of(found).is_closed


def test_only_the_two_are_asked_to_sign(cast, client_for):
    found = reveal(cast)
    for person in (cast.head, cast.hr, cast.peer, cast.admin, cast.next_manager):
        for side in ("self", "manager"):
            assert client_for(person).get(address(found, side, "sign")).status == 404
            assert client_for(person).post(address(found, side, "sign"), {"seen": "x"}).status == 404
            assert client_for(person).post(address(found, side, "refuse"), {"reason": "x"}).status == 404
    assert client_for(cast.subject).post(address(found, "manager", "sign")).status == 404
    assert client_for(cast.manager).post(address(found, "self", "sign")).status == 404


# The pages


def test_the_question_says_what_is_signed_and_a_refused_form_keeps_its_words(cast, client_for):
    found = reveal(cast, own={COACH: "exceeded", **dict.fromkeys(_others(), "met")})
    write(found, COACH, "Agreed.", cast.subject)
    amara = client_for(cast.subject)
    page = amara.get(address(found, "self", "sign"))
    assert "Sign the result of your assessment for L3?" in page.words("h1")
    assert "1 that differ and 4 that agree" in page.words()
    assert "1 joint note" in page.words()
    refused = amara.send(page.form(ending="/self/refuse"))
    assert refused.status == 422
    assert "Say in your own words why you do not sign." in refused.words("div", class_="error-summary")
    long = amara.send(page.form(ending="/self/refuse"), reason="y" * 2001)
    assert long.status == 422
    assert "y" * 2001 in long.words("textarea", name="reason")
    done = amara.follow(amara.send(page.form(ending="/self/refuse"), reason="I was not\nasked."))
    assert "I was not asked." in done.words()
    assert amara.get(address(found, "self", "sign")).location == address(found)
    back = amara.follow(amara.send(done.form(ending="/take-back")))
    assert "Notes can be changed again" in back.words()


def _others():
    from tests.assessment.conftest import OPEN_AT_L3

    return [one for one in OPEN_AT_L3 if one != COACH]


# What waits


def test_a_revealed_result_waits_for_both_until_each_has_answered(cast):
    found = open_for(cast.subject)
    submit(found, "self", cast.subject)
    assert waits_for(cast.subject) == waits_for(cast.manager) == []
    submit(found, "manager", cast.manager)
    assert waits_for(cast.subject) == ["Sign the result of your assessment for L3"]
    assert waits_for(cast.manager) == ["Sign the result of Amara Diallo’s assessment for L3"]
    for person in (cast.head, cast.hr, cast.peer):
        assert waits_for(person) == []
    sign(found, "self", cast.subject)
    assert waits_for(cast.subject) == []
    refuse(found, "manager", cast.manager)
    assert waits_for(cast.manager) == []


def test_a_refusal_tells_the_other_one_and_stands_in_their_inbox_without_its_reason(cast, session):
    with transaction():
        choose_hearing(cast.manager.id, {TO_SIGN[0]: Hearing.AT_ONCE}, by=by(cast.manager), at=now())
    found = reveal(cast)
    refuse(found, "self", cast.subject, "The review in May is missing.")
    [waiting] = list_waiting(cast.manager.id, today(), kinds=TO_SIGN)
    assert waiting.text == "Sign the result of Amara Diallo’s assessment for L3"
    assert waiting.detail.startswith("Not signed by Amara Diallo: read why and talk about it.")
    assert "May" not in waiting.detail
    assert cast.manager.id in session.scalars(select(Mail.person_id).where(Mail.payload.contains(TO_SIGN[0]))).all()


def test_only_the_latest_result_is_asked_for_and_not_for_ever(cast, clock):
    for day in (date(2026, 9, 1), date(2026, 10, 1)):
        make_assessment(
            cast.subject, cast.edition, "L3", manager=cast.manager, own={COACH: "met"}, theirs={COACH: "met"},
            own_on=day, theirs_on=day,
        )  # fmt: skip
    [waiting] = list_waiting(cast.subject.id, today(), kinds=TO_SIGN)
    assert waiting.since.date() == date(2026, 10, 1)
    with clock.standing_at(NOW + timedelta(days=60)):
        assert waits_for(cast.subject) == []


def test_the_reveal_and_the_first_signature_tell_those_who_want_to_hear_at_once(cast, session):
    for person in (cast.subject, cast.manager):
        with transaction():
            choose_hearing(person.id, {TO_SIGN[0]: Hearing.AT_ONCE}, by=by(person), at=now())
    found = reveal(cast)

    def told():
        db.session.rollback()
        rows = session.scalars(select(Mail).where(Mail.payload.contains(TO_SIGN[0])).order_by(Mail.created_at, Mail.id))
        return [row.person_id for row in rows]

    assert told() == [cast.subject.id]
    sign(found, "self", cast.subject)
    assert told() == [cast.subject.id, cast.manager.id] or told() == [cast.manager.id, cast.subject.id]


# At the same moment


@pytest.fixture
def at_once(app):
    def run(act):
        with app.app_context():
            return act()

    def run_all(*acts):
        with ThreadPoolExecutor(len(acts)) as pool:
            results = [result.result() for result in [pool.submit(run, act) for act in acts]]
        db.session.rollback()
        return results

    return run_all


def test_signing_twice_at_once_is_one_signature_and_one_record(cast, client_for, session, at_once):
    found = reveal(cast)
    amara = client_for(cast.subject)
    form = amara.get(address(found, "self", "sign")).form(ending="/self/sign")
    pages = at_once(*[lambda: amara.send(form)] * 6)
    assert {page.location for page in pages} == {address(found)}
    assert session.scalar(select(func.count()).select_from(AssessmentSignature)) == 1
    signed = select(func.count()).select_from(AuditEvent).where(AuditEvent.tag == "assessment:result:sign")
    assert session.scalar(signed) == 1


def test_when_both_sign_at_once_both_have_signed(cast, client_for, at_once):
    found = reveal(cast)
    acts = []
    for side, person in (("self", cast.subject), ("manager", cast.manager)):
        client = client_for(person)
        form = client.get(address(found, side, "sign")).form(ending=f"/{side}/sign")
        acts.append(lambda client=client, form=form: client.send(form))
    assert [page.status for page in at_once(*acts)] == [302, 302]
    assert result_of(found).is_closed


def test_a_note_and_a_signature_at_once_end_in_one_order(cast, client_for, at_once):
    found = reveal(cast)
    amara, tomasz = client_for(cast.subject), client_for(cast.manager)
    for turn in range(10):
        note = note_form(amara.get(address(found)), COACH)
        question = tomasz.get(address(found, "manager", "sign")).form(ending="/manager/sign")
        wrote, signed = at_once(
            lambda note=note, turn=turn: amara.send(note, words=f"Turn {turn}"),
            lambda question=question: tomasz.send(question),
        )
        result = result_of(found)
        # Either the note was first and the signature asks again, or the signature was and the note comes too late.
        assert (wrote.status, signed.status) in {(302, 422), (409, 302)}
        assert all(one.holds for one in result.signatures.values())
        if signed.status == 302:
            assert f"Turn {turn}" in wrote.text
            take_back(found, "manager", cast.manager)
