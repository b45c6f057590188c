"""Growth plans: what two people choose to work on, kept between them, and never a tick for a goal."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from flask import current_app
from sqlalchemy import select

from app.assessment import queries
from app.assessment.actions import PlanContent, Step, change_plan, close_plan, open_plan, tick_action
from app.assessment.models import GrowthPlan
from app.audit.models import AuditEvent
from app.domain.errors import ConflictError, InvalidError, NotAllowedNowError
from app.infra.clock import now, today
from app.infra.db import db
from app.infra.unit_of_work import transaction
from app.notices.queries import list_waiting
from tests.assessment.conftest import OPEN_AT_L3, by
from tests.factories.assessments import count_queries, make_assessment, make_evidence, make_waiver

DESIGN, ARCHITECTURE, COACH, *_ = OPEN_AT_L3
REVIEW = date(2026, 12, 15)
ROUNDS = 25
"""Of two people; the long faults race a hundred, on both databases."""


def make_plan(cast, *goals, review_on=REVIEW, who=None, **more):
    with transaction():
        return open_plan(
            cast.subject, target="L3", goals=goals or (DESIGN, COACH), review_on=review_on,
            by=by(who or cast.subject), at=now(), **more,
        ).id  # fmt: skip


def save(plan_id, who, *, version=None, review_on=REVIEW, **content):
    with transaction():
        plan = queries.get_plan(plan_id)
        return change_plan(
            plan, PlanContent(review_on, **content), version=version or plan.version, by=by(who), at=now()
        )


def stored(plan_id):
    db.session.rollback()
    return queries.get_plan(plan_id)


def step_of(plan, expectation=DESIGN, place=0):
    return next(goal for goal in plan.goals if goal.expectation_id == expectation).actions[place]


def tick(cast, plan_id, action_id):
    with transaction():
        tick_action(queries.get_plan(plan_id), action_id, is_done=True, by=by(cast.subject), at=now())


def waiting(person, kind, on=None):
    with current_app.test_request_context():
        return [one.text for one in list_waiting(person.id, on or today(), kinds=[kind])]


def reach(cast, *expectations):
    """Let the manager rate expectations met, and evidence suffice."""
    for kind in ("design_doc", "mentoring_log"):
        for day in (date(2026, 1, 20), date(2026, 9, 22)):
            make_evidence(cast.subject, *expectations, on=day, kind=kind, confirmed_by=cast.peer)
    answers = dict.fromkeys(expectations, "met")
    make_assessment(
        cast.subject, cast.edition, "L3", manager=cast.manager, own=answers, theirs=answers,
        own_on=date(2026, 10, 1), theirs_on=date(2026, 10, 1),
    )  # fmt: skip


# In the browser ----------------------------------------------------------------------


def test_a_plan_is_opened_from_blockers_filled_ticked_and_closed(cast, client_for):
    client = client_for(cast.subject)
    empty = client.get("/people/growth")
    assert "No plan yet" in empty.text
    new = client.get(re.search(r'href="([^"]+/growth/new)"', empty.text)[1])
    assert "Designs significant new-feature implementations." in new.text
    edit = client.follow(client.send(new.form(ending="/new"), goals=[DESIGN], review_on="2026-12-15"))
    form = edit.form(ending="/edit")
    shown = client.follow(
        client.send(
            form,
            **{
                f"goal-{DESIGN}": "A design that others build on",
                f"new-{DESIGN}": "Write the ledger design",
                f"newdue-{DESIGN}": "2026-12-01",
            },
        )
    )
    for words in ("A design that others build on", "Write the ledger design", "by 1 Dec 2026", "15 December 2026"):
        assert words in shown.words()
    done = client.follow(client.send(shown.form(ending="/done")))
    assert "Done: Write the ledger design" in done.words()
    assert "Not done yet" in done.text
    undone = client.follow(client.send(done.form(ending="/not-done")))
    assert "by 1 Dec 2026" in undone.words()
    question = client.get(re.search(r'href="([^"]+/close)"', undone.text)[1])
    assert "Close the plan towards L3?" in question.text
    closed = client.follow(client.send(question.form(ending="/close")))
    assert "No plan yet" in closed.text
    assert "Towards L3" in closed.text


def test_blockers_lead_to_the_plan_with_their_tick_set(cast, client_for):
    client = client_for(cast.subject)
    standing = client.get(f"/people/{cast.subject.id}/standing")
    href = re.search(rf'class="small blocker-plan" href="([^"]+goal={DESIGN})"', standing.text)[1].replace("&amp;", "&")
    assert re.search(rf'value="{DESIGN}"[^>]*checked|checked[^>]*value="{DESIGN}"', client.get(href).text)
    plan_id = make_plan(cast, COACH)
    page = client.follow(client.get(href))
    assert f"/growth/{plan_id}/edit" in page.text
    assert re.search(rf'value="{DESIGN}"[^>]*checked|checked[^>]*value="{DESIGN}"', page.text)
    peer = client_for(cast.head).get(f"/people/{cast.subject.id}/standing")
    assert "blocker-plan" not in peer.text


@pytest.mark.parametrize(
    "fields, words",
    [
        ({"goals": []}, "Choose at least one expectation"),
        ({"goals": ["no-such"]}, "does not ask for one of these"),
        ({"goals": [DESIGN], "review_on": "2026-11-20"}, "That day has passed"),
        ({"goals": [DESIGN], "review_on": "soon"}, "This is no day"),
        ({"goals": [DESIGN], "target": "L9"}, "The ladder has no such level"),
    ],
)
def test_what_is_wrong_with_a_new_plan_is_said_and_what_was_chosen_stays(cast, client_for, fields, words):
    client = client_for(cast.subject)
    sent = [("target", fields.get("target", "L3")), ("review_on", fields.get("review_on", ""))]
    page = client.post(f"/people/{cast.subject.id}/growth/new", sent + [("goals", one) for one in fields["goals"]])
    assert page.status == 422
    assert words in page.text
    if fields.get("review_on"):
        assert f'value="{fields["review_on"]}"' in page.text


def test_a_fault_in_one_line_keeps_everything_that_was_typed(cast, client_for):
    plan_id = make_plan(cast)
    client = client_for(cast.subject)
    form = client.get(f"/growth/{plan_id}/edit").form(ending="/edit")
    page = client.send(
        form, **{f"goal-{DESIGN}": "x" * 501, f"new-{COACH}": "Pair on Fridays", f"newdue-{COACH}": "32 May"}
    )
    assert page.status == 422
    assert "at most 500 characters" in page.text
    assert "This is no day" in page.text
    assert "x" * 501 in page.text
    assert 'value="Pair on Fridays"' in page.text
    assert stored(plan_id).version == 1


def test_the_manager_writes_too_and_the_level_above_only_reads(cast, client_for):
    plan_id = make_plan(cast)
    manager = client_for(cast.manager)
    form = manager.get(f"/growth/{plan_id}/edit").form(ending="/edit")
    assert manager.send(form, **{f"goal-{DESIGN}": "From the manager"}).status == 302
    above = client_for(cast.head)
    page = above.get(f"/people/{cast.subject.id}/growth")
    assert "From the manager" in page.text
    assert "Change the plan" not in page.text
    assert above.get(f"/growth/{plan_id}/edit").status == 404
    for nobody in (cast.hr, cast.peer, cast.admin, cast.next_manager):
        assert client_for(nobody).get(f"/growth/{plan_id}").status == 404
        assert client_for(nobody).get(f"/people/{cast.subject.id}/growth").status == 404


def test_the_plan_page_asks_the_database_no_more_for_a_full_plan(cast, client_for):
    plan_id = make_plan(cast, DESIGN)
    client = client_for(cast.manager)
    path = f"/people/{cast.subject.id}/growth"
    client.get(path)
    few = count_queries(lambda: client.get(path))
    save(plan_id, cast.subject, added=OPEN_AT_L3, new_steps={one: [Step("Do it")] * 5 for one in OPEN_AT_L3})
    assert count_queries(lambda: client.get(path)) == few


# Goals -------------------------------------------------------------------------------


def test_a_goal_is_reached_by_its_standing_and_by_no_tick(cast, client_for):
    plan_id = make_plan(cast)
    save(plan_id, cast.subject, new_steps={DESIGN: [Step("Write it")]})
    tick(cast, plan_id, step_of(stored(plan_id)).id)
    client = client_for(cast.subject)
    assert "Met now" not in client.get("/people/growth").text
    reach(cast, DESIGN)
    words = client.get("/people/growth").words()
    assert "Met now" in words
    assert "Two goals; one of them is met now." in words


def test_a_goal_that_the_ladder_no_longer_asks_for_is_said(cast, client_for, session):
    plan_id = make_plan(cast)
    with transaction():
        queries.get_plan(plan_id).goals[0].expectation_id = "long-gone"
    assert "The ladder of today does not ask for it" in client_for(cast.subject).get("/people/growth").text


def test_a_line_that_is_emptied_is_taken_out_and_one_that_was_not_shown_stays(cast):
    plan_id = make_plan(cast)
    save(plan_id, cast.subject, new_steps={DESIGN: [Step("First"), Step("Second")]})
    first = step_of(stored(plan_id))
    save(plan_id, cast.manager, steps={(str(first.id), DESIGN): Step("")})
    assert [action.words for action in stored(plan_id).goals[0].actions] == ["Second"]


def test_a_day_without_words_and_an_emptied_step_that_is_done_are_refused_at_their_field(cast, client_for):
    plan_id = make_plan(cast, DESIGN)
    save(plan_id, cast.subject, new_steps={DESIGN: [Step("First", date(2026, 12, 1))]})
    first = step_of(stored(plan_id)).id
    amara = client_for(cast.subject)
    form = amara.get(f"/growth/{plan_id}/edit").form(ending="/edit")
    page = amara.send(form, **{f"newdue-{DESIGN}": "2026-12-02"})
    assert page.status == 422
    assert "Say what is to be done by that day." in page.words("div", class_="error-summary")
    assert page.all("input", name=f"new-{DESIGN}")[0].get("aria-invalid") == "true"
    assert amara.send(form, **{f"act-{first}-{DESIGN}": ""}).status == 422
    tick(cast, plan_id, first)
    form = amara.get(f"/growth/{plan_id}/edit").form(ending="/edit")
    page = amara.send(form, **{f"act-{first}-{DESIGN}": "", f"due-{first}-{DESIGN}": ""})
    assert "This is done, and that would go with its words." in page.words()
    assert step_of(stored(plan_id)).done_at is not None


def test_a_new_action_whose_day_is_past_is_kept_with_a_remark(cast, client_for):
    plan_id = make_plan(cast, DESIGN)
    amara = client_for(cast.subject)
    form = amara.get(f"/growth/{plan_id}/edit").form(ending="/edit")
    page = amara.follow(amara.send(form, **{f"new-{DESIGN}": "Late", f"newdue-{DESIGN}": "2026-11-01"}))
    assert "The day of a new action is already past." in page.words()


def test_too_long_words_are_refused_whole_and_never_cut_by_the_browser(cast, client_for):
    plan_id = make_plan(cast, DESIGN)
    amara = client_for(cast.subject)
    page = amara.get(f"/growth/{plan_id}/edit")
    fields = [one for one in (*page.all("textarea"), *page.all("input")) if one.get("name", "")[:4] in {"goal", "new-"}]
    assert fields
    assert [one.get("name") for one in fields if one.get("maxlength")] == []
    refused = amara.send(page.form(ending="/edit"), **{f"new-{DESIGN}": "z" * 9000})
    assert refused.status == 422
    assert "z" * 9000 in refused.text
    for path in (f"/people/{cast.subject.id}/waivers/manager",):
        assert client_for(cast.manager).get(path).all("textarea", name="reason")[0].get("maxlength") is None


def test_working_on_one_more_opens_it_ticked_with_room_for_an_action(cast, client_for):
    plan_id = make_plan(cast, COACH)
    amara = client_for(cast.subject)
    new = f"/people/{cast.subject.id}/growth/new?goal="
    assert amara.get(f"{new}{COACH}").location.endswith(f"/growth/{plan_id}#{COACH}")
    there = amara.get(f"{new}{DESIGN}").location
    assert there.endswith("#goal-new")
    page = amara.get(there.partition("#")[0])
    assert "It comes into the plan when you save".lower() in page.words().lower()
    form = page.form(ending="/edit")
    assert amara.send(form, **{f"new-{DESIGN}": "Write the design"}).status == 302
    assert step_of(stored(plan_id)).words == "Write the design"


def test_a_waived_goal_is_not_praised_as_met(cast, client_for):
    make_plan(cast, DESIGN)
    make_waiver(cast.subject, DESIGN, manager=cast.manager, hr=cast.hr)
    words = client_for(cast.subject).get("/people/growth").words()
    assert "No longer applies: waived." in words
    assert "one of them needs nothing more" in words
    assert "Well done" not in words


def test_goals_are_added_and_dropped_and_one_must_stay(cast):
    plan_id = make_plan(cast, DESIGN)
    save(plan_id, cast.subject, added=[COACH, COACH], dropped=[DESIGN])
    assert [goal.expectation_id for goal in stored(plan_id).goals] == [COACH]
    with pytest.raises(InvalidError, match="Keep at least one"):
        save(plan_id, cast.subject, dropped=[COACH])
    db.session.rollback()
    with pytest.raises(InvalidError, match="does not ask"):
        save(plan_id, cast.subject, added=["no-such"])


# Closing and opening anew ------------------------------------------------------------


def test_a_closed_plan_stays_readable_and_nobody_changes_it(cast, client_for):
    plan_id = make_plan(cast)
    save(plan_id, cast.subject, words={DESIGN: "A design that holds"}, new_steps={DESIGN: [Step("Write it")]})
    with transaction():
        close_plan(queries.get_plan(plan_id), by=by(cast.manager), at=now())
    page = client_for(cast.subject).get(f"/growth/{plan_id}")
    assert "This plan is closed" in page.text
    assert "A design that holds" in page.text
    assert "/done" not in page.text
    for act in (
        lambda: save(plan_id, cast.subject),
        lambda: tick_action(
            plan := queries.get_plan(plan_id), step_of(plan).id, is_done=True, by=by(cast.subject), at=now()
        ),
        lambda: close_plan(queries.get_plan(plan_id), by=by(cast.subject), at=now()),
    ):
        with pytest.raises(NotAllowedNowError):
            act()
        db.session.rollback()


def test_a_new_plan_takes_over_what_is_open_on_request(cast):
    plan_id = make_plan(cast)
    save(
        plan_id,
        cast.subject,
        words={COACH: "Two juniors on their own"},
        new_steps={COACH: [Step("Pair"), Step("Talk")]},
    )
    tick(cast, plan_id, step_of(stored(plan_id), COACH).id)
    with pytest.raises(NotAllowedNowError, match="open already"):
        make_plan(cast)
    db.session.rollback()
    with transaction():
        close_plan(queries.get_plan(plan_id), by=by(cast.subject), at=now())
    reach(cast, DESIGN)
    anew = stored(make_plan(cast, ARCHITECTURE, carries_over=True))
    assert [goal.expectation_id for goal in anew.goals] == [COACH, ARCHITECTURE]
    assert anew.goals[0].words == "Two juniors on their own"
    assert [action.words for action in anew.goals[0].actions] == ["Talk"]


# Two people --------------------------------------------------------------------------


def test_who_saves_second_gets_both_texts_and_nothing_is_lost(cast, client_for):
    plan_id = make_plan(cast)
    save(plan_id, cast.subject, new_steps={DESIGN: [Step("Write it")]})
    engineer, manager = client_for(cast.subject), client_for(cast.manager)
    forms = [client.get(f"/growth/{plan_id}/edit").form(ending="/edit") for client in (engineer, manager)]
    assert engineer.send(forms[0], **{f"goal-{DESIGN}": "By the engineer"}).status == 302
    page = manager.send(forms[1], **{f"goal-{DESIGN}": "By the manager", f"new-{COACH}": "Pair on Fridays"})
    assert page.status == 409
    assert "By the engineer" in page.words()
    assert "By the manager" in page.words()
    merged = page.form(ending="/edit")
    assert manager.send(merged, **{f"goal-{DESIGN}": "By both"}).status == 302
    plan = stored(plan_id)
    assert plan.goals[0].words == "By both"
    assert [action.words for action in plan.goals[1].actions] == ["Pair on Fridays"]


def test_what_the_other_took_out_comes_back_with_the_one_who_keeps_it(cast):
    plan_id = make_plan(cast)
    save(plan_id, cast.subject, new_steps={DESIGN: [Step("Write it")]})
    plan = stored(plan_id)
    key, version = (str(step_of(plan).id), DESIGN), plan.version
    save(plan_id, cast.subject, dropped=[DESIGN])
    with pytest.raises(ConflictError) as refusal:
        save(plan_id, cast.manager, version=version, words={DESIGN: ""}, steps={key: Step("Write it well")})
    assert set(refusal.value.stored.values()) == {"", REVIEW.isoformat()}
    db.session.rollback()
    save(plan_id, cast.manager, words={DESIGN: ""}, steps={key: Step("Write it well")})
    plan = stored(plan_id)
    assert [goal.expectation_id for goal in plan.goals] == [COACH, DESIGN]
    assert step_of(plan).words == "Write it well"


def test_two_who_save_at_once_a_hundred_times_never_lose_a_text(cast, client_for, app):
    plan_id = make_plan(cast, DESIGN)
    clients = [client_for(cast.subject), client_for(cast.manager)]
    path = f"/growth/{plan_id}/edit"

    def send(number, form, text):
        with app.app_context():
            return clients[number].send(form, **{f"goal-{DESIGN}": text})

    with ThreadPoolExecutor(2) as pool:
        for turn in range(ROUNDS):
            forms = [client.get(path).form(ending="/edit") for client in clients]
            texts = [f"turn {turn} of {number}" for number in range(2)]
            pages = list(pool.map(send, range(2), forms, texts))
            assert sorted(page.status for page in pages) == [302, 409]
            loser = next(number for number, page in enumerate(pages) if page.status == 409)
            assert all(text in pages[loser].words() for text in texts)
            assert stored(plan_id).goals[0].words == texts[1 - loser]
    assert stored(plan_id).version == ROUNDS + 1


def test_two_who_open_at_once_open_one(cast, client_for, app, session):
    clients = [client_for(cast.subject), client_for(cast.manager)]
    forms = [client.get(f"/people/{cast.subject.id}/growth/new").form(ending="/new") for client in clients]

    def send(client, form):
        with app.app_context():
            return client.send(form, goals=[DESIGN]).status

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(send, clients, forms)) == [302, 409]
    session.rollback()
    assert len(session.scalars(select(GrowthPlan)).all()) == 1


# What waits, and the record ----------------------------------------------------------


def test_the_review_waits_for_both_from_its_day_on_until_the_next_is_set(cast, clock):
    plan_id = make_plan(cast)
    db.session.rollback()
    assert waiting(cast.subject, queries.REVIEW, REVIEW - timedelta(days=1)) == []
    assert waiting(cast.subject, queries.REVIEW, REVIEW) == ["Review your growth plan"]
    assert waiting(cast.manager, queries.REVIEW, REVIEW) == ["Review the growth plan of Amara Diallo"]
    for nobody in (cast.hr, cast.head, cast.peer):
        assert waiting(nobody, queries.REVIEW, REVIEW) == []
    save(plan_id, cast.manager, review_on=date(2027, 3, 1))
    db.session.rollback()
    assert waiting(cast.manager, queries.REVIEW, REVIEW) == []


def test_an_action_waits_for_the_engineer_alone_from_a_week_before_its_day(cast):
    plan_id = make_plan(cast)
    save(plan_id, cast.manager, new_steps={DESIGN: [Step("Write it", today() + timedelta(days=8))]})
    db.session.rollback()
    assert waiting(cast.subject, queries.ACTION_DUE) == []
    tomorrow = today() + timedelta(days=1)
    assert waiting(cast.subject, queries.ACTION_DUE, tomorrow) == ["Write it"]
    assert waiting(cast.manager, queries.ACTION_DUE, tomorrow) == []
    tick(cast, plan_id, step_of(stored(plan_id)).id)
    db.session.rollback()
    assert waiting(cast.subject, queries.ACTION_DUE, tomorrow) == []


def test_the_record_names_the_plan_and_nothing_of_it(cast, session):
    plan_id = make_plan(cast)
    save(plan_id, cast.subject, words={DESIGN: "Secret words"}, new_steps={DESIGN: [Step("Secret step")]})
    with transaction():
        close_plan(queries.get_plan(plan_id), by=by(cast.subject), at=now())
    session.rollback()
    rows = session.scalars(
        select(AuditEvent).where(AuditEvent.tag.like("assessment:growth_plan:%")).order_by(AuditEvent.seq)
    ).all()
    assert [row.tag.rpartition(":")[2] for row in rows] == ["open", "change", "close"]
    assert all("swe." not in row.details and "Secret" not in row.details for row in rows)
