"""One-time links: good once, for a while, for the person they were made for, and for nobody who is out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.auth import actions, queries
from app.auth.models import Account, AuthSession, LinkPurpose, OneTimeLink
from app.domain.policies import POLICIES
from app.infra.unit_of_work import transaction
from app.people import actions as people
from app.policies.actions import set_policy
from tests.conftest import NOW
from tests.factories.links import make_link
from tests.factories.people import PASSWORD, SYSTEM, make_person

NEW = "four copper kettles whistle"
WAYS = [LinkPurpose.INVITE, LinkPurpose.RESET]


def someone(purpose: LinkPurpose):
    return make_person("Amara Diallo", password=PASSWORD if purpose is LinkPurpose.RESET else None)


def use(client, path: str, password: str = NEW, again: str = ""):
    return client.send(client.get(path).form(path), password=password, again=again or password)


@pytest.mark.parametrize(("purpose", "leads_to"), [(LinkPurpose.INVITE, "/welcome"), (LinkPurpose.RESET, "/")])
def test_link_sets_the_password_and_lets_the_person_in(app, session, client_for, purpose, leads_to):
    person = someone(purpose)
    client = client_for(None)
    assert use(client, make_link(person, purpose)).location == leads_to
    assert client.get("/account").status == 200
    account = session.scalars(select(Account)).one()
    assert app.extensions["belay.passwords"].matches(account.password_hash, NEW)
    used = session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.LINK_USED)).one()
    assert (used.actor_id, used.subject_id) == (person.id, person.id)


@pytest.mark.parametrize("purpose", WAYS)
def test_token_is_long_and_only_its_hash_is_stored(app, session, purpose):
    token = make_link(someone(purpose), purpose).rpartition("/")[2]
    assert len(token) >= 43
    row = session.scalars(select(OneTimeLink)).one()
    assert row.token_hash == queries.hashed(token)
    assert token not in "".join(str(value) for value in vars(row).values())
    assert token not in "".join(event.details for event in session.scalars(select(AuditEvent)))


@pytest.mark.parametrize("purpose", WAYS)
def test_getting_the_page_uses_nothing_up(app, client_for, purpose):
    path = make_link(someone(purpose), purpose)
    for _ in range(3):
        page = client_for(None).get(path)
        assert page.status == 200
        assert page.headers["Referrer-Policy"] == "no-referrer"
    assert use(client_for(None), path).status == 302


@pytest.mark.parametrize("purpose", WAYS)
def test_used_expired_replaced_and_unknown_links_give_the_same_bytes(app, clock, client_for, purpose):
    used = make_link(someone(purpose), purpose)
    assert use(client_for(None), used).status == 302
    replaced, expired = (make_link(someone(purpose), purpose) for _ in range(2))
    other = someone(purpose)
    replaced = make_link(other, purpose)
    make_link(other, purpose)
    clock.stand_still(NOW + timedelta(hours=24))
    unknown = f"/{purpose.value}/{'x' * 43}"
    pages = [client_for(None).get(path) for path in (used, expired, replaced, unknown)]
    assert {page.status for page in pages} == {404}
    assert len({page.text for page in pages}) == 1
    assert not pages[0].all("form")


@pytest.mark.parametrize(("purpose", "lasts"), [(WAYS[0], timedelta(hours=24)), (WAYS[1], timedelta(hours=1))])
def test_link_lives_as_long_as_the_policy_says(app, clock, client_for, purpose, lasts):
    path = make_link(someone(purpose), purpose)
    clock.stand_still(NOW + lasts - timedelta(seconds=1))
    assert client_for(None).get(path).status == 200
    clock.stand_still(NOW + lasts)
    assert client_for(None).get(path).status == 404


def test_shorter_policy_counts_for_the_next_link(app, session):
    with transaction():
        set_policy(POLICIES["invitation_hours"], "2", reason="Enough.", by=SYSTEM, at=NOW, seen_number=0)
    make_link(make_person())
    assert session.scalars(select(OneTimeLink.expires_at)).one() == NOW + timedelta(hours=2)


def test_link_of_one_kind_opens_nothing_of_the_other(app, client_for):
    invitation = make_link(someone(LinkPurpose.INVITE)).rpartition("/")[2]
    reset = make_link(someone(LinkPurpose.RESET), LinkPurpose.RESET).rpartition("/")[2]
    assert client_for(None).get(f"/reset/{invitation}").status == 404
    assert client_for(None).get(f"/invite/{reset}").status == 404


def test_invitation_is_dead_once_there_is_a_password_and_a_reset_while_there_is_none(app, client_for):
    assert client_for(None).get(make_link(someone(LinkPurpose.RESET), LinkPurpose.INVITE)).status == 404
    assert client_for(None).get(make_link(someone(LinkPurpose.INVITE), LinkPurpose.RESET)).status == 404


@pytest.mark.parametrize("purpose", WAYS)
def test_link_of_somebody_who_left_or_is_disabled_is_dead_at_the_next_request(app, session, client_for, purpose):
    left, disabled = someone(purpose), someone(purpose)
    paths = [make_link(person, purpose) for person in (left, disabled)]
    clients = [client_for(None) for _ in paths]
    forms = [client.get(path).form(path) for client, path in zip(clients, paths, strict=True)]
    with transaction():
        people.record_leaving(session.merge(left), on=NOW.date(), by=SYSTEM, at=NOW)
        actions.disable_account(queries.get_account(disabled.id), disabled, by=SYSTEM, at=NOW)
    for client, form in zip(clients, forms, strict=True):
        assert client.send(form, password=NEW, again=NEW).status == 404
    told = session.scalars(select(AuditEvent.tag).order_by(AuditEvent.seq.desc()).limit(2)).all()
    assert told == [Tag.LINK_REFUSED] * 2
    hashes = session.scalars(select(Account.password_hash)).all()
    assert not any(kept and app.extensions["belay.passwords"].matches(kept, NEW) for kept in hashes)


@pytest.mark.parametrize("password", ["short", "amara diallo amara", "aaaaaaaaaaaaaaaaaa"])
def test_refused_password_leaves_the_link_good_and_says_why_at_the_field(app, client_for, password):
    path = make_link(someone(LinkPurpose.INVITE))
    client = client_for(None)
    page = use(client, path, password)
    assert page.status == 422
    assert page.all("input", name="password", aria_invalid="true")
    assert password not in page.words("main") or password == "short"
    assert use(client, path).status == 302


def test_two_different_passwords_are_refused(app, client_for):
    path = make_link(someone(LinkPurpose.INVITE))
    page = use(client_for(None), path, again="something else entirely")
    assert page.status == 422
    assert "differ" in page.words("main")


def test_of_two_submits_at_once_one_wins(app, session, client_for):
    path = make_link(someone(LinkPurpose.INVITE))
    jobs = []
    # As many as the throttle looks at in a minute: each of them competes for the link.
    for number in range(5):
        client = client_for(None)
        form = client.get(path).form(path)
        password = f"{NEW} {number}"
        jobs.append((client.http, dict(form.with_values(password=password, again=password))))

    def submit(job) -> int:
        http, fields = job
        return Context().run(http.post, path, data=fields).status_code

    with ThreadPoolExecutor(5) as pool:
        statuses = sorted(pool.map(submit, jobs))
    assert statuses == [302, 404, 404, 404, 404]
    assert session.scalar(select(func.count()).select_from(AuthSession)) == 1


def test_reset_ends_every_session_and_every_other_link(app, client_for):
    person = someone(LinkPurpose.RESET)
    before = client_for(person)
    assert before.get("/account").status == 200
    assert use(client_for(None), make_link(person, LinkPurpose.RESET)).status == 302
    assert before.get("/account").status == 302


def test_visitor_who_is_in_as_somebody_else_leaves_that_session(app, session, client_for):
    other, person = make_person(), someone(LinkPurpose.INVITE)
    client = client_for(other)
    path = make_link(person)
    assert use(client, path).location == "/welcome"
    assert session.scalar(select(AuthSession.ended_at).where(AuthSession.person_id == other.id)) is not None


def test_guessing_links_is_throttled_by_address(app, client_for, monkeypatch):
    monkeypatch.setattr("app.auth.queries.throttle.PER_ADDRESS", 3)
    client = client_for(None)
    for number in range(3):
        assert client.post(f"/invite/{number:043}", {"password": NEW, "again": NEW}).status == 404
    page = client.post(f"/invite/{9:043}", {"password": NEW, "again": NEW})
    assert page.status == 429
    assert int(page.headers["Retry-After"]) > 0


def test_page_of_a_link_shows_no_frame_and_leads_to_no_other_site(app, client_for):
    page = client_for(None).get(make_link(someone(LinkPurpose.INVITE)))
    assert not page.all("nav")
    assert not [link for link in page.all("a") if "://" in (link.get("href") or "")]
