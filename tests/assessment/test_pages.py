"""The pages of assessment and standing, as people use them."""

from __future__ import annotations

import json
from datetime import date

from sqlalchemy import func, select

from app.assessment import queries
from app.assessment.models import Assessment, AssessmentAnswer
from app.domain.evidence import EvidenceKind
from app.infra.clock import now
from tests.assessment.conftest import OPEN_AT_L3, draft, entries, open_for, submit
from tests.factories.assessments import make_assessment, make_evidence, make_waiver
from tests.factories.people import make_person

DESIGN, INFLUENCE, COACH = OPEN_AT_L3[:3]
JSON = {"Accept": "application/json"}


def fields(answer="met", words="", only=OPEN_AT_L3):
    found = {f"answer-{one}": answer for one in only if answer}
    return found | {f"words-{one}": words for one in only}


def address(found, *more):
    return "/".join((f"/assessments/{found.id}", *more))


# Opening


def test_an_engineer_opens_an_assessment_and_lands_on_their_own_sheet(cast, client_for):
    amara = client_for(cast.subject)
    page = amara.get("/assessments/")
    assert "Nothing waits for your answers" in page.words("h1")
    sheet = amara.follow(amara.send(page.form(ending="/assessments")))
    assert "Self-assessment for L3" in sheet.words("h1")
    assert "0 of 5 answered" in sheet.words()
    assert "One assessment waits for you" in amara.get("/assessments/").words("h1")


def test_a_manager_opens_one_from_the_persons_page(cast, client_for):
    tomasz = client_for(cast.manager)
    page = tomasz.get(f"/people/{cast.subject.id}/assessments")
    sheet = tomasz.follow(tomasz.send(page.form(ending="/assessments"), target="L2"))
    assert "Assessment of Amara Diallo for L2" in sheet.words("h1")


def test_a_level_that_the_ladder_does_not_have_is_refused_at_the_field(cast, client_for):
    amara = client_for(cast.subject)
    page = amara.send(amara.get("/assessments/").form(ending="/assessments"), target="L9")
    assert page.status == 422
    assert "no level L9" in page.words(class_="error-summary", tag="div")


def test_asking_for_a_rating_leads_to_the_sheet_and_waits_for_the_manager(cast, client_for):
    amara, tomasz = client_for(cast.subject), client_for(cast.manager)
    standing = amara.get(f"/people/{cast.subject.id}/standing")
    sheet = amara.follow(amara.send(standing.form(ending="/assessments/ask")))
    assert "Your manager finds this assessment" in sheet.words()
    waiting = tomasz.get("/assessments/")
    assert "Amara Diallo for L3" in waiting.words("ul", class_="inbox")


def test_only_the_engineer_asks_and_only_the_manager_or_the_engineer_opens(cast, client_for, session):
    path = f"/people/{cast.subject.id}/assessments"
    for person in (cast.manager, cast.head, cast.peer, cast.hr, cast.admin):
        assert client_for(person).post(f"{path}/ask", {"target": "L3"}).status == 404
    for person in (cast.head, cast.peer, cast.hr, cast.admin, cast.next_manager):
        assert client_for(person).post(path, {"target": "L3"}).status == 404
    assert session.scalar(select(func.count()).select_from(Assessment)) == 0


# The sheet


def test_the_sheet_folds_what_is_banked_and_shows_the_evidence_beside(cast, client_for):
    make_evidence(cast.subject, DESIGN, title="Design for split payments", confirmed_by=cast.peer)
    make_evidence(cast.subject, DESIGN, title="Only a draft", is_draft=True)
    found = open_for(cast.subject)
    for person in (cast.subject, cast.manager):
        page = client_for(person).get(address(found))
        assert "2 at L2 and 3 at L1 are banked. Answer one anyway" in page.words()
        assert "Design for split payments" in page.words()
        assert "confirmed by Chioma Eze" in page.words()
        assert "Only a draft" not in page.text
        assert len(page.all("input", name=f"answer-{DESIGN}")) == 5


def test_a_draft_is_kept_by_the_button_and_by_scripts(cast, client_for):
    amara = client_for(cast.subject)
    found = open_for(cast.subject)
    page = amara.get(address(found))
    form = page.form(ending="/self")
    page = amara.follow(amara.send(form, **{f"answer-{DESIGN}": "met", f"words-{DESIGN}": "Both <designs>."}))
    assert "Your draft is saved" in page.words()
    assert "1 of 5 answered" in page.words()
    assert "Both <designs>." in page.words("textarea", name=f"words-{DESIGN}")
    form = page.form(ending="/self")
    answer = amara.post(
        address(found, "self", "draft"),
        form.with_values(sequence="1", **{f"words-{DESIGN}": "Both."}),
        headers=JSON,
    )
    assert json.loads(answer.text) == {"saved_at": now().isoformat(), "sequence": 1, "version": 2}
    late = amara.post(
        address(found, "self", "draft"),
        form.with_values(sequence="1", idempotency_key="other", **{f"words-{DESIGN}": "Bo"}),
        headers=JSON,
    )
    assert json.loads(late.text)["sequence"] == 1
    assert "Both." in amara.get(address(found)).words("textarea", name=f"words-{DESIGN}")


def test_two_windows_get_both_texts_to_choose_from(cast, client_for):
    amara = client_for(cast.subject)
    found = open_for(cast.subject)
    one, two = (amara.get(address(found)).form(ending="/self") for _ in range(2))
    amara.send(one, **{f"answer-{DESIGN}": "met", f"words-{DESIGN}": "mine <b>first</b>"})
    page = amara.send(two, **{f"answer-{DESIGN}": "exceeded", f"words-{DESIGN}": "mine <i>second</i>"})
    assert page.status == 409
    assert "mine <b>first</b>" in page.words()
    assert "mine <i>second</i>" in page.words()
    assert "Exceeded" in page.words()
    saved = amara.follow(amara.send(page.form(ending="/self")))
    assert "mine <i>second</i>" in saved.words("textarea", name=f"words-{DESIGN}")
    scripted = amara.post(
        address(found, "self", "draft"), two.with_values(sequence="9", **{f"words-{DESIGN}": "third"}), headers=JSON
    )
    assert scripted.status == 409
    assert "second" not in scripted.text


def test_only_the_rows_that_are_asked_are_counted_by_the_script(cast, client_for):
    found = open_for(cast.subject)
    page = client_for(cast.subject).get(address(found))
    asked = [row.get("id") for row in page.all("div") if row.get("data-needed") is not None]
    assert sorted(asked) == sorted(f"row-{one}" for one in OPEN_AT_L3)


def test_an_incomplete_side_is_refused_with_links_and_loses_nothing(cast, client_for, session):
    amara = client_for(cast.subject)
    found = open_for(cast.subject)
    form = amara.get(address(found)).form(ending="/self")
    form.action = address(found, "self", "submit")
    page = amara.send(form, **{f"answer-{DESIGN}": "met", f"words-{INFLUENCE}": "Words without an answer."})
    assert page.status == 422
    links = {link.get("href") for link in page.all("a") if (link.get("href") or "").startswith("#answer-")}
    assert links == {f"#answer-{one}" for one in OPEN_AT_L3 if one != DESIGN}
    assert "Words without an answer." in page.words("textarea", name=f"words-{INFLUENCE}")
    assert [
        one.get("value") for one in page.all("input", name=f"answer-{DESIGN}") if one.get("checked") is not None
    ] == ["met"]
    assert "Nothing saved yet" in page.words()
    assert session.scalar(select(func.count()).select_from(AssessmentAnswer)) == 0


def test_a_complete_side_is_sealed_and_can_be_taken_back(cast, client_for):
    amara = client_for(cast.subject)
    found = open_for(cast.subject)
    form = amara.get(address(found)).form(ending="/self")
    form.action = address(found, "self", "submit")
    sent = form.with_values(**fields("met", "My own words"))
    first = amara.post(form.action, sent, token=False)
    again = amara.post(form.action, sent, token=False)
    assert first.location == again.location
    page = amara.follow(first)
    assert "Self-assessment for L3 is in" in page.words("h1")
    assert "My own words" in page.words()
    other = amara.post(form.action, form.with_values(idempotency_key="new", **fields("not_met")), token=False)
    assert other.status == 409
    page = amara.follow(amara.send(page.form(ending="/reopen")))
    assert "Your side is open again" in page.words()
    assert "5 of 5 answered" in page.words()


def sign(client, found, side, **more):
    form = client.get(address(found)).form(ending=f"/{side}")
    form.action = address(found, side, "submit")
    return client.send(form, **(fields("met", "My <own>\nwords") | more))


def test_the_second_to_sign_is_asked_before_both_sides_open(cast, client_for):
    for first, second, author, other in (
        ("self", "manager", cast.subject, cast.manager),
        ("manager", "self", cast.manager, cast.subject),
    ):
        found = open_for(cast.subject, target="L3")
        submit(found, first, author)
        client = client_for(other)
        page = sign(client, found, second)
        assert page.status == 200
        assert "Open both sides?" in page.words("h2")
        assert "the assessment of Amara Diallo for L3 is in" in page.words()
        assert "ratings stay as they were given" in page.words()
        assert not queries.get_assessment(found.id).is_revealed
        sheet = client.get(address(found))
        assert "5 of 5 answered" in sheet.words()
        assert "My <own>" in sheet.words("textarea", name=f"words-{DESIGN}")
        form = page.form(ending="/submit")
        opened = client.send(form)
        assert client.send(form).location == opened.location
        assert "Two views on L3" in client.follow(opened).words("h1")
        assert queries.get_assessment(found.id).is_revealed


def test_a_question_that_lay_open_never_overwrites_what_was_written_since(cast, client_for):
    found = open_for(cast.subject)
    submit(found, "manager", cast.manager)
    amara = client_for(cast.subject)
    question = sign(amara, found, "self").form(ending="/submit")
    form = amara.get(address(found)).form(ending="/self")
    amara.send(form, **{f"words-{DESIGN}": "written since"})
    page = amara.send(question)
    assert page.status == 409
    assert "written since" in page.words()
    assert not queries.get_assessment(found.id).is_revealed


def test_a_sheet_that_cannot_be_signed_asks_nothing_and_says_so(cast, client_for):
    found = open_for(cast.subject)
    submit(found, "manager", cast.manager)
    page = sign(client_for(cast.subject), found, "self", **{f"answer-{DESIGN}": None})
    assert page.status == 422
    assert "This is not signed yet. What you typed is still here." in page.words("h2")


def test_when_both_are_in_the_differences_come_first(cast, client_for):
    found = open_for(cast.subject)
    submit(found, "self", cast.subject, entries(dict.fromkeys(OPEN_AT_L3, "exceeded"), words="Hers"))
    theirs = dict.fromkeys(OPEN_AT_L3, "exceeded") | {COACH: "partly_met", DESIGN: "met", INFLUENCE: "no_opportunity"}
    submit(found, "manager", cast.manager, entries(theirs, words="His"))
    page = client_for(cast.subject).get(address(found))
    assert "Two views on L3: three differ, two agree" in page.words("h1")
    assert "Two steps apart: a reason to talk" in page.words()
    assert page.words().index("Coaches or mentors") < page.words().index("Designs significant")
    assert "Tomasz Wieczorek" in page.words()
    assert not page.has_form("/reopen")
    for person in (cast.manager, cast.head, cast.hr):
        seen = client_for(person).get(address(found))
        assert "His" in seen.words()
        assert "Hers" in seen.words()
        assert seen.status == 200


def test_a_comparison_says_who_rated_and_how_long_ago(cast, client_for, clock):
    found = make_assessment(
        cast.subject, cast.edition, "L3", manager=cast.next_manager, theirs={DESIGN: "met"}, own={DESIGN: "met"},
        own_on=date(2025, 3, 1), theirs_on=date(2025, 3, 1),
    )  # fmt: skip
    page = client_for(cast.subject).get(address(found))
    assert "Rated by a former line manager" in page.words()
    assert "Older than 12 months" in page.words()
    assert "zero differ" not in page.words("h1")


def test_a_comment_that_is_too_long_or_cannot_be_stored_is_refused_at_its_row(cast, client_for):
    amara = client_for(cast.subject)
    found = open_for(cast.subject)
    form = amara.get(address(found)).form(ending="/self")
    for words, sentence in (("x" * 4001, "at most 4000 characters"), ("nul\x00", "invisible control characters")):
        page = amara.send(form, idempotency_key=None, **{f"words-{DESIGN}": words})
        assert page.status == 422
        assert sentence in page.words("div", class_="error-summary")
        scripted = amara.post(
            address(found, "self", "draft"), form.with_values(**{f"words-{DESIGN}": words}), headers=JSON
        )
        # What a script sends is kept but for the one that is at fault, and that one is named.
        assert scripted.status == 200
        assert sentence in json.loads(scripted.text)["left_out"]
        assert cast.edition.ladder.expectation(DESIGN).text.rstrip(".") in json.loads(scripted.text)["left_out"]
    page = amara.send(form, **{f"answer-{DESIGN}": "brilliant"})
    assert page.status == 422
    assert "Choose one of the answers" in page.words("div", class_="error-summary")
    assert amara.send(form, **{"answer-no.such": "met"}).status == 422


def test_one_comment_that_is_too_long_keeps_no_other_from_being_stored(cast, client_for):
    amara = client_for(cast.subject)
    found = open_for(cast.subject)
    draft(found, "self", cast.subject, entries({DESIGN: "met"}, words="As it was."))
    form = amara.get(address(found)).form(ending="/self")
    sent = {f"words-{DESIGN}": "x" * 4001, f"words-{COACH}": "Kept.", f"answer-{COACH}": "met", "sequence": 1}
    answer = json.loads(amara.post(address(found, "self", "draft"), form.with_values(**sent), headers=JSON).text)
    assert "at most 4000 characters" in answer["left_out"]
    page = amara.get(address(found))
    assert page.words("textarea", name=f"words-{COACH}") == "Kept."
    assert page.words("textarea", name=f"words-{DESIGN}") == "As it was."
    # A sheet that is at fault as a whole keeps nothing.
    refused = amara.post(address(found, "self", "draft"), form.with_values(**sent | {"sequence": "x"}), headers=JSON)
    assert refused.status == 422
    assert json.loads(refused.text)["error"]


def test_no_other_column_can_be_set_by_a_form(cast, client_for, session):
    amara = client_for(cast.subject)
    found = open_for(cast.subject)
    form = amara.get(address(found)).form(ending="/self")
    extra = {column.key: "2020-01-01" for column in Assessment.__table__.columns}
    extra |= {"manager_submitted_at": now().isoformat(), "manager_id": str(cast.subject.id), "side": "manager"}
    amara.send(form, **(extra | {"version": "0", f"answer-{DESIGN}": "met"}))
    row = queries.get_assessment(found.id)
    assert (row.manager_id, row.self_submitted_at, row.target_level) == (None, None, "L3")
    assert {answer.side.value for answer in session.scalars(select(AssessmentAnswer))} == {"self"}


# Standing


def test_the_standing_page_says_what_is_missing_why_and_what_would_show_it(cast, client_for):
    make_assessment(
        cast.subject, cast.edition, "L3", manager=cast.manager,
        theirs={INFLUENCE: "partly_met", COACH: "met"}, own={INFLUENCE: "met", COACH: "met"},
        own_on=date(2026, 9, 12), theirs_on=date(2026, 9, 12),
    )  # fmt: skip
    make_evidence(cast.subject, COACH, on=date(2026, 6, 29), kind=EvidenceKind.MENTORING_LOG, confirmed_by=cast.peer)
    page = client_for(cast.subject).get(f"/people/{cast.subject.id}/standing")
    words = page.words()
    assert "L2 held since 3 February 2025, next is L3" in page.words("h1")
    assert "15 of 20 required expectations up to L3 are met. Five are missing" in words
    assert "Tomasz Wieczorek rated this “partly” on 12 September." in words
    assert "Rated “met”, but 1 of 2 pieces counts: 29 June, confirmed by Chioma Eze." in words
    assert "One more piece on or after 26 December 2026" in words
    assert "1 of 2 pieces · not sustained: 0 of 180 days" in words
    assert "Your manager has not rated this yet. Nothing that counts is linked to it." in words
    assert "goes to Tomasz Wieczorek" in words
    assert "15 of 20 required met · " in words
    assert cast.edition.name in words
    assert "%" not in words
    assert f"/evidence/new?expectation={COACH}" in page.text
    groups = [one.text for one in page.all("h3", class_="blocker-title")]
    assert len(groups) == 5


def test_a_manager_can_rate_and_hr_only_reads(cast, client_for):
    path = f"/people/{cast.subject.id}/standing"
    page = client_for(cast.manager).get(path)
    assert page.has_form("/assessments")
    assert "Rate it" in page.words()
    for person in (cast.head, cast.hr):
        page = client_for(person).get(path)
        assert page.status == 200
        assert not page.has_form("/assessments")
        assert not page.has_form("/ask")


def test_a_confirmation_that_is_missing_leads_to_the_piece(cast, client_for):
    make_assessment(
        cast.subject, cast.edition, "L3", manager=cast.manager, theirs={COACH: "met"}, own={COACH: "met"},
        own_on=date(2026, 9, 12), theirs_on=date(2026, 9, 12),
    )  # fmt: skip
    make_evidence(cast.subject, COACH, on=date(2026, 1, 2), kind=EvidenceKind.MENTORING_LOG)
    piece = make_evidence(cast.subject, COACH, on=date(2026, 9, 2), kind=EvidenceKind.MENTORING_LOG)
    page = client_for(cast.subject).get(f"/people/{cast.subject.id}/standing")
    assert "no colleague has confirmed a piece" in page.words()
    assert f"/evidence/{piece.id}/ask" in page.text


def test_the_top_of_the_ladder_and_no_ladder_are_said_plainly(cast, client_for):
    expert = make_person(level="L4")
    page = client_for(expert).get(f"/people/{expert.id}/standing")
    assert "the top of the ladder" in page.words("h1")
    page = client_for(cast.manager).get(f"/people/{cast.manager.id}/standing")
    assert "On no ladder yet" in page.words()


def test_a_waiver_is_shown_with_its_reason(cast, client_for):
    make_waiver(cast.subject, DESIGN, manager=cast.manager, hr=cast.hr)
    page = client_for(cast.subject).get(f"/people/{cast.subject.id}/standing")
    assert "Does not apply, as manager and HR agreed: Not part of this job." in page.words()


def test_everything_met_is_ready(cast, client_for):
    given = dict.fromkeys(OPEN_AT_L3, "met")
    make_assessment(
        cast.subject, cast.edition, "L3", manager=cast.manager, theirs=given, own=given,
        own_on=date(2026, 9, 12), theirs_on=date(2026, 9, 12),
    )  # fmt: skip
    for on in (date(2026, 1, 2), date(2026, 9, 2)):
        for expectation in OPEN_AT_L3:
            rule = cast.edition.ladder.expectation(expectation).evidence
            kind = EvidenceKind(min(rule.kinds)) if rule.kinds else EvidenceKind.PULL_REQUEST
            make_evidence(cast.subject, expectation, on=on, kind=kind, confirmed_by=cast.peer)
    page = client_for(cast.subject).get(f"/people/{cast.subject.id}/standing")
    assert "20 of 20 required expectations up to L3 are met. Nothing is missing." in page.words()
    assert "A promotion is decided by people" in page.words()


def test_the_pages_cost_a_fixed_number_of_queries(cast, client_for):
    from tests.factories.assessments import count_queries

    found = open_for(cast.subject)
    amara = client_for(cast.subject)
    paths = [address(found), "/assessments/", f"/people/{cast.subject.id}/standing"]

    def grow(times):
        for _ in range(times):
            make_evidence(cast.subject, DESIGN, COACH, confirmed_by=cast.peer)
            given = dict.fromkeys(OPEN_AT_L3, "met")
            make_assessment(
                cast.subject, cast.edition, "L1", manager=cast.manager, theirs=given, own=given,
                own_on=date(2026, 9, 12), theirs_on=date(2026, 9, 12),
            )  # fmt: skip

    def count():
        return {path: count_queries(lambda path=path: amara.get(path)) for path in paths}

    grow(1)
    count()
    before = count()
    grow(8)
    assert count() == before
    assert max(before.values()) <= 30


def test_the_ladder_shows_ones_own_marks(cast, client_for):
    page = client_for(cast.subject).get("/ladders/software-engineer")
    assert page.status == 200
    assert "Banked" in page.words()


# What stands without a word


def test_answers_below_met_without_a_word_are_named_before_both_sides_open(cast, client_for):
    found = open_for(cast.subject)
    submit(found, "self", cast.subject)
    answers = dict.fromkeys(OPEN_AT_L3, "met") | {DESIGN: "not_met", INFLUENCE: "partly_met", COACH: "not_met"}
    tomasz = client_for(cast.manager)
    sheet = tomasz.get(address(found)).form(ending="/manager")
    typed = {f"answer-{one}": answer for one, answer in answers.items()} | {f"words-{COACH}": "No session yet."}
    page = tomasz.follow(tomasz.send(sheet, **typed))
    assert "Two answers below “met” without a word" in page.words("main")
    assert {f"#row-{DESIGN}", f"#row-{INFLUENCE}"} <= hrefs(page)
    sheet = page.form(ending="/manager")
    sheet.action += "/submit"
    question = tomasz.send(sheet)
    assert "Two answers below “met” without a word" in question.words("main")
    assert {f"{address(found)}#row-{DESIGN}", f"{address(found)}#row-{INFLUENCE}"} <= hrefs(question)
    assert f"{address(found)}#row-{COACH}" not in hrefs(question)
    # A warning, and no refusal.
    tomasz.send(question.form(ending="/submit"))
    assert queries.get_assessment(found.id).is_revealed


def test_answers_with_words_and_those_from_met_on_warn_of_nothing(cast, client_for):
    found = open_for(cast.subject)
    draft(found, "self", cast.subject, entries({DESIGN: "met", COACH: "no_opportunity"}))
    draft(found, "self", cast.subject, entries({INFLUENCE: "not_met"}, words="None yet."), revision=1)
    assert "without a word" not in client_for(cast.subject).get(address(found)).words("main")


def hrefs(page):
    return {link.get("href") for link in page.all("a")}
