"""The record as HR, administrators and ladder editors read it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.infra.clock import clock as the_clock
from app.infra.unit_of_work import transaction
from tests.conftest import NOW
from tests.factories.people import SYSTEM, make_person

AUDIT = "/admin/audit"


def note(tag: Tag, *, by: Author = SYSTEM, at: datetime = NOW, subject=None, **details) -> None:
    with transaction():
        log(tag, by=by, at=at, subject_id=subject.id if subject else None, **details)


def sentences(page) -> list[str]:
    return [" ".join("".join(one.find(".//{*}p").itertext()).split()) for one in page.all("li", class_="record-row")]


def test_hr_reads_everything_in_words_with_its_details(client_for, hr, engineer):
    note(Tag.ROLE_GRANTED, by=Author(hr.id, address="10.1.2.3"), subject=engineer, role="admin")
    page = client_for(hr).get(AUDIT)
    assert "Ruth Okonjo granted Amara Diallo the role Administrator." in sentences(page)
    details = page.words("details", class_="record-details")
    assert "Role" in details or "Tag" in details
    assert "10.1.2.3" in page.words("main")
    assert any(link.get("href") == f"/people/{engineer.id}" for link in page.all("a", class_="record-name"))


def test_administrator_reads_who_and_when_and_no_details(client_for, admin, hr, engineer):
    note(Tag.ROLE_GRANTED, by=Author(hr.id, address="10.1.2.3"), subject=engineer, role="admin")
    note(Tag.PERSON_CHANGED, by=Author(hr.id), subject=engineer, fields=["email"])
    page = client_for(admin).get(AUDIT)
    assert "Ruth Okonjo granted Amara Diallo a role." in sentences(page)
    assert "Ruth Okonjo changed what is recorded of Amara Diallo." in sentences(page)
    assert page.all("details", class_="record-details") == []
    assert "10.1.2.3" not in page.text
    assert f"/people/{engineer.id}" not in page.text


def test_ladder_editor_reads_ladder_rows_alone(client_for, editor, engineer):
    note(Tag.PERSON_ADDED, subject=engineer)
    note(Tag.LADDER_PUBLISHED, ladder="software-engineer", version="1.1.0")
    page = client_for(editor).get(AUDIT)
    assert sentences(page) == ["cli:test published software-engineer 1.1.0."]
    assert [one.get("label") for one in page.all("optgroup")] == ["Ladders"]
    for looked_for in ("kind=people", f"kind={Tag.PERSON_ADDED}", "about=Amara", "by=cli"):
        assert "Amara" not in "".join(sentences(client_for(editor).get(f"{AUDIT}?{looked_for}")))


def test_times_have_seconds_and_utc_in_the_markup(client_for, hr):
    note(Tag.TEAM_ADDED, at=NOW + timedelta(seconds=7))
    the_clock.use_zone("Europe/Berlin")
    try:
        page = client_for(hr).get(AUDIT)
    finally:
        the_clock.use_zone("UTC")
    [moment] = [one for one in page.all("time", class_="record-time") if "11:00:07" in "".join(one.itertext())]
    assert moment.get("datetime") == "2026-11-21T10:00:07+00:00"


@pytest.mark.parametrize(
    "looked_for, found",
    [
        ("kind=ladders", ["published"]),
        ("kind=people:team:add", ["added a team"]),
        ("kind=nonsense", None),
        ("by=RUTH", ["granted"]),
        ("by=okonjo", ["granted"]),
        ("by=cli:olga", ["published"]),
        ("by=100%25", []),
        ("about=amara", ["granted"]),
        ("about=nobody", []),
        ("since=2026-11-22", []),
        ("until=2026-11-19", []),
        ("since=2026-11-20&until=2026-11-20", ["added a team"]),
        ("kind=people&refused=y", []),
        ("refused=y", ["tried to open"]),
        ("kind=auth&by=ruth&about=amara", ["granted"]),
    ],
)
def test_record_is_looked_through(client_for, hr, engineer, looked_for, found):
    note(Tag.TEAM_ADDED, by=Author(None, label="worker"), at=NOW - timedelta(days=1))
    note(Tag.LADDER_PUBLISHED, by=Author(None, label="cli:olga"), ladder="x", version="1.0.0")
    note(Tag.ROLE_GRANTED, by=Author(hr.id), subject=engineer, role="hr")
    note(Tag.REFUSED, by=Author(engineer.id), permission="audit:list")
    reader = client_for(hr)
    if found is None:
        assert sentences(reader.get(f"{AUDIT}?{looked_for}")) == sentences(reader.get(AUDIT))
        return
    # Making people and signing in leave rows of their own.
    shown = [one for one in sentences(reader.get(f"{AUDIT}?{looked_for}")) if not re.match("cli:test|.*signed in", one)]
    assert len(shown) == len(found)
    assert all(part in one for part, one in zip(found, shown, strict=True))


@pytest.mark.parametrize(
    "looked_for, sentence",
    [
        ("since=yesterday", "This is no day"),
        ("until=2026-13-01", "This is no day"),
        ("since=2026-11-20&until=2026-11-19", "lies before the first one"),
    ],
)
def test_faulty_filter_says_so_at_its_field_and_keeps_what_was_typed(client_for, hr, looked_for, sentence):
    page = client_for(hr).get(f"{AUDIT}?{looked_for}")
    assert page.status == 200
    assert sentence in page.words("div", class_="error-summary")
    assert page.all("input", aria_invalid="true")
    assert sentences(page)


@pytest.mark.parametrize("field", ["since", "until", "kind", "by", "about", "refused"])
@pytest.mark.parametrize("odd", ["a%00b", "%E2%80%AE", "%1b[31m", "x" * 3000, "%ff%fe", "'%3B--", "%00"])
def test_odd_words_are_no_faults_of_ours(client_for, hr, field, odd):
    assert client_for(hr).get(f"{AUDIT}?{field}={odd}").status == 200


def test_last_day_of_the_calendar_is_no_limit(client_for, hr):
    assert client_for(hr).get(f"{AUDIT}?until=9999-12-31").status == 200


def test_way_back_and_forth_shows_each_row_once_while_rows_arrive(client_for, hr):
    with transaction():
        for number in range(120):
            log(Tag.TEAM_ADDED, by=SYSTEM, at=NOW + timedelta(seconds=number))
    client = client_for(hr)

    def numbers(page) -> list[int]:
        return [int("".join(one.itertext()).removeprefix("Row ")) for one in page.all("span", class_="record-number")]

    def link(page, rel: str) -> str | None:
        return next((one.get("href") for one in page.all("a", rel=rel)), None)

    address = f"{AUDIT}?kind=people:team:add"
    first = client.get(address)
    seen = numbers(first)
    assert len(seen) == 50
    assert link(first, "prev") is None
    page = first
    while older := link(page, "next"):
        note(Tag.TEAM_ADDED)
        page = client.get(older)
        seen += numbers(page)
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == 120
    back = client.get(link(page, "prev"))
    assert numbers(back) == [one for one in seen if one > numbers(page)[0]][-50:]
    newest = client.get(link(client.get(link(back, "prev")), "prev") or address)
    assert numbers(newest)[0] == max(seen) + 3


@pytest.mark.parametrize(
    "place", ["before=0", "before=x", "after=999999999", "before=1", "before=1&after=1", "after=²"]
)
def test_odd_places_are_no_faults(client_for, hr, place):
    assert client_for(hr).get(f"{AUDIT}?{place}").status == 200


def test_chain_is_counted_and_the_page_says_how_to_verify_it(client_for, hr):
    note(Tag.TEAM_ADDED)
    words = client_for(hr).get(AUDIT).words("main")
    assert "rows in all" in words
    assert "belay audit verify" in words


def test_leavers_keep_their_names(client_for, hr):
    gone = make_person("Lena Left", left_on=NOW.date())
    assert any("Lena Left" in one for one in sentences(client_for(hr).get(f"{AUDIT}?about=lena")))
    assert gone.left_on
