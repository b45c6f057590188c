"""What a page says beside its text: titles, counts, errors, headers, conflicts, scripts' answers, the audit."""

from __future__ import annotations

import re

import pytest

from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.mentoring.models import MentoringExclusion
from app.notices.kinds import find_kind
from app.notices.models import Mail
from tests.access.company import FIRST, SECOND, canary
from tests.access.matrix import GONE, OUTSIDE, cells, planted_in, readable_words, rules
from tests.access.test_matrix import act_of, chosen
from tests.access.world import World
from tests.client import Page

JSON = {"Accept": "application/json"}
MAILS_AT_LEAST = 3
SEALED = {"self_in": "self", "manager_in": "manager", "hr_sealed": "manager"}


def address_of(world: World, name: str) -> str:
    places = {"evidence": "/evidence/{}", "assessment": "/assessments/{}", "person": "/people/{}"}
    return places[world.company.kinds[name]].format(world.company.objects[name])


# Sealed sides -----------------------------------------------------------------------


@pytest.mark.parametrize("name", SEALED)
@pytest.mark.parametrize(
    "actor", ["subject", "peer", "manager", "skip", "hr", "second_hr", "chief", "admin", "stranger"]
)
def test_no_page_of_a_sealed_side_differs_by_what_it_says(world, name, actor):
    """A sealed rating and its words are changed; nothing that anybody but their author gets may change with them."""
    from app.assessment.models import AssessmentAnswer, Side
    from app.domain.rating import Answer

    authors = {"self_in": "subject", "manager_in": "manager", "hr_sealed": "second_hr"}
    if actor == authors[name]:
        return
    subject = world.company.people[world.company.subjects[name]]
    places = [
        address_of(world, name),
        "/",
        "/assessments/",
        f"/people/{subject}/assessments",
        f"/people/{subject}/standing",
    ]
    before = [steady(world.visitor(actor).ask("GET", place).text) for place in places]
    world.changed()
    with transaction():
        side = Side(SEALED[name])
        row = db.session.query(AssessmentAnswer).filter_by(assessment_id=world.company.objects[name], side=side).one()
        row.answer, row.comment = Answer.NOT_MET, "Something else altogether, and much longer than it was before."
    assert [steady(world.visitor(actor).ask("GET", place).text) for place in places] == before


def steady(text: str) -> str:
    """Return a page without what is fresh in every answer."""
    return re.sub(r'name="(csrf_token|idempotency_key|window)" value="[^"]*"', "", text)


def test_a_sealed_side_is_not_told_by_a_refused_submit(world):
    for side, actor in (("self", "subject"), ("manager", "manager")):
        for name in ("drafting", "self_in", "manager_in"):
            world.restore()
            got = world.visitor(actor).ask("POST", f"{address_of(world, name)}/{side}/submit")
            world.changed()
            assert got.status_code in {409, 422}
            assert planted_in(got.text) <= {canary(name, side), canary("team", "name")} | shared_titles(world, actor)


def shared_titles(world: World, actor: str) -> frozenset[str]:
    """Return the words of evidence that a sheet may show beside an expectation."""
    return frozenset(word for word in readable_words(actor) if word.endswith(("-title-", "-line0-", "-line1-")))


# Titles, errors and headers ------------------------------------------------------------


@pytest.mark.parametrize(
    "actor",
    ["subject", "manager", "skip", "former", "asked", "hr", "stranger", "mentor", "former_mentor", "coordinator"],
)
def test_page_titles_hold_only_what_the_reader_may_read(world, actor):
    # One object of each act: the matrix looks for the words of every page, title and all, in every state.
    shown = [cell for cell in cells() if cell.actor == actor and cell.method == "GET" and cell.is_allowed]
    for cell in chosen(shown, act_of):
        page = Page(world.visitor(actor).ask("GET", cell.at(world.company)))
        if page.location:
            # A question that makes no sense for this piece leads back to the piece, which is a cell of its own.
            assert planted_in(page.location) == set()
            continue
        # A file has no title; its name stands in the downloads for everybody at that machine.
        title = page.words("title") if page.tree is not None else page.headers["Content-Disposition"]
        assert planted_in(title) <= readable_words(actor), cell.label


def test_what_is_refused_stands_in_no_header_and_no_json(world):
    for name in ("draft", "shared", "drafting", "revealed", "person_subject"):
        for method, headers in (("GET", {}), ("GET", JSON), ("POST", JSON)):
            refused = world.visitor("stranger").ask(method, address_of(world, name), headers=dict(headers))
            missing_at = re.sub(r"[0-9a-f-]{36}", GONE, address_of(world, name))
            missing = world.visitor("stranger").ask(method, missing_at, headers=dict(headers))
            assert (refused.status_code, refused.data) == (missing.status_code, missing.data)
            assert {**refused.headers} == {**missing.headers}


@pytest.mark.parametrize(
    "side, actor", [("self", "peer"), ("self", "manager"), ("manager", "subject"), ("manager", "hr")]
)
def test_answers_to_scripts_refuse_like_pages(world, side, actor):
    fields = {f"answer-{FIRST}": "met", f"words-{FIRST}": "x", "window": "w", "sequence": "1", "version": "0"}
    at, gone = f"{address_of(world, 'self_in')}/{side}/draft", f"/assessments/{GONE}/{side}/draft"
    refused = world.visitor(actor).ask("POST", at, fields, headers=dict(JSON))
    missing = world.visitor(actor).ask("POST", gone, fields, headers=dict(JSON))
    assert (refused.status_code, refused.data) == (404, missing.data)


def test_the_answer_to_an_autosave_says_when_and_nothing_else(world):
    world.changed()
    fields = {f"words-{FIRST}": "Said anew", "window": "w", "sequence": "1", "version": "0"}
    got = world.visitor("manager").ask(
        "POST", f"{address_of(world, 'self_in')}/manager/draft", fields, headers=dict(JSON)
    )
    assert got.status_code == 200
    assert set(got.get_json()) == {"saved_at", "sequence", "version"}


# Conflicts --------------------------------------------------------------------------


def test_a_conflict_shows_both_texts_to_their_author_and_to_nobody_else(world):
    world.changed()
    mine = {
        "title": "<b>Mine</b>",
        "kind": "design_doc",
        "occurred_on": "2026-10-01",
        "expectations": FIRST,
        "version": "77",
    }
    at = f"{address_of(world, 'draft')}/edit"
    got = world.visitor("subject").ask("POST", at, mine)
    assert got.status_code == 409
    assert canary("draft", "title") in planted_in(got.text)
    assert "&lt;b&gt;Mine&lt;/b&gt;" in got.text
    assert "<b>Mine" not in got.text
    assert planted_in(got.text) <= readable_words("subject")
    assert world.visitor("manager").ask("POST", at, mine).status_code == 404


def test_a_conflict_on_a_sheet_shows_nothing_of_the_other_side(world):
    world.changed()
    at = f"{address_of(world, 'drafting')}/self/draft"
    asked = world.company.asked["drafting"]
    first = {f"words-{asked}": "One window", "window": "a", "sequence": "1", "version": "0"}
    second = {f"words-{asked}": "Another window", "window": "b", "sequence": "1", "version": "0"}
    assert world.visitor("subject").ask("POST", at, first, headers=dict(JSON)).status_code == 200
    for headers in (JSON, {}):
        got = world.visitor("subject").ask("POST", at, second, headers=dict(headers))
        assert got.status_code == 409
        assert canary("drafting", "manager") not in got.text


# Leading on -------------------------------------------------------------------------


def test_a_refused_page_leads_the_anonymous_back_without_telling_whether_it_exists(world):
    for actor in sorted(OUTSIDE):
        for name in ("shared", "revealed", "person_subject"):
            at = address_of(world, name)
            there = world.visitor(actor).ask("GET", at).headers["Location"]
            gone = world.visitor(actor).ask("GET", re.sub(r"[0-9a-f-]{36}", GONE, at)).headers["Location"]
            assert there.replace(str(world.company.objects[name]), GONE) == gone


def test_no_referer_and_no_page_to_go_back_to_is_taken_from_elsewhere(world):
    world.changed()
    for referer in ("https://evil.example/", f"https://evil.example{address_of(world, 'draft')}"):
        got = world.visitor("subject").ask("POST", "/account/theme", {"theme": "dark"}, headers={"Referer": referer})
        assert got.headers["Location"].startswith("/")
        assert "evil" not in got.headers["Location"]
    for next_page in (
        "//evil.example",
        "/\\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "/@evil.example",
    ):
        got = world.visitor("subject").ask("POST", "/account/theme", {"theme": "dark", "next": next_page})
        assert got.headers["Location"] == "/"


# The audit --------------------------------------------------------------------------


def test_the_audit_and_the_mail_hold_no_word_of_anybody(world):
    world.changed()
    # What changes a piece comes after what others say of it, what takes it away comes last.
    for cell in sorted(cells(), key=lambda cell: (cell.act == "withdraw", cell.act == "edit")):
        if cell.method == "POST" and cell.is_allowed and cell.act not in {"sign_out", "discard", "end"}:
            world.visitor(cell.actor).ask("POST", cell.at(world.company), cell.sent(world.company))
    look_into_the_audit(world)
    look_into_the_mail(world)


SPOKEN = ("Said anew", "It shows less", "It shows more", "I was not there")


def look_into_the_audit(world: World) -> None:
    """Fail where a line of the record holds a planted word, or what somebody wrote."""
    rows = db.session.query(AuditEvent).order_by(AuditEvent.seq).all()
    tags = {row.tag for row in rows}
    assert {Tag.EVIDENCE_CHANGED, Tag.EVIDENCE_SET_ASIDE, Tag.CORROBORATION_ANSWERED, Tag.ASSESSMENT_REOPENED} <= tags
    planted = {world.company.objects[name] for name in ("row_about_person", "row_about_ladder", "row_about_case")}
    for row in rows:
        if row.seq in planted:
            continue
        # Which level of which ladder was granted is a code, no word of anybody.
        assert planted_in(row.details + row.actor_label + row.address) <= {canary("spell", "level")}, row.tag
        for spoken in SPOKEN:
            assert spoken not in row.details, row.tag


def look_into_the_mail(world: World) -> None:
    """Fail where a mail, put together as it would be sent, says more than its receiver may read."""
    names = {person_id: name for name, person_id in world.company.people.items()}
    composed = 0
    for mail in db.session.query(Mail).order_by(Mail.id).all():
        kind = find_kind(mail.kind)
        with transaction():
            letter = kind.compose(mail) if kind else None
        if letter is None:
            continue
        composed += 1
        whole = letter.subject + letter.body + letter.to_name
        assert planted_in(whole) <= readable_words(names[mail.person_id]), mail.kind
        for spoken in SPOKEN:
            assert spoken not in whole, mail.kind
    assert composed >= MAILS_AT_LEAST


def test_every_refusal_is_in_the_audit_with_its_permission(world):
    world.changed()
    last = db.session.query(AuditEvent.seq).order_by(AuditEvent.seq.desc()).first()[0]
    db.session.rollback()
    world.visitor("stranger").ask("GET", address_of(world, "shared"))
    row = db.session.query(AuditEvent).filter(AuditEvent.seq > last).one()
    assert (row.tag, row.actor_id) == (Tag.REFUSED, world.company.people["stranger"])
    assert (row.subject_id, row.object_id) == (world.company.people["subject"], world.company.objects["shared"])
    assert row.details == '{"permission":"evidence:read"}'


# Counts ------------------------------------------------------------------------------


def test_navigation_and_home_count_only_ones_own(world):
    """A draft, a sealed side or a foreign piece more changes no number that others get."""
    from tests.factories.assessments import make_evidence

    lookers = [name for name in rules()["signed_in"] if name != "subject"]
    places = ["/", "/evidence/", "/evidence/asked", "/people/", f"/people/{world.company.people['subject']}/evidence"]
    before = {who: [steady(world.visitor(who).ask("GET", at).text) for at in places] for who in lookers}
    world.changed()
    make_evidence(world.thing("person_subject"), FIRST, SECOND, is_draft=True, title="CANARY-one-more-")
    for who in lookers:
        assert [steady(world.visitor(who).ask("GET", at).text) for at in places] == before[who], who


# Exclusions ---------------------------------------------------------------------------


def test_an_exclusion_changes_no_page_of_anybody_else(world):
    """Nobody learns that somebody wants to be paired with them no longer, nor that anybody said so of anybody."""
    company = world.company
    others = ("mentor", "coordinator", "manager")
    pair, subject, open_round = company.objects["pair"], company.people["subject"], company.objects["round_open"]
    places = ["/", "/mentoring/", "/mentoring/exclusions", "/mentoring/mentors", f"/mentoring/of/{subject}"]
    places += [f"/mentoring/{pair}", "/mentoring/overview", f"/mentoring/rounds/{open_round}/pool"]
    before = {who: [steady(world.visitor(who).ask("GET", at).text) for at in places] for who in others}
    world.changed()
    with transaction() as session:
        for excluded in others:
            session.add(MentoringExclusion(person_id=subject, other_id=company.people[excluded]))
    for who in others:
        after = [steady(world.visitor(who).ask("GET", at).text) for at in places]
        assert [at for at, old, new in zip(places, before[who], after, strict=True) if old != new] == [], who
