"""What the search understands, what its page shows, and that what is thrown away leaves the index."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from app.evidence.actions import discard_draft, withdraw_evidence
from app.home.search import queries, tidying
from app.home.search.queries import Slice
from app.infra.db import db
from app.infra.full_text import LONGEST, marked, read_sought, snippet
from app.infra.unit_of_work import transaction
from app.jobs.actions import run_next
from app.jobs.models import Job
from tests.conftest import BACKEND, NOW
from tests.factories.evidence import COACH, as_actor, as_author, change, log_piece, make_company, share_piece
from tests.factories.people import make_person

ALL = Slice(100)


@pytest.fixture
def company(app):
    return make_company()


def titles(person, typed):
    return [piece.title for piece in queries.list_pieces(as_actor(person), read_sought(typed), ALL).rows]


@pytest.mark.parametrize(
    "typed, is_found",
    [
        ("rounding", True),
        ("ROUNDING", True),
        ("round", True),
        ("round tax", False),
        ("tax round", True),
        ("rounding chioma", True),
        ("rounding nobody", False),
        ('"tax rounding"', True),
        ('"rounding tax"', False),
        ('"tax round"', False),
        ("élan", True),
        ("elan", True),
        ("ELAN", True),
        ("cent-wise", True),
        ("tracker.example", True),
        ("BILL-77", True),
        ("counted", True),
        ("rounding counted tracker", True),
        ("ΩΜΕΓΑ", True),
        ("æther", True),
        ("unding", False),
        ("%", False),
        ("_", False),
    ],
)
def test_words_are_found_wherever_the_piece_says_them(company, typed, is_found):
    log_piece(
        company.amara,
        "Tax Rounding with Chioma",
        narrative="With élan, cent-wise; ωμεγα and ÆTHER.",
        links=("https://tracker.example/browse/BILL-77",),
        claims={COACH: "Counted twice"},
    )
    log_piece(company.amara, "Something else")
    assert titles(company.amara, typed) == ["Tax Rounding with Chioma"] * is_found


ODD = (
    '"', '""', "'", "a AND", "NEAR(", "col:x", "-x", "x*", "(", "!", "&", "a & | b", "\\", ":*", "<->", "^", "\x00",
    "\ud800", "🦊", "日本", "हिन्दी", "e\u0301", "\u0301", "…", "x" * 5000, "a " * 500, "{}", "%s", ":m1", "$$", "﷽",
    "1e5", "3.5", "a\nb", "¹²³", "½",
)  # fmt: skip
GROUPS = (
    queries.list_people, queries.list_pieces, queries.list_comments, queries.list_notes, queries.list_plans
)  # fmt: skip


@pytest.mark.parametrize("typed", ODD)
def test_no_sign_causes_an_error(company, typed):
    sought = read_sought(typed)
    for fetch in GROUPS:
        found = fetch(as_actor(company.amara), sought, ALL)
        assert found.total == len(found.rows)
    queries.list_expectations(sought, ALL)
    snippet("Some text: a, x and 3.5", sought)


def test_names_are_found_without_their_accents(company):
    make_person("Lucía Ferrández Ibarra")
    make_person("Nguyễn Thị Minh Khai")
    who = as_actor(company.stranger)
    for typed, name in [("lucia", "Lucía Ferrández Ibarra"), ("FERRAN", "Lucía Ferrández Ibarra"),
                        ("nguyen", "Nguyễn Thị Minh Khai"), ("Nguyễn", "Nguyễn Thị Minh Khai")]:  # fmt: skip
        assert [row.name for row in queries.list_people(who, read_sought(typed), ALL).rows] == [name]


def test_text_that_changed_is_found_by_its_new_words_alone(company):
    piece = share_piece(company.amara, "Heron migration", claims=(COACH,))
    change(piece, title="Kingfisher migration", claims=(COACH,))
    assert titles(company.amara, "heron") == []
    assert titles(company.manager, "kingfisher") == ["Kingfisher migration"]


def test_hits_are_marked_and_everything_else_is_escaped():
    sought = read_sought('lucia "<b>"')
    assert str(marked("<i>Lucía</i> Luciana <b>", sought)) == (
        "&lt;i&gt;<mark>Lucía</mark>&lt;/i&gt; Luciana &lt;<mark>b</mark>&gt;"
    )
    long = snippet("word " * 200 + "Heron & co " + "word " * 200, read_sought("her"))
    assert "<mark>Her</mark>on &amp; co" in long
    assert long.startswith("… ")
    assert long.endswith(" …")
    assert len(long) < 250


def test_empty_page_says_what_can_be_searched(company, client_for):
    page = client_for(company.amara).get("/search")
    assert page.words("h1") == "Search"
    assert "What you can search" in page.words("main")
    for typed in ("%20", "%22", "..."):
        assert "What you can search" in client_for(company.amara).get(f"/search?q={typed}").words("main")


def test_page_groups_what_was_found_and_marks_it(company, client_for):
    share_piece(company.amara, "Heron <b>migration</b>", narrative="The heron moved.", claims=(COACH,))
    page = client_for(company.manager).get("/search?q=hero")
    assert page.words("h2").startswith("Evidence 1")
    assert "Amara Diallo" in page.words("main")
    assert "Heron</mark>" not in page.text
    assert "<mark>Hero</mark>n &lt;b&gt;" in page.text
    assert "Nothing found" in client_for(company.stranger).get("/search?q=hero").words("main")


def test_ten_of_a_group_then_all_on_pages_of_their_own(company, client_for):
    for number in range(52):
        log_piece(company.amara, f"Heron {number}")
    amara = client_for(company.amara)
    page = amara.get("/search?q=heron")
    assert len(page.all("li", class_="search-hit")) == 10
    assert "Show all 52" in page.words("main")
    page = amara.get("/search?q=heron&in=evidence")
    assert len(page.all("li", class_="search-hit")) == 50
    assert len(amara.get("/search?q=heron&in=evidence&page=2").all("li", class_="search-hit")) == 2


@pytest.mark.parametrize("group, word", [("evidence", "heron"), ("people", "example"), ("ladders", "coaches")])
def test_a_page_beyond_the_last_is_the_last_one(company, client_for, group, word):
    for number in range(52):
        log_piece(company.amara, f"Heron {number}")
        make_person(f"Example {number}")
    amara = client_for(company.amara)
    last, beyond = (
        amara.get(f"/search?q={word}&in={group}&page={page}") for page in (2 if group != "ladders" else 1, 99)
    )
    assert last.all("li", class_="search-hit")
    hits = [page.words("ul", class_="search-hits") for page in (last, beyond)]
    assert hits[0] == hits[1]
    assert beyond.words("h2") == last.words("h2")
    assert "Nothing found" not in beyond.words("main")


def test_a_page_beyond_the_last_of_nothing_says_so(company, client_for):
    page = client_for(company.amara).get("/search?q=zyxwnothing&in=evidence&page=99")
    assert "Nothing found" in page.words("main")


def test_a_withdrawn_piece_is_marked_as_such(company, client_for):
    piece = share_piece(company.amara, "Heron migration")
    log_piece(company.amara, "Heron draft")
    share_piece(company.amara, "Heron nest")
    with transaction():
        withdraw_evidence(piece, by=as_author(company.amara), at=NOW)
    page = client_for(company.amara).get("/search?q=heron")
    states = {}
    for hit in page.all("li", class_="search-hit"):
        words = " ".join("".join(hit.itertext()).split())
        states[words.split(" Yours")[0]] = [one for one in ("withdrawn", "private draft") if one in words]
    assert states == {"Heron migration": ["withdrawn"], "Heron draft": ["private draft"], "Heron nest": []}


def test_what_is_typed_is_not_cut_by_the_browser_without_a_word(company, client_for):
    field = client_for(company.amara).get("/search").all("input", id="search-words")[0]
    assert field.get("maxlength") is None


def test_ladders_are_searched_for_everybody(company, client_for):
    page = client_for(company.stranger).get("/search?q=coach%20juniors")
    assert "Nothing found" in page.words("main")
    page = client_for(company.stranger).get("/search?q=coaches%20junior")
    assert "Ladders" in page.words("main")
    assert any(link.get("href", "").endswith("/expectations/swe.coach-juniors") for link in page.all("a"))


def test_more_than_two_hundred_characters_are_cut_and_the_page_says_so(company, client_for):
    page = client_for(company.amara).get(f"/search?q={'heron ' * 50}")
    assert f"Only the first {LONGEST} characters" in page.words("main")


def test_words_of_an_address_stay_with_us(company, client_for):
    page = client_for(company.amara).get("/search?q=heron")
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "no-store"


def test_discarded_words_are_in_no_index_and_in_no_page_of_the_file(company):
    word = "zyxwherondiscarded"
    kept = log_piece(company.amara, "Something that stays")
    piece = log_piece(company.amara, f"Draft {word}", narrative=f"{word}2", claims={COACH: f"{word}3"})
    assert titles(company.amara, word)
    with transaction():
        discard_draft(piece, by=as_author(company.amara), at=NOW)
    assert titles(company.amara, word) == []
    assert titles(company.amara, "stays") == [kept.title]
    assert db.session.scalar(text(f"SELECT count(*) FROM search_text WHERE words LIKE '%{word}%'")) == 0
    work_off()
    assert titles(company.amara, "stays") == [kept.title]
    assert word.encode() not in raw_bytes()


def test_index_is_written_anew_once_however_many_pieces_were_discarded(company, session, monkeypatch):
    monkeypatch.setattr(tidying, "FIRST_WITH_SECURE_DELETE", (99, 0, 0))
    pieces = [log_piece(company.amara, f"Draft {number}") for number in range(3)]
    with transaction():
        for piece in pieces:
            discard_draft(piece, by=as_author(company.amara), at=NOW)
    waiting = select(Job.kind).where(Job.kind == tidying.KIND)
    assert len(session.scalars(waiting).all()) == (BACKEND != "postgres")
    if BACKEND != "postgres":
        # The trigger of the deletion writes nothing but the row itself.
        trigger = session.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'search_evidence_delete'"))
        assert "optimize" not in trigger


def work_off():
    """Let the worker do what waits."""
    while run_next("worker", NOW):
        db.session.rollback()


def test_replaced_words_leave_the_index_with_the_nightly_round(company):
    word = "zyxwheronreplaced"
    piece = log_piece(company.amara, f"Draft {word}")
    change(piece, title="Draft of another kind")
    with transaction():
        tidying.tidy()
    assert titles(company.amara, word) == []
    assert titles(company.amara, "another") == ["Draft of another kind"]
    assert word.encode() not in raw_bytes()


def raw_bytes():
    """Return the file of an embedded database, its log folded in; nothing of a central one."""
    if BACKEND == "postgres":
        return b""
    db.session.remove()
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.rollback()
    with open(db.engine.url.database, "rb") as file:  # noqa: PTH123 - one read
        return file.read()
