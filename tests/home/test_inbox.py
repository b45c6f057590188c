"""What waits: one statement for all sources, the page, the letters that tell it, and how each person hears of what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, func, literal, select

from app.access.actor import Role
from app.audit.actions import Author
from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.home import letters
from app.home.tasks import LATER, OVERDUE, UNDATED, WEEK, grouped, task_of
from app.infra.db import UtcDateTime, db
from app.infra.unit_of_work import transaction
from app.jobs.actions import queue, run_next
from app.notices import actions, queries, sources
from app.notices.models import Digest, Hearing, Mail, MailState, NoticePreference
from app.notices.sources import Source, Waiting, waiting_columns
from app.people.models import Person
from tests.conftest import NOW
from tests.factories.people import make_person

TODAY = NOW.date()
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def greeting(
    kind: str, *, due_on: date | None = None, hearing: Hearing = Hearing.DAILY, text: str = "Greet {}"
) -> Source:
    """Return a source by which everybody has to greet themselves."""
    return Source(
        kind=kind,
        label=f"Greetings, {kind}",
        select=lambda _: select(
            *waiting_columns(
                kind,
                person_id=Person.id,
                object_id=Person.id,
                since=literal(NOW - timedelta(days=3), UtcDateTime),
                who=Person.name,
                words="Good morning",
                due_on=due_on and literal(due_on),
            )
        ),
        say=lambda row: Waiting(
            text.format(row.who), row.words, f"/people/{row.object_id}", "people", row.since, row.due_on
        ),
        hearing=hearing,
    )


@pytest.fixture
def known(app, monkeypatch) -> Iterator[dict[str, Source]]:
    """Leave only the sources of the test."""
    found: dict[str, Source] = {}
    monkeypatch.setattr(sources, "_sources", found)
    return found


@pytest.fixture
def amara(known) -> Person:
    return make_person("Amara Diallo")


# Reading -----------------------------------------------------------------------------


def test_all_sources_are_read_in_one_statement_and_only_for_the_person(known, amara):
    make_person("Ffion Prydderch")
    for kind in ("b.two", "a.one", "c.three"):
        sources.provide(greeting(kind))
    asked: list[str] = []
    me = amara.id
    event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    found = queries.list_waiting(me, TODAY)
    assert len([one for one in asked if one.lstrip().startswith("SELECT")]) == 1
    assert [one.text for one in found] == ["Greet Amara Diallo"] * 3


def test_what_has_a_day_comes_first_by_day(known, amara):
    sources.provide(greeting("none"))
    sources.provide(greeting("later", due_on=date(2026, 12, 9)))
    sources.provide(greeting("past", due_on=date(2026, 11, 1)))
    assert [one.due_on for one in queries.list_waiting(amara.id, TODAY)] == [date(2026, 11, 1), date(2026, 12, 9), None]


def test_one_thing_is_found_by_what_it_is_about_and_for_its_person_only(known, amara):
    other = make_person("Ffion Prydderch")
    sources.provide(greeting("a.one"))
    assert queries.find_waiting(amara.id, "a.one", amara.id, TODAY).text == "Greet Amara Diallo"
    assert queries.find_waiting(amara.id, "a.one", other.id, TODAY) is None
    assert queries.find_waiting(amara.id, "unknown", amara.id, TODAY) is None


def test_nothing_waits_where_nobody_says_anything(known, amara):
    assert queries.list_waiting(amara.id, TODAY) == []
    assert queries.list_people_to_write_to(TODAY, limit=10) == []


# Saying ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due_on", "since", "line", "group", "soon"),
    [
        (None, NOW - timedelta(days=2), "Kofi asks, since 19 Nov", UNDATED, False),
        (None, NOW - timedelta(days=15), "Kofi asks, since 6 Nov", UNDATED, True),
        (date(2026, 11, 20), NOW, "Kofi asks, was due 20 Nov", OVERDUE, True),
        (date(2026, 11, 21), NOW, "Kofi asks, due today", WEEK, True),
        (date(2026, 11, 24), NOW, "Kofi asks, due 24 Nov", WEEK, True),
        (date(2026, 11, 25), NOW, "Kofi asks, due 25 Nov", WEEK, False),
        (date(2026, 11, 28), NOW, "Kofi asks, due 28 Nov", WEEK, False),
        (date(2026, 11, 29), NOW, "Kofi asks, due 29 Nov", LATER, False),
    ],
)
def test_a_task_says_its_day_and_whether_it_is_near(app, due_on, since, line, group, soon):
    task = task_of(Waiting("Confirm", "Kofi asks", "/x", "people", since, due_on), TODAY)
    assert (task.due, task.group, task.soon) == (line, group, soon)


def test_after_a_whole_sentence_the_day_is_one_of_its_own(app):
    task = task_of(Waiting("Sign", "Both sides are open.", "/x", "assess", NOW, date(2026, 11, 24)), TODAY)
    assert task.due == "Both sides are open. Due 24 Nov"


def test_what_presses_is_of_this_week_whatever_its_day(app):
    task = task_of(Waiting("Rate", "", "/x", "assess", NOW, date(2027, 1, 1), is_pressing=True), TODAY)
    assert (task.group, task.soon, task.due) == (WEEK, True, "Due 1 Jan 2027")
    assert [name for name, _ in grouped([task])] == [WEEK]


def test_inbox_shows_groups_and_an_empty_one_says_so(known, amara, client_for):
    client = client_for(amara)
    assert "Nothing waits for you" in client.get("/inbox").words("h1")
    sources.provide(greeting("past", due_on=date(2026, 11, 1)))
    sources.provide(greeting("none", text="Wave at <b>{}</b>"))
    page = client.get("/inbox")
    assert page.words("h1") == "Two things wait for you"
    assert "Overdue" in page.words("main")
    assert "Wave at <b>Amara Diallo</b>" in page.words("main")


# Choosing ----------------------------------------------------------------------------


def test_everybody_chooses_by_kind_and_what_is_chosen_stays(known, amara, client_for, session):
    sources.provide(greeting("a.one"))
    sources.provide(greeting("b.two", hearing=Hearing.AT_ONCE))
    client = client_for(amara)
    form = client.get("/account/notices").form("/account/notices")
    assert dict(form.fields)["a-one"] == "daily"
    assert dict(form.fields)["b-two"] == "at_once"
    assert client.send(form, **{"a-one": "never"}).status == 302
    assert queries.hearings_of(amara.id) == {"a.one": Hearing.NEVER, "b.two": Hearing.AT_ONCE}
    assert dict(client.get("/account/notices").form("/account/notices").fields)["a-one"] == "never"
    rows = session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.NOTICES_SET)).all()
    assert [row.subject_id for row in rows] == [amara.id]
    # Only what differs is stored, so that a later default reaches whoever chose nothing.
    assert session.scalar(select(func.count()).select_from(NoticePreference)) == 1


def test_only_kinds_that_can_wait_for_the_reader_are_asked_about(known, amara, client_for):
    sources.provide(greeting("a.all"))
    sources.provide(replace(greeting("b.leads"), concerns=sources.leads))
    sources.provide(replace(greeting("c.hr"), concerns=sources.leads_or_hr))
    lead, hr = make_person("Tomasz Wieczorek"), make_person("Ruth Okonjo", roles=(Role.HR,))
    make_person("Kofi Mensah", manager=lead)

    def asked(person):
        fields = dict(client_for(person).get("/account/notices").form("/account/notices").fields)
        return sorted(name for name in fields if name in {"a-all", "b-leads", "c-hr"})

    assert asked(amara) == ["a-all"]
    assert asked(lead) == ["a-all", "b-leads", "c-hr"]
    assert asked(hr) == ["a-all", "c-hr"]


def test_what_begins_by_itself_is_told_daily_or_never_and_no_older_choice_loses_it(known, amara, client_for, clock):
    known["hour"] = replace(greeting("hour"), begins_by_itself=True)
    page = client_for(amara).get("/account/notices")
    assert [one.get("value") for one in page.all("input", name="hour")] == ["daily", "never"]
    with transaction():
        actions.choose_hearing(amara.id, {"hour": Hearing.AT_ONCE}, by=Author(amara.id), at=NOW)
    assert queries.hearing_of(amara.id, "hour") is Hearing.DAILY
    assert amara.id in queries.list_people_to_write_to(TODAY, limit=10)
    page = client_for(amara).get("/account/notices")
    assert [one.get("value") for one in page.all("input", name="hour") if one.get("checked") is not None] == ["daily"]


def test_what_was_chosen_of_a_kind_stays_while_it_cannot_wait_for_one(known, amara, client_for):
    sources.provide(greeting("a.all"))
    sources.provide(replace(greeting("b.leads"), concerns=sources.leads))
    with transaction():
        actions.choose_hearing(amara.id, {"b.leads": Hearing.NEVER}, by=Author(amara.id), at=NOW)
    client = client_for(amara)
    assert client.send(client.get("/account/notices").form("/account/notices"), **{"a-all": "never"}).status == 302
    assert queries.hearings_of(amara.id) == {"a.all": Hearing.NEVER, "b.leads": Hearing.NEVER}


def test_an_unknown_choice_is_refused_and_changes_nothing(known, amara, client_for):
    sources.provide(greeting("a.one"))
    client = client_for(amara)
    form = client.get("/account/notices").form("/account/notices")
    page = client.send(form, **{"a-one": "by pigeon"})
    assert page.status == 422
    assert queries.hearings_of(amara.id) == {"a.one": Hearing.DAILY}


# Letters -----------------------------------------------------------------------------


@pytest.fixture
def post(app, monkeypatch, tmp_path):
    """Let mail go into a folder, and return what was written since the last look."""
    settings = replace(app.config["SETTINGS"], base_url="https://belay.example", mail_url=f"file://{tmp_path}")
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    monkeypatch.setattr(letters, "find_enterable", lambda person_id, _: (None, db.session.get_one(Person, person_id)))

    def composed() -> list[tuple[str, str] | None]:
        rows = db.session.scalars(select(Mail).where(Mail.state == MailState.QUEUED).order_by(Mail.created_at, Mail.id))
        by_kind = {actions.WAITING: letters.compose_waiting, actions.DAILY: letters.compose_daily}
        found = [by_kind[row.kind](row) for row in rows.all() if row.kind in by_kind]
        return [letter and (letter.subject, letter.body) for letter in found]

    return composed


def test_a_letter_at_once_says_the_thing_with_its_address(known, amara, post):
    sources.provide(greeting("a.one", hearing=Hearing.AT_ONCE))
    with transaction():
        actions.tell("a.one", amara.id, amara.id, by=Author(None), at=NOW)
    [(subject, body)] = post()
    assert subject == "Greet Amara Diallo"
    assert f"https://belay.example/people/{amara.id}" in body
    assert "https://belay.example/account/notices" in body


def test_whoever_hears_daily_or_never_gets_no_letter_at_once(known, amara, post):
    sources.provide(greeting("a.one"))
    sources.provide(greeting("b.two", hearing=Hearing.NEVER))
    with transaction():
        for kind in ("a.one", "b.two", "unknown"):
            assert actions.tell(kind, amara.id, amara.id, by=Author(None), at=NOW) is None
    assert post() == []


def test_a_letter_whose_reason_is_gone_is_dropped(known, amara, post):
    sources.provide(greeting("a.one", hearing=Hearing.AT_ONCE))
    with transaction():
        actions.tell("a.one", amara.id, amara.id, by=Author(None), at=NOW)
    del known["a.one"]
    assert post() == [None]


def test_a_letter_that_could_not_go_for_two_days_is_dropped(known, amara, post, clock):
    sources.provide(greeting("a.one", hearing=Hearing.AT_ONCE))
    with transaction():
        actions.tell("a.one", amara.id, amara.id, by=Author(None), at=NOW)
    clock.stand_still(NOW + timedelta(days=2, seconds=1))
    assert post() == [None]


def daily_round(at: datetime) -> None:
    with transaction():
        queue(letters.DAILY_JOB, {}, by=Author(None), at=at)
    while run_next("test", at):
        pass


def test_the_daily_letter_tells_everything_that_waits_once_a_day(known, amara, post, clock, session):
    clock.stand_still(MONDAY)
    sources.provide(greeting("a.one"))
    sources.provide(greeting("b.two", due_on=date(2026, 11, 24)))
    sources.provide(greeting("c.three", hearing=Hearing.AT_ONCE, text="At once, {}"))
    daily_round(MONDAY)
    daily_round(MONDAY + timedelta(hours=1))
    [(subject, body)] = post()
    assert subject == "2 things wait for you in Belay"
    assert body.count("Greet Amara Diallo") == 2
    assert "due 24 Nov" in body
    assert "At once" not in body
    assert session.scalar(select(Digest.sent_on).where(Digest.person_id == amara.id)) == MONDAY.date()


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 23, 6, 59, tzinfo=UTC),
        datetime(2026, 11, 21, 12, 0, tzinfo=UTC),
        datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
    ],
    ids=["before seven", "saturday", "sunday"],
)
def test_no_daily_letter_before_seven_or_on_a_weekend(known, amara, post, clock, moment):
    clock.stand_still(moment)
    sources.provide(greeting("a.one"))
    daily_round(moment)
    assert post() == []


def test_whoever_chose_daily_of_a_kind_that_is_told_at_once_is_written_to(known, amara, post, clock):
    clock.stand_still(MONDAY)
    sources.provide(greeting("a.one", hearing=Hearing.AT_ONCE))
    daily_round(MONDAY)
    assert post() == []
    with transaction():
        actions.choose_hearing(amara.id, {"a.one": Hearing.DAILY}, by=Author(amara.id), at=MONDAY)
    daily_round(MONDAY + timedelta(hours=1))
    assert len(post()) == 1


def test_without_mail_nothing_is_queued(known, amara, clock, session):
    clock.stand_still(MONDAY)
    sources.provide(greeting("a.one"))
    daily_round(MONDAY)
    assert session.scalar(select(func.count()).select_from(Mail)) == 0


def test_a_letter_of_yesterday_is_not_sent_today(known, amara, post, clock):
    clock.stand_still(MONDAY)
    sources.provide(greeting("a.one"))
    daily_round(MONDAY)
    clock.stand_still(MONDAY + timedelta(days=1))
    assert post() == [None]
