"""The pages of accounts: who has one, who was invited, and what HR and administrators do about it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from app.access.actor import Role
from app.audit.actions import Author
from app.audit.models import AuditEvent
from app.audit.tags import Tag
from app.auth import actions, queries
from app.auth.actions.accounts import objections_to_leaving
from app.auth.models import Account, AuthSession, LinkPurpose, OneTimeLink, RoleGrant
from app.auth.queries.account_list import AccountFilter, AccountState, list_accounts
from app.domain.errors import InvalidError, NotAllowedNowError
from app.infra.db import db
from app.infra.idempotency import IdempotencyKey
from app.infra.unit_of_work import transaction
from app.notices.models import Mail, MailState
from app.people import actions as people
from app.people.models import Person
from tests.conftest import NOW
from tests.factories.links import make_link, sending_mail
from tests.factories.people import PASSWORD, SYSTEM, make_person


def employ(name: str, number: int) -> Person:
    """Add somebody without an account, as the import does."""
    return people.add_person(
        name=name, email=f"n{number}@larkspur.example", employee_id=f"N-{number}", hired_on=None, by=SYSTEM, at=NOW
    )


def as_author(person: Person) -> Author:
    return Author(person.id)


@pytest.fixture
def hr(app):
    return make_person("Ruth Okonjo", roles=(Role.HR,), password=PASSWORD)


@pytest.fixture
def admin(app):
    return make_person("Lucia Ferrandez", roles=(Role.ADMIN,), password=PASSWORD)


@pytest.fixture
def newcomers(app) -> list[Person]:
    with transaction():
        return [employ(f"New Comer {number}", number) for number in range(3)]


def state_of(person: Person) -> AccountState:
    page = list_accounts(AccountFilter(words=person.email), 1, NOW)
    return page.rows[0].state


# The list -----------------------------------------------------------------------


def test_list_shows_how_far_everybody_has_come_and_filters_count(app, session, hr, newcomers, client_for):
    invited, expired, active, disabled = (
        make_person(name) for name in ("In Vited", "Ex Pired", "Ac Tive", "Dis Abled")
    )
    left = make_person("Le Ft", left_on=NOW.date())
    with transaction():
        queries.get_account(invited.id).invited_at = NOW - timedelta(hours=1)
        queries.get_account(expired.id).invited_at = NOW - timedelta(days=2)
        queries.get_account(active.id).password_hash = "x"
        queries.get_account(disabled.id).disabled_at = NOW
    page = client_for(hr).get("/admin/accounts")
    texts = [" ".join("".join(link.itertext()).split()) for link in page.all("a", class_="filter")]
    assert texts == [
        "All 9", "Not invited 3", "Invited, not signed in 1", "Link expired 1", "Active 2", "Disabled 1", "Left 1",
        "With a role 1",
    ]  # fmt: skip
    assert [state_of(person) for person in (invited, expired, active, disabled, left, newcomers[0])] == [
        "invited", "expired", "active", "disabled", "left", "not-invited",
    ]  # fmt: skip
    only = client_for(hr).get("/admin/accounts?show=expired")
    assert "Ex Pired" in only.words("table")
    assert "In Vited" not in only.words("table")


def test_link_that_was_ended_counts_as_expired_however_new(app, session, hr):
    # As after a restore, which ends every link.
    person = make_person()
    make_link(person)
    with transaction():
        queries.get_account(person.id).invited_at = NOW
    assert state_of(person) is AccountState.INVITED
    with transaction() as write:
        write.scalars(select(OneTimeLink)).one().ended_at = NOW
    assert state_of(person) is AccountState.EXPIRED


def test_link_that_lives_counts_as_invited_however_long_ago(app, session, hr):
    person = make_person()
    make_link(person)
    with transaction():
        queries.get_account(person.id).invited_at = NOW - timedelta(days=3)
    assert state_of(person) is AccountState.INVITED


def test_search_finds_names_without_accents_and_addresses(app, hr, newcomers, client_for):
    client = client_for(hr)
    assert "New Comer 2" in client.get("/admin/accounts?q=n2@larkspur").words("table")
    assert client.get("/admin/accounts?q=nobody+like+this").words("h2").startswith("Nobody here")


def test_list_turns_pages_and_keeps_the_filter(app, hr, client_for):
    with transaction():
        for number in range(60):
            employ(f"Many {number:02}", 100 + number)
    page = client_for(hr).get("/admin/accounts?show=not-invited&page=2")
    assert "1–50" not in page.words("nav", class_="pages")
    assert "show=not-invited" in page.all("a", rel="prev")[0].get("href")


@pytest.mark.parametrize("path", ["/admin/accounts", "/admin/accounts/invite"])
def test_nobody_else_sees_the_accounts(app, path, client_for):
    assert client_for(make_person()).get(path).status == 404
    assert client_for(make_person(roles=(Role.LADDER_EDITOR,))).get(path).status == 404


# Inviting -----------------------------------------------------------------------


def test_hr_invites_those_ticked_by_mail(app, session, hr, newcomers, client_for):
    with sending_mail(app):
        client = client_for(hr)
        form = client.get("/admin/accounts").form("/admin/accounts/invite")
        answer = client.send(form, person=[newcomers[0].id, newcomers[2].id])
        assert answer.location.endswith("show=invited")
        assert "2 invitations are on their way." in client.follow(answer).words("main")
    mails = session.scalars(select(Mail).order_by(Mail.id)).all()
    assert {mail.person_id for mail in mails} == {newcomers[0].id, newcomers[2].id}
    assert {(mail.kind, mail.payload) for mail in mails} == {("auth.invitation", "{}")}
    # The link is made when the letter is sent: until then no secret lies anywhere.
    assert session.scalar(select(func.count()).select_from(OneTimeLink)) == 0
    invited = session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.INVITED)).all()
    assert {event.actor_id for event in invited} == {hr.id}


def test_somebody_is_invited_before_their_first_day(app, session, hr, client_for):
    with transaction():
        later = employ("Later Comer", 9)
        later.hired_on = NOW.date() + timedelta(days=20)
    with sending_mail(app):
        client = client_for(hr)
        page = client.get("/admin/accounts")
        assert "Later Comer" in page.words("main")
        client.send(page.form("/admin/accounts/invite"), person=[later.id])
    assert session.scalars(select(Mail.person_id)).all() == [later.id]


def test_all_who_are_not_invited_can_be_invited_at_once_after_a_question(app, session, hr, newcomers, client_for):
    with sending_mail(app):
        client = client_for(hr)
        question = client.get("/admin/accounts/invite?show=not-invited")
        assert "Invite 3 people?" in question.words("h2", id="h-question")
        assert client.send(question.form("/admin/accounts/invite")).status == 302
    assert session.scalar(select(func.count()).select_from(Mail)) == 3


def test_second_invitation_is_not_queued_while_the_first_waits(app, session, hr):
    waiting, other = make_person(), make_person()
    with transaction():
        actions.invite([waiting.id], by=SYSTEM, at=NOW, mail_is_on=True)
        outcome = actions.invite([waiting.id, other.id], by=SYSTEM, at=NOW, mail_is_on=True)
    assert set(outcome.mailed) == {waiting.id, other.id}
    assert sorted(session.scalars(select(Mail.person_id)).all()) == sorted([waiting.id, other.id])
    with transaction():
        for mail in session.scalars(select(Mail)):
            mail.state = MailState.SENT
        actions.invite([waiting.id], by=SYSTEM, at=NOW, mail_is_on=True)
    assert session.scalar(select(func.count()).select_from(Mail)) == 3


def test_all_that_a_search_found_are_invited_and_nobody_else(app, session, hr, newcomers, client_for):
    with transaction():
        employ("Other Person", 77)
    with sending_mail(app):
        client = client_for(hr)
        page = client.get("/admin/accounts?show=not-invited&q=comer")
        question = client.get(next(a.get("href") for a in page.all("a") if "Invite all 3" in "".join(a.itertext())))
        assert "Invite 3 people?" in question.words("h2", id="h-question")
        assert client.send(question.form("/admin/accounts/invite")).status == 302
    assert set(session.scalars(select(Mail.person_id))) == {one.id for one in newcomers}


def test_where_mail_is_on_no_link_is_handed_over(app, session, hr, newcomers, client_for):
    person = make_person("Amara Diallo", password=PASSWORD)
    with sending_mail(app):
        client = client_for(hr)
        for one in (person, newcomers[0]):
            assert not client.get(f"/admin/accounts/{one.id}").has_form("/link")
            answer = client.post(f"/admin/accounts/{one.id}/link")
            assert answer.status == 409
            assert "links go to their people alone" in answer.words("main")
        assert client.post("/admin/accounts/links", {"person": str(newcomers[0].id)}).status == 409
    assert session.scalar(select(func.count()).select_from(OneTimeLink)) == 0


def test_link_for_a_new_password_goes_to_its_person_by_mail(app, session, hr, newcomers, client_for):
    person = make_person("Amara Diallo", password=PASSWORD)
    client = client_for(hr)
    assert client.post(f"/admin/accounts/{person.id}/reset-link").status == 409
    with sending_mail(app):
        page = client.send(client.get(f"/admin/accounts/{person.id}").form(ending="/reset-link"))
        assert f"on its way to {person.email}" in client.follow(page).words("main")
        invited = make_person("In Vited")
        assert client.post(f"/admin/accounts/{invited.id}/reset-link").status == 409
    mail = session.scalars(select(Mail)).one()
    assert (mail.kind, mail.person_id, mail.created_by_id) == ("auth.reset", person.id, hr.id)
    asked = session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.PASSWORD_RESET_ASKED)).one()
    assert (asked.actor_id, asked.subject_id) == (hr.id, person.id)


def test_inviting_again_leaves_out_who_signed_in_is_disabled_or_left(app, session, hr):
    active, disabled = make_person(password=PASSWORD), make_person()
    left, waiting = make_person(left_on=NOW.date()), make_person()
    with transaction():
        queries.get_account(disabled.id).disabled_at = NOW
        ids = [person.id for person in (active, disabled, left, waiting)]
        outcome = actions.invite(ids, by=SYSTEM, at=NOW, mail_is_on=True)
    assert outcome.mailed == (waiting.id,)
    assert set(outcome.left_out) == {active.id, disabled.id, left.id}


def test_four_hundred_are_invited_in_a_fixed_number_of_statements_each(app, session, hr):
    with transaction():
        ids = [employ(f"Bulk {number}", 1000 + number).id for number in range(400)]

    def statements(count: int, *, mail_is_on: bool) -> int:
        seen: list[str] = []

        def note(*parameters) -> None:
            seen.append(parameters[2])

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            with transaction():
                actions.invite(ids[:count], by=SYSTEM, at=NOW, mail_is_on=mail_is_on)
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        return len(seen)

    statements(400, mail_is_on=False)
    few, many = statements(10, mail_is_on=False), statements(400, mail_is_on=False)
    assert many - few <= 30
    assert statements(400, mail_is_on=True) <= 400 + 40


def test_without_mail_links_are_shown_once_and_never_stored(app, session, hr, newcomers, client_for):
    client = client_for(hr)
    form = client.get("/admin/accounts").form("/admin/accounts/links")
    page = client.send(form, person=[one.id for one in newcomers])
    assert page.status == 200
    links = [field.get("value") for field in page.all("input", type="text")]
    assert len(links) == 3
    assert all(link.startswith(f"{app.config['SETTINGS'].base_url}/invite/") for link in links)
    assert page.headers["Cache-Control"] == "no-store"
    again = client.send(form, person=[one.id for one in newcomers])
    assert (again.status, again.location) == (303, "/admin/accounts?show=invited")
    kept = session.scalars(select(IdempotencyKey)).one()
    assert kept.body is None
    for link in links:
        assert client_for(None).get(link.partition("/invite/")[1] + link.partition("/invite/")[2]).status == 200


def test_links_name_the_host_of_the_settings_and_never_that_of_the_request(app, hr, newcomers, client_for):
    client = client_for(hr)
    client.get("/admin/accounts")
    token = client.token()
    page = client.post(
        "/admin/accounts/links",
        {"person": str(newcomers[0].id)},
        headers={"X-CSRF-Token": token, "Host": "evil.example", "X-Forwarded-Host": "evil.example"},
    )
    if page.status == 200:
        assert "evil.example" not in page.text
        assert app.config["SETTINGS"].base_url in page.text


def test_somebody_with_a_role_gets_no_link_that_others_see(app, session, hr, client_for):
    editor = make_person(roles=(Role.LADDER_EDITOR,))
    client = client_for(hr)
    page = client.send(client.get("/admin/accounts").form("/admin/accounts/links"), person=[editor.id])
    assert not page.all("input", type="text")
    assert "belay user password" in page.words("main")
    assert client.post(f"/admin/accounts/{editor.id}/link").status == 404
    assert session.scalar(select(func.count()).select_from(OneTimeLink)) == 0


def test_nothing_ticked_is_said_and_changes_nothing(app, session, hr, newcomers, client_for):
    with sending_mail(app):
        client = client_for(hr)
        answer = client.send(client.get("/admin/accounts").form("/admin/accounts/invite"))
        assert "Tick one or more people" in client.follow(answer).words("main")
        assert client.post("/admin/accounts/invite", {"person": "no-id"}).status == 302
        assert client.post("/admin/accounts/invite", {"everybody": "active"}).status == 302
    assert session.scalar(select(func.count()).select_from(Mail)) == 0


# One account ----------------------------------------------------------------------


def test_page_shows_state_roles_and_who_granted_them(app, hr, admin, client_for):
    editor = make_person("Edda Editor")
    with transaction():
        actions.grant_role(editor, Role.LADDER_EDITOR, by=as_author(admin), at=NOW)
    text = client_for(hr).get(f"/admin/accounts/{editor.id}").words("main")
    assert "Ladder editor" in text
    assert "Lucia Ferrandez" in text
    assert "Grant a role" not in text


def test_admin_grants_and_takes_a_role_and_sessions_end(app, session, admin, client_for):
    person = make_person("Amara Diallo", password=PASSWORD)
    theirs, client = client_for(person), client_for(admin)
    form = client.get(f"/admin/accounts/{person.id}").form(f"/admin/accounts/{person.id}/roles")
    assert client.send(form, grant="ladder_editor").status == 302
    assert theirs.get("/account").status == 302
    grant = session.scalars(select(RoleGrant).where(RoleGrant.person_id == person.id)).one()
    assert (grant.role, grant.granted_by_id) == (Role.LADDER_EDITOR, admin.id)
    question = client.get(f"/admin/accounts/{person.id}/roles/revoke?role=ladder_editor")
    assert "Take the role Ladder editor from Amara Diallo?" in question.words("main")
    again = client_for(person)
    assert client.send(question.form(f"/admin/accounts/{person.id}/roles/revoke")).status == 302
    assert again.get("/account").status == 302
    session.refresh(grant)
    assert grant.superseded_at == NOW


def test_role_granted_ends_links_that_others_have_seen(app, session, admin, hr, client_for):
    person = make_person("Paul Plain", password=PASSWORD)
    client = client_for(hr)
    page = client.send(client.get(f"/admin/accounts/{person.id}").form(ending="/link"))
    link = page.all("input", type="text")[0].get("value")
    path = link[link.index("/reset/") :]
    assert client_for(None).get(path).status == 200
    with transaction():
        actions.grant_role(person, Role.ADMIN, by=as_author(admin), at=NOW)
    assert client_for(None).get(path).status == 404


def test_role_granted_to_somebody_without_an_account_makes_one(app, session, admin, newcomers, client_for):
    newcomer, client = newcomers[0], client_for(admin)
    form = client.get(f"/admin/accounts/{newcomer.id}").form(ending="/roles")
    assert client.send(form, grant="ladder_editor").status == 302
    assert queries.get_account(newcomer.id).password_hash is None
    made = session.scalars(select(AuditEvent).where(AuditEvent.tag == Tag.ACCOUNT_CREATED)).all()
    assert (made[-1].actor_id, made[-1].subject_id) == (admin.id, newcomer.id)


def test_namesake_is_told_who_may_do_more(app, hr, client_for):
    namesake = make_person(hr.name)
    text = client_for(hr).get(f"/admin/accounts/{namesake.id}").words("main")
    assert "Nobody changes their own account here" not in text
    assert "Administrators disable accounts" in text


def test_grant_and_reset_are_told_by_mail_once(app, session, admin, client_for):
    person, client = make_person("Amara Diallo", password=PASSWORD), client_for(admin)
    with sending_mail(app):
        for _ in range(2):
            client.post(f"/admin/accounts/{person.id}/roles", {"grant": "ladder_editor"})
        with transaction():
            queries.get_account(person.id).totp_confirmed_at = NOW
        client.post(f"/admin/accounts/{person.id}/second-factor/reset")
    told = [(mail.kind, mail.payload) for mail in session.scalars(select(Mail).order_by(Mail.payload))]
    assert told == [
        ("auth.account_changed", '{"change": "factor-off"}'),
        ("auth.account_changed", '{"change": "role-granted"}'),
    ]


def test_grant_without_a_choice_says_so(app, admin, client_for):
    person = make_person()
    page = client_for(admin).post(f"/admin/accounts/{person.id}/roles", {"grant": "king"})
    assert page.status == 422
    assert "Choose the role to grant" in page.words("main")


def test_nobody_acts_on_their_own_account(app, admin, client_for):
    make_person(roles=(Role.ADMIN,))
    client = client_for(admin)
    for act in ("roles", "roles/revoke", "disable", "enable", "sessions/end", "link", "second-factor/reset"):
        assert client.post(f"/admin/accounts/{admin.id}/{act}", {"role": "hr", "grant": "hr"}).status == 404, act
    page = client.get(f"/admin/accounts/{admin.id}")
    assert not [form for form in page.all("form") if "/admin/accounts/" in (form.get("action") or "")]


def test_hr_grants_disables_and_resets_nothing(app, hr, client_for):
    person = make_person()
    for act in ("roles", "roles/revoke", "disable", "enable", "sessions/end", "second-factor/reset"):
        assert client_for(hr).post(f"/admin/accounts/{person.id}/{act}", {"role": "hr", "grant": "hr"}).status == 404, (
            act
        )


def test_weighty_acts_ask_for_proof_when_the_last_is_old(app, clock, admin, client_for):
    person, client = make_person(password=PASSWORD), client_for(admin)
    clock.stand_still(NOW + timedelta(minutes=11))
    token = client.token()
    for act in ("disable", "enable", "sessions/end", "roles", "link", "second-factor/reset", "roles/revoke"):
        answer = client.post(
            f"/admin/accounts/{person.id}/{act}", {"role": "hr", "grant": "hr"}, headers={"X-CSRF-Token": token}
        )
        assert queries.get_account(person.id).disabled_at is None
        assert answer.status == 401, act
        assert "One-time link" not in answer.text
    assert db.session.scalar(select(func.count()).select_from(RoleGrant).where(RoleGrant.person_id == person.id)) == 0


def test_disabling_asks_first_and_ends_everything(app, session, admin, client_for):
    person = make_person("Amara Diallo", password=PASSWORD)
    link = make_link(person, LinkPurpose.RESET)
    theirs, client = client_for(person), client_for(admin)
    question = client.get(f"/admin/accounts/{person.id}/disable")
    assert "Disable the account of Amara Diallo?" in question.words("main")
    assert client.send(question.form(f"/admin/accounts/{person.id}/disable")).status == 302
    assert theirs.get("/account").status == 302
    assert client_for(None).get(link).status == 404
    assert session.scalars(select(AuthSession).where(AuthSession.person_id == person.id)).one().ended_at == NOW


def test_enabling_revives_neither_session_nor_link(app, admin, client_for):
    person = make_person(password=PASSWORD)
    link, theirs, client = make_link(person, LinkPurpose.RESET), client_for(person), client_for(admin)
    with transaction():
        actions.disable_account(queries.get_account(person.id), person, by=SYSTEM, at=NOW)
    page = client.get(f"/admin/accounts/{person.id}")
    assert client.send(page.form(f"/admin/accounts/{person.id}/enable")).status == 302
    assert theirs.get("/account").status == 302
    assert client_for(None).get(link).status == 404
    assert client_for(person).get("/account").status == 200


def test_admin_ends_every_session_of_somebody(app, admin, client_for):
    person = make_person()
    first, second, client = client_for(person), client_for(person), client_for(admin)
    page = client.get(f"/admin/accounts/{person.id}")
    assert client.send(page.form(f"/admin/accounts/{person.id}/sessions/end")).status == 302
    assert {first.get("/account").status, second.get("/account").status} == {302}


def test_admin_hands_over_a_link_for_a_new_password(app, admin, client_for):
    person, client = make_person("Amara Diallo", password=PASSWORD), client_for(admin)
    page = client.send(client.get(f"/admin/accounts/{person.id}").form(f"/admin/accounts/{person.id}/link"))
    link = page.all("input", type="text")[0].get("value")
    assert "/reset/" in link
    assert client_for(None).get(link[link.index("/reset/") :]).status == 200


# The last administrator -------------------------------------------------------------


def test_last_administrator_stays_one(app, session, admin):
    with pytest.raises(NotAllowedNowError, match="last administrator"), transaction():
        actions.disable_account(queries.get_account(admin.id), admin, by=SYSTEM, at=NOW)
    with pytest.raises(NotAllowedNowError, match="last administrator"), transaction():
        actions.revoke_role(admin, Role.ADMIN, by=SYSTEM, at=NOW)
    assert list(objections_to_leaving({admin.id})) == [admin.id]


def test_second_administrator_sets_the_first_free(app, session, admin):
    second = make_person(roles=(Role.ADMIN,), password=PASSWORD)
    assert objections_to_leaving({admin.id}) == {}
    assert set(objections_to_leaving({admin.id, second.id})) == {admin.id, second.id}
    with transaction():
        actions.disable_account(queries.get_account(second.id), second, by=SYSTEM, at=NOW)
    assert list(objections_to_leaving({admin.id})) == [admin.id]


def test_administrator_who_was_only_invited_does_not_count(app, session, admin):
    invited = make_person(roles=(Role.ADMIN,))
    with transaction():
        actions.invite([invited.id], by=SYSTEM, at=NOW, mail_is_on=True)
    assert list(objections_to_leaving({admin.id})) == [admin.id]
    with pytest.raises(NotAllowedNowError, match="last administrator"), transaction():
        actions.disable_account(queries.get_account(admin.id), admin, by=SYSTEM, at=NOW)
    with transaction():
        actions.revoke_role(invited, Role.ADMIN, by=SYSTEM, at=NOW)


def test_administrator_who_is_about_to_leave_does_not_count(app, session, admin):
    leaving = make_person(roles=(Role.ADMIN,), left_on=NOW.date() + timedelta(days=20))
    assert list(objections_to_leaving({admin.id})) == [admin.id]
    assert objections_to_leaving({leaving.id}) == {}


def test_role_that_nobody_holds_and_ones_own_are_refused(app, admin):
    other = make_person(roles=(Role.ADMIN,))
    with pytest.raises(NotAllowedNowError, match="does not hold"), transaction():
        actions.revoke_role(other, Role.HR, by=SYSTEM, at=NOW)
    with pytest.raises(InvalidError, match="their own role"), transaction():
        actions.revoke_role(admin, Role.ADMIN, by=as_author(admin), at=NOW)
    with pytest.raises(NotAllowedNowError, match="their own account"), transaction():
        actions.disable_account(queries.get_account(admin.id), admin, by=as_author(admin), at=NOW)
    assert db.session.scalar(select(Account.disabled_at).where(Account.person_id == admin.id)) is None


def test_account_leads_to_the_person_for_those_who_may_read_them(app, hr, admin, client_for):
    person = make_person("Amara Diallo")
    leads = {
        who: bool(client_for(reader).get(f"/admin/accounts/{person.id}").all("a", href=f"/people/{person.id}"))
        for who, reader in (("hr", hr), ("admin", admin))
    }
    assert leads == {"hr": True, "admin": False}
