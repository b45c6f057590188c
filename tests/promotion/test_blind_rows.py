"""Blind where rows are fetched: before the lifting the database hands nobody a rating or a draft but their own.

Each person opens every page that leads to or past a case, searches, sends what forms send, and gets their letters.
What they were answered, and every row that was fetched for it, is searched for the words of the other reviewers.
"""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from app.access.actor import Role
from app.audit.actions import Author
from app.audit.models import AuditEvent
from app.domain.committee import CommitteeRating
from app.domain.promotion import CycleState
from app.home import letters
from app.infra.clock import now, today
from app.infra.unit_of_work import transaction
from app.notices import actions as notices
from app.notices.sources import every_source
from app.people import actions as people
from app.promotion import queries
from app.promotion.actions import ratings
from tests.access.world import Visitor
from tests.assessment.fetched import recording
from tests.factories import promotion as make
from tests.factories.people import AT, SYSTEM, make_person

ASKED = ("swe.design-significant-features", "swe.coach-juniors")
COMMON = "Zebrafinch"
GIVEN, DRAFTED, VOIDED = "canary-handed-in", "canary-still-a-draft", "canary-of-an-ended-seat"
PANEL = {"chair", "hr", "one", "two", "three"}
TABLES = ("given_rating", "rating_draft")
OWN_OR_COUNT = {"one", "two", "chair", "hr"}
"""Who reads what they put down themselves, or the number of those who are in."""


@pytest.fixture
def review(app):
    """Return a case on which one reviewer has handed in, one drafts, one has not begun, and one was recused."""
    firm = make.make_firm(reviewers=4)
    cycle = make.make_cycle(firm, state=CycleState.REVIEW)
    case = make.make_case(cycle, firm.amara, rated=ASKED, pieces=[{"title": "A design"}])
    for one in firm.reviewers:
        make.seat(case, one)
    one, two, three, recused = firm.reviewers
    words = {one: GIVEN, two: DRAFTED, recused: VOIDED}
    for person, word in words.items():
        for expectation in ASKED:
            with transaction():
                ratings.keep_draft(
                    queries.get_case(case.id),
                    expectation,
                    CommitteeRating.EXCEEDED,
                    f"E1 {COMMON} {word} shows it.",
                    f"{word} is missing",
                    by=Author(person.id),
                    at=now(),
                )
    for person in (one, recused):
        with transaction():
            ratings.hand_in(queries.get_case(case.id), by=Author(person.id), at=now())
    with transaction():
        seat = ratings.find_seat(case.id, recused.id)
        seat.ended_at, seat.ended_reason = now(), "recused"
    make.recuse(case, recused)
    roles = {
        "subject": firm.amara,
        "manager": firm.manager,
        "skip": firm.skip,
        "hr": firm.hr,
        "chair": firm.chair,
        "deputy": firm.deputy,
        "one": one,
        "two": two,
        "three": three,
        "recused": recused,
        "peer": firm.peer,
        "admin": make_person("Ada Admin", roles=(Role.ADMIN,)),
    }
    return SimpleNamespace(id=case.id, cycle_id=cycle.id, roles=roles, subject=firm.amara)


def addresses(app, review):
    """Return every page of promotion that is about the case or its cycle, and the pages that lead past it."""
    known = {"case_id": review.id, "cycle_id": review.cycle_id, "person_id": review.subject.id, "place": 1}
    with app.test_request_context():
        build = app.url_map.bind("").build
        found = [
            build(rule.endpoint, {one: known[one] for one in rule.arguments})
            for rule in app.url_map.iter_rules()
            if rule.endpoint.startswith("promotion.") and "GET" in rule.methods and rule.arguments <= known.keys()
        ]
    return [
        *found,
        *("/", "/inbox", "/account/access", "/account/notices", "/admin/audit", "/admin/mail", "/admin/jobs"),
        *(f"/search?q={COMMON}", "/search?q=canary", f"/people/{review.subject.id}", "/people/"),
        *(f"/promotions/cases/{review.id}/nowhere", f"/promotions/cases/{review.id}/review/99"),
    ]


def sends(review):
    """Return what is posted: drafts of the sender's own, stale ones, an incomplete hand-in, the end of the round."""
    case = f"/promotions/cases/{review.id}"
    draft = {"version": "0", "window": "x", "sequence": "1", "rationale": "E1 probing"}
    return [
        (f"{case}/review/2/draft", draft),
        (f"{case}/review/2", draft | {"window": "y"}),
        (f"{case}/review/hand-in", {}),
        (f"{case}/close-round", {}),
        (f"{case}/ratings/1/change", {"rating": "met", "rationale": "E1 probing it.", "reason": "Probing."}),
    ]


def everything_said_to(app, review, person):
    visitor = Visitor(app, person)
    answers = [visitor.ask("GET", one) for one in addresses(app, review)]
    for accept in ("text/html", "application/json"):
        answers += [visitor.ask("POST", at, fields, headers={"Accept": accept}) for at, fields in sends(review)]
    with transaction():
        mails = [
            notices.put(notices.WAITING, person.id, {"kind": source.kind, "object": about}, by=SYSTEM, at=now())
            for source in every_source()
            for about in (review.id, review.cycle_id)
        ]
        daily = notices.write_daily(person.id, today(), by=SYSTEM, at=now())
    written = [*(letters.compose_waiting(one) for one in mails), letters.compose_daily(daily)]
    texts = [one.get_data().decode(errors="replace") + str(one.headers) for one in answers]
    return "\n".join([*texts, *(f"{one.subject}\n{one.body}" for one in written if one is not None)])


def test_before_the_lifting_nobody_is_handed_a_row_of_anothers_ratings(app, review, monkeypatch, session, caplog):
    for name, person in review.roles.items():
        with recording(monkeypatch) as fetched:
            seen = everything_said_to(app, review, person)
        assert len(fetched.asked) > 100, "nothing was recorded"
        own = {"one": GIVEN, "two": DRAFTED}.get(name)
        for word in (GIVEN, DRAFTED, VOIDED):
            if word == own:
                assert word in seen, "their own words are not found"
                assert fetched.holding(word), "the recording misses rows"
                continue
            assert word not in seen, f"{name} found {word}"
            assert fetched.holding(word) == [], f"fetched for {name}: {word}"
        rows = [row for statement, row in fetched.rows if any(table in statement for table in TABLES)]
        assert own or not [row for row in rows if "exceeded" in map(str, row)], f"fetched for {name}: a rating"
    assert not [word for word in (GIVEN, DRAFTED, VOIDED) if word in caplog.text]
    assert not {word for row in session.scalars(select(AuditEvent.details)) for word in (GIVEN, DRAFTED) if word in row}


def test_a_page_says_the_same_whether_others_have_rated_or_not(app, review):
    case = f"/promotions/cases/{review.id}"
    addresses_of_case = [f"{case}/review/1", f"{case}/ratings", case, "/promotions/reviews", "/promotions/"]

    def seen():
        visitors = {name: Visitor(app, person) for name, person in review.roles.items() if name not in OWN_OR_COUNT}
        answers = {(name, at): visitor.ask("GET", at) for name, visitor in visitors.items() for at in addresses_of_case}
        return {key: (one.status_code, len(one.get_data())) for key, one in answers.items()}

    before = seen()
    with transaction():
        ratings.hand_in(queries.get_case(review.id), by=Author(review.roles["two"].id), at=now())
    assert seen() == before


def test_after_the_lifting_panel_chair_and_hr_read_all_and_nobody_else_does(app, review, monkeypatch):
    make.lift(queries.get_case(review.id))
    for name, person in review.roles.items():
        with recording(monkeypatch) as fetched:
            answer = Visitor(app, person).ask("GET", f"/promotions/cases/{review.id}/ratings")
        assert (GIVEN in answer.get_data().decode()) == (name in PANEL), name
        # A draft that was never handed in stays its author's, and a seat that ended counts no more.
        assert fetched.holding(VOIDED) == []
        assert fetched.holding(DRAFTED) == []


def test_a_manager_of_the_candidate_who_was_seated_reads_nothing_any_more(app, review, monkeypatch):
    with transaction():
        people.set_manager(review.subject, review.roles["one"], from_on=today(), by=SYSTEM, at=AT)
    with recording(monkeypatch) as fetched:
        seen = everything_said_to(app, review, review.roles["one"])
    assert GIVEN not in seen
    assert fetched.holding(GIVEN) == []
