"""The reviewer's pages: one expectation at a time, drafts that are never lost, and handing in."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest

from app.audit.actions import Author
from app.domain.committee import CommitteeRating
from app.domain.promotion import CycleState
from app.infra.clock import now, today
from app.infra.unit_of_work import transaction
from app.notices.sources import find_source
from app.people import actions as people
from app.promotion import queries
from app.promotion.actions import ratings
from app.promotion.models import PacketSnapshot
from app.promotion.queries.review import drafts_of, find_seat
from tests.factories import promotion as make
from tests.factories.assessments import count_queries
from tests.factories.people import AT, SYSTEM

ASKED = ("swe.design-significant-features", "swe.influence-architecture", "swe.coach-juniors")
DESIGN = ASKED[0]
PIECES = [
    {
        "title": "History as an append-only record",
        "kind": "documentation",
        "narrative": "Two options with their costs.",
        "links": ["https://example.org/paper"],
        "expectations": [{"id": DESIGN, "line": "The plan changed because of it.", "counts": True, "against": None}],
        "voices": [
            {
                "name": "Josef Marek",
                "outcome": "confirmed",
                "words": "I was in that room.",
                "standing": [DESIGN],
                "limits": {},
                "was_line_manager": False,
            },
            {
                "name": "Priya Raghunathan",
                "outcome": "limited",
                "words": "",
                "standing": [DESIGN],
                "limits": {DESIGN: "The boundary was ours."},
                "was_line_manager": False,
            },
        ],
    },
    {"title": "Elsewhere", "expectations": [{"id": ASKED[2], "line": "", "counts": True, "against": None}]},
]
MOST_QUERIES = 12
JSON = {"Accept": "application/json"}


@pytest.fixture
def review(app):
    """Return a case of three expectations and two pieces, whose panel is three reviewers."""
    firm = make.make_firm(reviewers=3)
    cycle = make.make_cycle(firm, state=CycleState.REVIEW, name="Winter 2026")
    case = make.make_case(cycle, firm.amara, rated=ASKED, pieces=PIECES)
    make.make_feedback(case, firm.colleague, answers={DESIGN: ("limits", "She joined late.")})
    make.make_feedback(case, firm.stranger, answers={DESIGN: ("shows", "She drew the plan.")})
    for one in firm.reviewers:
        make.seat(case, one)
    path = f"/promotions/cases/{case.id}"
    return SimpleNamespace(firm=firm, cycle=cycle, id=case.id, path=path, me=firm.reviewers[0])


@pytest.fixture
def mine(review, client_for):
    return client_for(review.me)


def send(client, page, **changed):
    return client.send(page.form(ending=page_path(page)), **changed)


def page_path(page):
    return next(element.get("action") for element in page.all("form") if element.get("id") == "rate")


def drafts(review, person=None):
    return drafts_of(find_seat(review.id, (person or review.me).id).id)


def fill(review, person, rating=CommitteeRating.MET):
    for one in ASKED:
        with transaction():
            ratings.keep_draft(
                queries.get_case(review.id), one, rating, "E1 shows it.", by=Author(person.id), at=now(), revision=9
            )


def hand_in(review, person, rating=CommitteeRating.MET):
    fill(review, person, rating)
    with transaction():
        ratings.hand_in(queries.get_case(review.id), by=Author(person.id), at=now())


# My reviews ----------------------------------------------------------------------------------


def test_my_reviews_lists_ones_own_cases_with_ones_own_progress(review, mine):
    hand_in(review, review.firm.reviewers[1])
    words = mine.get("/promotions/reviews").words("main")
    assert "One case waits for your ratings" in words
    assert "Amara Diallo" in words
    assert "0 of 3" in words
    fill(review, review.me)
    assert "3 of 3" in mine.get("/promotions/reviews").words("main")


def test_whoever_is_on_no_panel_is_told_how_reviewers_come_to_be(review, client_for):
    assert "on no panel now" in client_for(review.firm.manager).get("/promotions/reviews").words("main")


# One expectation --------------------------------------------------------------------------------


def test_the_review_begins_at_the_first_expectation_that_is_open(review, mine):
    assert mine.get(f"{review.path}/review").location.endswith("/review/1#review")
    page = mine.get(f"{review.path}/review/1")
    send(mine, page, rating="met", rationale="E1 shows it.", go="next")
    assert mine.get(f"{review.path}/review").location.endswith("/review/2#review")


def test_what_speaks_against_it_stands_before_what_speaks_for_it(review, mine):
    words = mine.get(f"{review.path}/review/1").words("article")
    order = [
        "What speaks against it, read first",
        "She joined late.",
        "E1 Priya Raghunathan confirms with a limit",
        "The boundary was ours.",
        "E1 History as an append-only record",
        "The plan changed because of it.",
        "Josef Marek confirms: “I was in that room.”",
        "She drew the plan.",
    ]
    places = [words.index(one) for one in order]
    assert places == sorted(places)
    assert "Elsewhere" not in words


def test_own_and_the_managers_rating_are_hidden_unless_the_cycle_shows_them(review, mine, session):
    with transaction():
        row = session.query(PacketSnapshot).filter_by(case_id=review.id).one()
        content = json.loads(row.content)
        for one in content["expectations"]:
            one["manager"] = {"answer": "exceeded", "on": "2026-10-01", "by": "Tomasz"}
        row.content = json.dumps(content)
    assert "line manager’s rating" not in mine.get(f"{review.path}/review/1").words("article")
    with transaction():
        queries.get_cycle(review.cycle.id).hides_ratings = False
    assert "The line manager’s rating: Exceeded" in mine.get(f"{review.path}/review/1").words("article")


def test_each_button_keeps_the_draft_and_leads_where_it_says(review, mine):
    for go, ending in [
        ("next", "/review/3#review"),
        ("previous", "/review/1#review"),
        ("1", "/review/1#review"),
        ("summary", "/review/summary"),
        ("99", "/review/2#review"),
    ]:
        page = mine.get(f"{review.path}/review/2")
        answer = send(mine, page, rating="partly_met", rationale=f"E1 on the way to {go}.", go=go)
        assert answer.location.endswith(ending)
        assert drafts(review)[ASKED[1]].rationale == f"E1 on the way to {go}."
    assert send(mine, mine.get(f"{review.path}/review/3"), go="next").location.endswith("/summary")


def test_without_scripts_a_button_puts_the_number_at_the_end_of_the_words(review, mine):
    page = mine.get(f"{review.path}/review/1")
    answer = send(mine, page, rationale="It is shown by", cite="1")
    assert answer.location.endswith("/review/1#rationale")
    assert drafts(review)[DESIGN].rationale == "It is shown by E1"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"rating": "excellent"}, "Choose one of the five answers."),
        ({"rationale": "x" * 4001}, "Write at most 4000 characters."),
        ({"missing": "odd\u202etext"}, "Take out the invisible control characters"),
    ],
)
def test_what_cannot_be_kept_is_said_at_its_field_and_stays_in_it(review, mine, changed, sentence):
    answer = send(mine, mine.get(f"{review.path}/review/1"), **changed)
    assert answer.status == 422
    assert sentence in answer.words("main")
    assert drafts(review) == {}
    refused = mine.post(f"{review.path}/review/1/draft", changed, headers=JSON)
    assert (refused.status, sentence in refused.text) == (422, True)


def test_an_autosave_says_when_it_saved_and_a_late_one_changes_nothing(review, mine):
    fields = dict(mine.get(f"{review.path}/review/1").form(ending="/review/1").fields)
    newer = mine.post(f"{review.path}/review/1/draft", fields | {"rationale": "newer", "sequence": "2"}, headers=JSON)
    told = json.loads(newer.text)
    assert (told["saved_at"], told["sequence"], told["version"]) == (now().isoformat(), 2, 1)
    late = fields | {"rationale": "older", "sequence": "1", "idempotency_key": "another"}
    assert mine.post(f"{review.path}/review/1/draft", late, headers=JSON).status == 200
    assert drafts(review)[DESIGN].rationale == "newer"


def test_two_tabs_keep_both_texts_until_one_is_chosen(review, mine):
    one, other = (mine.get(f"{review.path}/review/1") for _ in range(2))
    send(mine, one, rationale="From one tab.", go="next")
    clash = send(mine, other, rationale="From the other tab.", go="next")
    assert clash.status == 409
    assert "From one tab." in clash.words("main")
    assert "From the other tab." in clash.words("main")
    merged = mine.send(clash.form(ending="/review/1"), rationale="From both tabs.")
    assert merged.location.endswith("/review/2#review")
    assert drafts(review)[DESIGN].rationale == "From both tabs."


@pytest.mark.parametrize("end", ["review", "review/1", "review/summary"])
@pytest.mark.parametrize("who", ["amara", "manager", "hr", "chair", "stranger"])
def test_nobody_but_its_reviewers_finds_the_review(review, client_for, who, end):
    assert client_for(getattr(review.firm, who)).get(f"{review.path}/{end}").status == 404


@pytest.mark.parametrize("place", [0, 4, 10**12])
def test_a_place_that_is_none_is_missing(review, mine, place):
    assert mine.get(f"{review.path}/review/{place}").status == 404
    assert mine.post(f"{review.path}/review/{place}", {"rationale": "E1"}).status == 404


def test_each_page_of_a_review_asks_the_database_no_more_than_twelve_times(review, mine):
    for address in ("/promotions/reviews", f"{review.path}/review/1", f"{review.path}/review/summary"):
        mine.get(address)
        # The beginning of the transaction is counted too.
        assert count_queries(lambda address=address: mine.get(address)) <= MOST_QUERIES + 1


# Handing in -------------------------------------------------------------------------------------------


def test_the_summary_says_what_each_still_lacks_and_offers_no_way_past_it(review, mine):
    send(mine, mine.get(f"{review.path}/review/1"), rating="met", rationale="It is good work.", go="next")
    page = mine.get(f"{review.path}/review/summary")
    words = page.words("main")
    assert "3 expectations still lack something" in words
    assert "Cite a piece by its number, or name what is missing." in words
    assert not page.has_form("/hand-in")
    refused = mine.post(f"{review.path}/review/hand-in")
    assert refused.status == 422
    assert "Your ratings are not in." in refused.words("main")


def test_handing_in_locks_ones_own_and_shows_nobody_elses(review, mine):
    hand_in(review, review.firm.reviewers[1], CommitteeRating.EXCEEDED)
    fill(review, review.me)
    page = mine.get(f"{review.path}/review/summary")
    answer = mine.send(page.form(ending="/hand-in"))
    own = mine.follow(answer)
    words = own.words("main")
    assert "Your ratings are in" in words
    assert "Exceeded" not in words
    late = mine.post(f"{review.path}/review/1", {"rationale": "E1 after all", "version": "9"})
    assert late.status == 409
    assert "You have handed your ratings in." in late.words("main")
    assert "E1 after all" in late.words("main")


def test_after_the_due_day_the_page_says_what_to_do_and_hides_the_button(review, client_for, clock):
    fill(review, review.me)
    clock.stand_still(now() + timedelta(days=8))
    mine = client_for(review.me)
    page = mine.get(f"{review.path}/review/summary")
    assert "ask HR for more time" in page.words("main")
    assert not page.has_form("/hand-in")
    assert mine.post(f"{review.path}/review/hand-in").status == 409


def test_whoever_was_writing_when_the_round_closed_is_told_so_and_keeps_the_words(review, mine, client_for):
    make.seat(queries.get_case(review.id), review.firm.chair)
    open_page = mine.get(f"{review.path}/review/1")
    for one in (*review.firm.reviewers[1:], review.firm.chair):
        hand_in(review, one)
    chair = client_for(review.firm.chair)
    question = chair.get(f"{review.path}/close-round")
    assert "1 reviewer has not handed in." in question.words("main")
    assert chair.send(question.form(ending="/close-round")).location.endswith("/ratings")
    answer = send(mine, open_page, rationale="E1 came too late.")
    assert answer.status == 409
    assert "The ratings of this case are open now" in answer.words("main")
    assert "E1 came too late." in answer.words("main")


# The ratings -----------------------------------------------------------------------------------------------


@pytest.fixture
def lifted(review):
    """Return the case with all ratings open; the first expectation is disputed."""
    answers = (CommitteeRating.NOT_MET, CommitteeRating.PARTLY_MET, CommitteeRating.MET)
    for person, rating in zip(review.firm.reviewers, answers, strict=True):
        fill(review, person)
        with transaction():
            ratings.keep_draft(
                queries.get_case(review.id),
                ASKED[2],
                rating,
                f"E2 says {rating.value}.",
                by=Author(person.id),
                at=now(),
                revision=9,
            )
        with transaction():
            ratings.hand_in(queries.get_case(review.id), by=Author(person.id), at=now())
    return review


@pytest.mark.parametrize("who", ["chair", "hr", "me"])
def test_open_ratings_show_differences_first_and_what_they_amount_to(lifted, client_for, who):
    person = lifted.me if who == "me" else getattr(lifted.firm, who)
    page = client_for(person).get(f"{lifted.path}/ratings")
    words = page.words("main")
    assert "Ratings recommend: not yet" in words
    assert "1 expectation of 3 does not pass" in words
    assert "Below met: partly met" in words
    assert [one.get("id") for one in page.all("section", class_="panel")] == ["e3", "e1", "e2"]
    assert "E2 says not_met." in words


@pytest.mark.parametrize("who", ["amara", "manager", "stranger"])
def test_open_ratings_stay_with_panel_chair_and_hr(lifted, client_for, who):
    client = client_for(getattr(lifted.firm, who))
    assert client.get(f"{lifted.path}/ratings").status == 404
    assert client.get(f"{lifted.path}/ratings/3/change").status == 404


def test_a_change_of_ones_own_rating_asks_for_a_reason_and_keeps_both(lifted, mine):
    page = mine.get(f"{lifted.path}/ratings/3/change")
    form = page.form(ending="/change")
    changed = {"rating": "met", "rationale": "E2 shows both terms.", "missing": ""}
    refused = mine.send(form, **changed, reason="")
    assert refused.status == 422
    assert "Say why it changes" in refused.words("main")
    assert "E2 shows both terms." in refused.text
    answer = mine.send(form, **changed, reason="The second half was read to me.")
    words = mine.follow(answer).words("main")
    assert "The second half was read to me." in words
    assert "First rating: not met" in words
    assert "Ratings recommend: promote" in words


def test_the_chair_is_told_what_is_missing_and_may_not_close_before_the_quorum(review, client_for):
    hand_in(review, review.me)
    chair = client_for(review.firm.chair)
    page = chair.get(f"{review.path}/close-round")
    assert "1 of 3 reviewers has handed in; a quorum needs 3." in page.words("main")
    assert not page.has_form("/close-round")
    assert "Reviewer 1" not in page.text
    assert chair.post(f"{review.path}/close-round").status == 409


# What waits -----------------------------------------------------------------------------------------------------


def waiting(session):
    source = find_source("promotion.review")
    return session.execute(source.select(today())).all()


def test_a_review_waits_for_each_reviewer_until_theirs_is_in(review, session):
    assert {row.person_id for row in waiting(session)} == {one.id for one in review.firm.reviewers}
    hand_in(review, review.me)
    left = {one.id for one in review.firm.reviewers[1:]}
    assert {row.person_id for row in waiting(session)} == left
    said = find_source("promotion.review").say(waiting(session)[0])
    assert (said.text, said.href) == ("Review Amara Diallo for L3", f"{review.path}/review")
    make.recuse(queries.get_case(review.id), review.firm.reviewers[1])
    assert {row.person_id for row in waiting(session)} == {review.firm.reviewers[2].id}


def test_nothing_waits_for_a_reviewer_whom_the_data_recuse(review, session):
    with transaction():
        people.set_manager(review.firm.amara, review.me, from_on=today(), by=SYSTEM, at=AT)
    assert review.me.id not in {row.person_id for row in waiting(session)}
