"""The pages of ladders as somebody reads them. The client checks the HTML of every page it gets."""

from datetime import date

import pytest
from sqlalchemy import event

from app.infra.db import db
from app.ladders import panels
from app.ladders.panels import EvidenceRef, PersonalExpectation, PersonalView
from tests.factories.editions import (
    ENGINEER,
    ENGINEER_HOUSE,
    FOREIGN,
    SUPPORT,
    adopt,
    adopted,
    next_version,
    publish,
)
from tests.factories.people import make_person

GAP = "The source documents state nothing here"


@pytest.fixture
def reader(client_for, monkeypatch):
    """Return somebody who has signed in and of whom no feature knows anything."""
    monkeypatch.setattr(panels.panels, "provider", None)
    return client_for(make_person("Amara Diallo"))


@pytest.fixture
def climber(reader):
    """Return an L2 of the engineering ladder: banked up to L2, some way towards L3, and with a status at L4."""

    def view(_person_id, edition):
        ladder = edition.ladder
        if ladder.lineage != "software-engineer":
            return None
        known = {e.id: PersonalExpectation("banked") for e in ladder.requirement("L2")}
        known |= {e.id: PersonalExpectation("met") for e in ladder.added_at("L4")}
        known["swe.coach-juniors"] = PersonalExpectation(
            "unproven",
            needs=((True, "1 voice other than you and your manager"), (False, "1 of 2 pieces")),
            pieces=(EvidenceRef("Paired on tax <rounding>", "/evidence/1", "mentoring_log", date(2026, 6, 29)),),
            log_href="/evidence/?for=swe.coach-juniors",
        )
        return PersonalView("L2", date(2025, 2, 3), ("L3",), known)

    panels.provide(view)
    return reader


def cells(page, level):
    """Return the texts of one column of the matrix, competency by competency."""
    number = {"L1": "1", "L2": "2", "L3": "3", "L4": "4"}[level]
    return [" ".join("".join(cell.itertext()).split()) for cell in page.all("td", data_level=number)]


def links(page, words):
    return [a.get("href") for a in page.all("a") if words in "".join(a.itertext())]


# Who may read ----------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "/ladders/",
        "/ladders/software-engineer",
        "/ladders/software-engineer/levels/L2",
        "/ladders/software-engineer/expectations/swe.coach-juniors",
        "/ladders/software-engineer/compare",
    ],
)
def test_ladders_are_for_people_who_have_signed_in(client_for, address):
    adopted()
    assert client_for(None).get(address).location.startswith("/login")
    assert client_for(make_person()).get(address).status == 200


@pytest.mark.parametrize(
    "address",
    [
        "/ladders/nope",
        "/ladders/software-engineer/9.9.9",
        "/ladders/software-engineer/levels/L9",
        "/ladders/software-engineer/1.0.0/levels/L9",
        "/ladders/software-engineer/expectations/nothing.at-all",
        "/ladders/software-engineer/compare?from=L2&to=L9",
    ],
)
def test_what_does_not_exist_is_missing(reader, address):
    adopted()
    assert reader.get(address).status == 404


# The list ----------------------------------------------------------------------


def test_without_a_published_ladder_the_list_says_how_to_begin(reader):
    page = reader.get("/ladders/")
    assert page.words("h1") == "No ladder is published yet"
    assert "belay db upgrade" in page.words("main")


def test_the_list_names_what_counts_overlays_and_earlier_versions(reader):
    publish(ENGINEER)
    adopt(publish(next_version(ENGINEER, "1.1.0", "title: Software Engineer", "title: Engineers")))
    publish(ENGINEER_HOUSE)
    page = reader.get("/ladders/")
    assert "Counts since 1 January 2023" in page.words("section", class_="panel")
    others = page.words("table")
    assert "Overlay on software-engineer 1.0.0. Not adopted." in others
    assert "Earlier version, never adopted." in others
    assert "/ladders/software-engineer/1.0.0" in links(page, "Software Engineer")


def test_the_list_says_from_when_a_later_version_counts_and_until_when_an_earlier_one_did(reader):
    adopted(from_on=date(2025, 1, 1))
    adopt(publish(next_version(ENGINEER, "2.0.0")), date(2026, 1, 1))
    adopt(publish(next_version(ENGINEER, "3.0.0")), date(2027, 1, 1))
    others = reader.get("/ladders/").words("table")
    assert "Will count from 1 January 2027." in others
    assert "Counted from 1 January 2025, no longer." in others


def test_with_nothing_adopted_the_list_says_so_and_still_leads_to_what_is_published(reader):
    publish()
    page = reader.get("/ladders/")
    assert "No ladder is adopted yet" in page.words("main")
    assert links(page, "Software Engineer") == ["/ladders/software-engineer/1.0.0"]


# The matrix --------------------------------------------------------------------


def test_the_matrix_has_every_expectation_once_and_names_every_gap(reader):
    edition = adopted()
    page = reader.get("/ladders/software-engineer")
    assert len(page.all("a", class_="matrix-entry")) == 26
    assert [row.get("colspan") for row in page.all("th", class_="matrix-competency")] == ["4"] * 6
    assert len(page.all("td", class_="matrix-gap")) == len(list(edition.ladder.gaps())) == 10
    assert page.words("td", class_="matrix-gap") == GAP


def test_without_knowledge_of_the_reader_no_column_is_marked_and_no_status_stands_anywhere(reader):
    adopted()
    page = reader.get("/ladders/software-engineer")
    assert page.all("td", class_="is-held") == []
    assert page.all("svg", class_="status-mark") == []


def test_my_column_is_marked_and_the_next_one_stands_beside_it(climber):
    adopted()
    page = climber.get("/ladders/software-engineer")
    assert page.words("th", class_="is-held") == "L2 You hold this"
    assert page.words("th", class_="is-next") == "L3 Your next level"
    assert {cell.get("data-level") for cell in page.all("td", class_="is-held")} == {"2"}


def test_no_status_is_shown_above_the_next_level(climber):
    adopted()
    page = climber.get("/ladders/software-engineer")
    assert any("(Banked)" in cell for cell in cells(page, "L1"))
    assert any("(Unproven)" in cell for cell in cells(page, "L3"))
    assert not any("(" in cell for cell in cells(page, "L4"))
    assert page.words("div", class_="status-key") == "BankedUnproven"


def test_a_phone_opens_the_next_level_and_switches_without_script(climber):
    adopted()
    radios = climber.get("/ladders/software-engineer").all("input", name="show-level")
    assert [radio.get("checked") is not None for radio in radios] == [False, False, True, False]


def test_an_overlay_that_is_off_says_so_and_marks_what_it_adds(reader):
    adopted()
    publish(ENGINEER_HOUSE)
    page = reader.get("/ladders/software-engineer+house")
    assert "off until they are adopted" in page.words("div", class_="notice")
    marks = [mark.text for mark in page.all("span", class_="matrix-mark")]
    assert marks == ["house, optional"] * 6
    assert "/ladders/software-engineer+house/levels/L2" in links(page, "L2")


def test_an_earlier_version_keeps_its_own_addresses_and_says_that_it_does_not_count(reader):
    publish()
    adopt(publish(next_version(ENGINEER, "1.1.0")))
    page = reader.get("/ladders/software-engineer/1.0.0")
    assert "does not count today" in page.words("div", class_="notice")
    assert links(page, "Coaches") == [
        "/ladders/software-engineer/1.0.0/expectations/swe.coach-juniors#swe.coach-juniors",
    ]


# One expectation -----------------------------------------------------------------


def test_an_expectation_opens_beside_the_matrix_with_everything_about_it(reader):
    adopted()
    page = reader.get("/ladders/software-engineer/expectations/swe.coach-juniors")
    panel = page.words("article")
    for words in (
        "Coaches or mentors junior engineers in the team.",
        "Leadership & mentoring",
        "Breadth of responsibility",
        "coach/mentor junior engineers within their team",
        "Source document 0",
        "At least two pieces.",
        "Kinds that count: code review, mentoring log or peer feedback.",
        "First and last piece at least 180 days apart.",
        "Not older than 18 months (548 days).",
        "Confirmed by at least one colleague, neither the engineer nor the line manager.",
        "A house rule of this ladder: no document states these numbers.",
        "For example",
        "Not meant",
    ):
        assert words in panel
    assert "Your evidence" not in panel
    assert [a.get("aria-current") for a in page.all("a", class_="matrix-entry")].count("true") == 1


def test_my_own_evidence_and_what_is_missing_stand_with_the_expectation(climber):
    adopted()
    page = climber.get("/ladders/software-engineer/expectations/swe.coach-juniors")
    panel = page.words("article")
    assert "Unproven" in panel
    assert "1 of 2 pieces, missing" in panel
    assert "Paired on tax <rounding>" in panel
    assert links(page, "Log evidence for this") == ["/evidence/?for=swe.coach-juniors"]


def test_above_the_next_level_an_expectation_shows_nothing_of_me(climber):
    adopted()
    panel = climber.get("/ladders/software-engineer/expectations/swe.strategy-roadmaps").words("article")
    assert "Met" not in panel
    assert "Your evidence" not in panel


def test_a_house_expectation_says_plainly_where_it_comes_from(reader):
    adopted()
    publish(ENGINEER_HOUSE)
    panel = reader.get("/ladders/software-engineer+house/expectations/swe.review-others").words("article")
    assert "House addition" in panel
    assert "Optional: it never keeps anybody from a level." in panel


def test_a_derived_expectation_cites_what_it_is_derived_from(reader):
    adopted(SUPPORT)
    publish((FOREIGN.parents[2] / "ladders/overlays/technical-support-house/1.0.0.yaml").read_text())
    panel = reader.get("/ladders/technical-support+house/expectations/sup.escalate-to-l4").words("article")
    assert "Derived from the source documents" in panel
    assert "expertise beyond the internal team" in panel


# A level, two levels ---------------------------------------------------------------


def test_a_level_page_has_what_it_adds_what_it_carries_and_what_describes_it(reader):
    adopted()
    main = reader.get("/ladders/software-engineer/levels/L3").words("main")
    for words in (
        "Expected from L3 on",
        "5 expectations",
        "Designs significant new-feature implementations.",
        "Still expected from below",
        "15 more",
        "Works self-sufficiently",
        "Significant new features",
        "Designs well-indexed, optimised relational databases.",
        "Usual time here",
    ):
        assert words in main
    assert "Represents engineering" not in main
    assert GAP in main


def test_a_level_page_names_titles_and_tier_attributes_with_their_sources(reader):
    adopted()
    adopted(SUPPORT)
    assert "Senior Engineer, Staff Engineer or Principal Engineer" in reader.get(
        "/ladders/software-engineer/levels/L4",
    ).words("main")
    table = reader.get("/ladders/technical-support/levels/L3").words("table")
    assert "Response timeVariable" in table
    assert "Response Time | Quick | Moderate | Variable" in table


def test_the_usual_time_at_a_level_is_said_to_be_information_only(reader):
    text = next_version(
        ENGINEER, "1.0.0", "    next: [L2]\n", "    next: [L2]\n    typical_months: {low: 18, high: 24}\n"
    )
    adopted(text)
    main = reader.get("/ladders/software-engineer/levels/L1").words("main")
    assert "18 to 24 months. For information; never a condition." in main


def test_two_levels_side_by_side_show_what_comes_new(reader):
    adopted()
    page = reader.get("/ladders/software-engineer/compare?from=L2&to=L3")
    assert page.words("h1") == "What changes from L2 to L3"
    assert "Five expectations come new; all that L2 expects stays." in page.words("main")
    assert "Nothing is added" in page.words("table")


def test_the_levels_to_compare_are_chosen_in_a_plain_form(reader):
    adopted()
    page = reader.get("/ladders/software-engineer/compare")
    form = page.form(ending="/compare")
    assert (form.method, dict(form.fields)) == ("get", {"from": "L1", "to": "L2"})
    again = reader.send(form, to="L4")
    assert again.words("h1") == "What changes from L1 to L4"


def test_comparing_begins_with_my_level_and_the_next(climber):
    adopted()
    assert climber.get("/ladders/software-engineer/compare").words("h1") == "What changes from L2 to L3"


# The support ladder --------------------------------------------------------------------


def test_the_support_ladder_carries_its_tiers_escalation_and_examples(reader):
    adopted(SUPPORT)
    page = reader.get("/ladders/technical-support")
    main = page.words("main")
    assert "nobody is rated against it" in main
    assert "Channels Phone, e-mail, chat" in main
    assert len(page.all("li", class_="is-urgent")) == 3
    assert "Urgent: goes there directly, and the tiers between are told" in main
    assert "the tiers that it skips are told: a house reading" in main
    assert "Accounting software" in main


def test_the_example_that_the_document_cuts_off_is_an_explicit_gap(reader):
    adopted()
    page = reader.get("/ladders/software-engineer")
    assert page.words("li", class_="example-gap") == f"L4 {GAP}The source document is cut off here."


# Ladders of other shapes -----------------------------------------------------------------


@pytest.fixture
def foreign(app):
    """Publish and adopt the made-up ladders of other shapes."""
    return {path.stem: adopted(path.read_text(encoding="utf-8")).ladder for path in sorted(FOREIGN.glob("*.yaml"))}


@pytest.mark.parametrize("shape", ["branch", "points", "vector"])
def test_every_page_of_a_ladder_of_another_shape_opens(reader, foreign, shape):
    ladder = foreign[shape]
    base = f"/ladders/{ladder.slug}"
    pages = [base, f"{base}/compare", f"{base}/expectations/{ladder.expectations[-1].id}"]
    pages += [f"{base}/levels/{level.id}" for level in ladder.levels]
    for address in pages:
        assert reader.get(address).status == 200


def test_a_ladder_that_rests_on_no_document_does_not_speak_of_documents(reader, foreign):
    page = reader.get(f"/ladders/{foreign['points'].slug}")
    assert page.words("td", class_="matrix-gap") == "Nothing is stated here"
    assert "document" not in page.words("main")


def test_more_than_eight_levels_are_switched_by_links(reader, foreign):
    ladder = foreign["points"]
    page = reader.get(f"/ladders/{ladder.slug}?level={ladder.levels[4].id}")
    switch = [a for a in page.all("a", class_="chip") if a.get("aria-current")]
    assert [a.text for a in switch] == [ladder.levels[4].id]
    assert {td.get("data-level") for td in page.all("td", class_="is-shown")} == {"5"}


def test_points_are_shown_as_a_secondary_figure_only(reader, foreign):
    main = reader.get(f"/ladders/{foreign['points'].slug}").words("main")
    assert "Points, a secondary figure" in main
    assert "no verdict and no level rests on them" in main


def test_a_sibling_branch_shows_what_is_not_asked_for_there(reader, foreign):
    ladder = foreign["branch"]
    ends = [level.id for level in ladder.levels if not level.next]
    page = reader.get(f"/ladders/{ladder.slug}/compare?from={ends[0]}&to={ends[1]}")
    assert f"Not asked for at {ends[1]}" in page.words("main")


# Cost ------------------------------------------------------------------------------------


def test_a_page_costs_the_same_few_queries_whatever_the_size_of_the_ladder(reader, foreign):
    adopted()
    sent = []

    def note(_connection, _cursor, statement, *_):
        sent.append(statement)

    def cost(address):
        reader.get(address)
        sent.clear()
        reader.get(address)
        return sum(statement.startswith("SELECT") for statement in sent)

    event.listen(db.engine, "before_cursor_execute", note)
    costs = {cost(f"/ladders/{slug}") for slug in ("software-engineer", *(x.slug for x in foreign.values()))}
    event.remove(db.engine, "before_cursor_execute", note)
    assert len(costs) == 1
    assert costs.pop() <= 8
