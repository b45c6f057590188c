"""The compare view: differences first, what one alone said last, and what the ratings did to the verdict."""

from __future__ import annotations

from datetime import date

import pytest

from app.access.actor import Actor
from app.assessment import queries
from app.assessment.compare_pages import effect_words
from app.domain.evidence import EvidenceKind
from app.domain.rating import Answer
from app.infra.clock import now, today
from app.infra.unit_of_work import transaction
from tests.assessment.conftest import OPEN_AT_L3, entries, open_for, submit
from tests.assessment.result_cases import COACH, DESIGN, IMPROVE, INFLUENCE, LEAD, address, reveal, write
from tests.factories.assessments import count_queries, make_evidence, make_waiver

MET = dict.fromkeys(OPEN_AT_L3, "met")


def test_the_widest_difference_stands_first_then_agreements_then_what_one_alone_said(cast, client_for):
    found = reveal(
        cast,
        own=MET | {LEAD: "exceeded", "swe.self-sufficient": "met"},
        theirs=MET | {LEAD: "partly_met", DESIGN: "partly_met", COACH: "no_opportunity"},
        own_words="Hers",
        their_words="His",
    )
    page = client_for(cast.subject).get(address(found))
    words = page.words("main")
    assert "two differ" not in words
    assert "three differ, two agree, one by one side only" in page.words("h1")
    order = ["Leads technical", "Designs significant", "Coaches or mentors", "Where you agree", "Influences a project",
             "What only one of the two has answered", "Works self-sufficiently", "On the whole"]  # fmt: skip
    places = [words.index(one) for one in order]
    assert places == sorted(places)
    assert "Not on the same scale" in words
    assert "You: Met" in words


@pytest.mark.parametrize(
    ("mine", "theirs", "talks"),
    [("exceeded", "partly_met", True), ("met", "not_met", True), ("met", "partly_met", False),
     ("not_met", "met", False), ("met", "no_opportunity", False)],
)  # fmt: skip
def test_an_own_rating_two_steps_above_the_managers_is_a_reason_to_talk(cast, client_for, mine, theirs, talks):
    found = reveal(cast, own=MET | {COACH: mine}, theirs=MET | {COACH: theirs})
    page = client_for(cast.manager).get(address(found))
    assert ("a reason to talk" in page.words()) is talks
    assert ("Talk about one" in page.words()) is talks


def test_a_side_that_was_closed_is_said_plainly_and_its_draft_stays_hidden(cast, client_for):
    found = open_for(cast.subject)
    submit(found, "self", cast.subject, entries(words="Hers"))
    with transaction():
        row = queries.get_assessment(found.id)
        row.manager_closed_at, row.closed_by_id, row.submitted_on = now(), cast.hr.id, today()
    for reader in (cast.subject, cast.manager, cast.head, cast.hr):
        page = client_for(reader).get(address(found))
        assert page.status == 200
        assert "Tomasz Wieczorek has not answered: that side was closed as “not given” by Ruth Okonjo." in page.words()
        assert "five answers of one side" in page.words("h1")
        assert "No words" not in page.words("main")
        assert "Hers" in page.words()


def test_a_draft_of_a_side_that_was_closed_is_read_by_nobody(cast, client_for):
    from tests.assessment.conftest import draft

    found = open_for(cast.subject)
    draft(found, "self", cast.subject, entries("exceeded", words="Planted draft"))
    submit(found, "manager", cast.manager, entries(words="His"))
    with transaction():
        row = queries.get_assessment(found.id)
        row.self_closed_at, row.closed_by_id, row.submitted_on = now(), cast.manager.id, today()
    for reader in (cast.subject, cast.manager, cast.head, cast.hr):
        page = client_for(reader).get(address(found))
        assert "Planted draft" not in page.text
        assert "closed as “not given” by Tomasz Wieczorek" in page.words()


def test_evidence_that_counts_stands_beside_as_far_as_the_reader_may_read_it(cast, client_for):
    found = reveal(cast)
    make_evidence(cast.subject, COACH, on=date(2026, 9, 1), kind=EvidenceKind.MENTORING_LOG, title="Paired with Chioma")
    make_evidence(cast.subject, COACH, on=date(2023, 9, 1), kind=EvidenceKind.MENTORING_LOG, title="Long ago")
    make_evidence(cast.subject, COACH, title="Only a draft", is_draft=True)
    for reader in (cast.subject, cast.manager, cast.hr):
        words = client_for(reader).get(address(found)).words("main")
        assert "Paired with Chioma" in words
        assert "1 of 2 pieces" in words
        assert "Long ago" not in words
        assert "Only a draft" not in words


def test_optional_banked_and_waived_are_marked(cast, client_for):
    make_waiver(cast.subject, IMPROVE, manager=cast.manager, hr=cast.hr)
    found = reveal(cast, own=MET | {"swe.self-sufficient": "met"}, theirs=MET | {"swe.self-sufficient": "met"})
    words = client_for(cast.subject).get(address(found)).words("main")
    assert "Strategy & improvement, L3, waived" in words
    assert ", L2, banked" in words


def test_the_verdict_says_what_this_assessment_changed(cast, client_for):
    for day in (date(2026, 2, 1), date(2026, 9, 1)):
        make_evidence(cast.subject, DESIGN, INFLUENCE, on=day, kind=EvidenceKind.DESIGN_DOC, confirmed_by=cast.peer)
    found = reveal(cast, theirs=MET | {COACH: "partly_met"})
    page = client_for(cast.subject).get(address(found))
    assert "L3 as of 21 November 2026 Not yet 3 missing of 20. Because of this assessment: 2 more met" in page.words(
        "main"
    )
    standing = next(link.get("href") for link in page.all("a") if (link.get("href") or "").endswith("/standing"))
    assert "17 of 20" in client_for(cast.subject).get(standing).words()


def test_what_changed_is_computed_from_both_reports(cast):
    found = reveal(cast, theirs=MET | {COACH: "no_opportunity"})
    compared = queries.comparison_of(found)
    behind = queries.behind(compared, Actor(cast.manager.id, ""))
    assert behind.without.met == behind.now.met == 15
    assert (
        effect_words(behind.now, behind.now) == "No required expectation stands otherwise because of this assessment."
    )
    assert "4 expectations have another status below met" in effect_words(behind.now, behind.without)
    assert queries.behind(compared, Actor(cast.peer.id, "")).now is None
    assert compared.voices[COACH]


def test_a_comparison_asks_the_database_no_more_for_more_rows(cast, client_for):
    found = reveal(cast)
    reader = client_for(cast.subject)
    reader.get(address(found))
    few = count_queries(lambda: reader.get(address(found)))
    for number, key in enumerate(OPEN_AT_L3):
        make_evidence(cast.subject, key, on=date(2026, 9, 1 + number), kind=EvidenceKind.DESIGN_DOC)
        write(found, key, "Agreed", cast.subject)
    many = count_queries(lambda: reader.get(address(found)))
    assert many <= few + 6, (few, many)


def test_both_sides_are_named_on_paper(cast, client_for):
    found = reveal(cast, own=MET | {COACH: "exceeded"})
    assert Answer.EXCEEDED in {row.own.answer for row in queries.comparison_of(found).differing}
    words = client_for(cast.subject).get(address(found)).words("main")
    assert "Amara Diallo and Tomasz Wieczorek. Printed on 21 November 2026." in words
    assert "written against Software Engineer 1.0.0" in words
