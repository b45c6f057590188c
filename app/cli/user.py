"""`belay user …`: the first accounts, made on the server by somebody who has a shell there."""

from __future__ import annotations

import click
from email_validator import EmailNotValidError, validate_email

from app.access.actor import Role
from app.auth.actions import create_account, enable_account, grant_role, revoke_role, set_password
from app.auth.letters import Change, tell_of_change, tell_of_new_password
from app.auth.passwords import Passwords
from app.auth.queries import find_account, get_account
from app.cli.context import FAULTS, command_line, open_app, stop
from app.domain.errors import DomainError
from app.infra.clock import now
from app.infra.unit_of_work import transaction
from app.people.actions import add_person
from app.people.models import Person
from app.people.queries import find_person_by_email

ROLES = [role.value for role in Role]


@click.group("user")
def user_group() -> None:
    """Make accounts, open them again, and grant and take roles."""


def _address(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    try:
        return validate_email(value, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError as error:
        raise click.BadParameter(str(error)) from error


@user_group.command("password")
@click.option("--email", prompt="E-mail", callback=_address, help="The address of the account.")
@click.password_option("--password", prompt="New password (at least 12 characters)", help="Asked for when left out.")
def password(*, email: str, password: str) -> None:
    """Set a new password for an account; all its sessions end."""
    app = open_app()
    with app.app_context():
        found = find_account(email)
        if found is None:
            stop(f"Nobody has an account with the address {email}.", FAULTS)
        account, person = found
        name = person.name
        try:
            with transaction():
                by, at = command_line(), now()
                passwords: Passwords = app.extensions["belay.passwords"]
                set_password(account, person, password, passwords=passwords, by=by, at=at)
                tell_of_new_password(person.id, by=by, at=at)
                is_disabled = account.disabled_at is not None
        except DomainError as refusal:
            stop(f"The password was not changed. {refusal.message}", FAULTS)
    if is_disabled:
        click.echo(f"{name} has the new password, and the account is disabled: belay user enable --email {email}")
    else:
        click.echo(f"{name} can sign in with the new password; all their sessions have ended.")


def _person(email: str) -> Person:
    person = find_person_by_email(email)
    if person is None:
        stop(f"Nobody has the address {email}.", FAULTS)
    return person


@user_group.command("role")
@click.option("--email", prompt="E-mail", callback=_address, help="The address of the person.")
@click.option("--grant", type=click.Choice(ROLES), help="A role to grant; its person signs in again before using it.")
@click.option("--revoke", type=click.Choice(ROLES), help="A role to take away; never that of the last administrator.")
def role(*, email: str, grant: str | None, revoke: str | None) -> None:
    """Grant a role, take one away, or both. Who has no account gets one, to be invited to; all their sessions end."""
    if grant is None and revoke is None:
        raise click.UsageError("Name a role with --grant or --revoke.")
    with open_app().app_context():
        by, at = command_line(), now()
        try:
            with transaction():
                person = _person(email)
                name, has_password = person.name, True
                if grant is not None:
                    if grant_role(person, Role(grant), by=by, at=at):
                        tell_of_change(person.id, Change.ROLE_GRANTED, by=by, at=at)
                    has_password = get_account(person.id).password_hash is not None
                if revoke is not None:
                    revoke_role(person, Role(revoke), by=by, at=at)
        except DomainError as refusal:
            stop(f"Nothing was changed. {refusal.message}", FAULTS)
    if grant is not None:
        click.echo(f"{name} holds the role {Role(grant).label}.")
        if not has_password:
            click.echo(f"{name} has no password yet: invite them, or run belay user create --email {email}")
    if revoke is not None:
        click.echo(f"{name} no longer holds the role {Role(revoke).label}.")


@user_group.command("enable")
@click.option("--email", prompt="E-mail", callback=_address, help="The address of the account.")
def enable(*, email: str) -> None:
    """Enable an account that was disabled, with password and second factor as they were."""
    with open_app().app_context():
        found = find_account(email)
        if found is None:
            stop(f"Nobody has an account with the address {email}.", FAULTS)
        account, person = found
        name = person.name
        if account.disabled_at is None:
            stop(f"The account of {name} is not disabled.", FAULTS)
        with transaction():
            enable_account(get_account(person.id), by=command_line(), at=now())
    click.echo(f"The account of {name} is enabled.")


@user_group.command("create")
@click.option("--name", prompt="Name", help="As it is shown everywhere.")
@click.option("--email", prompt="E-mail", callback=_address, help="The address to sign in with.")
@click.option("--employee-id", default=None, help="Leave out for somebody who is no employee.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([*ROLES, "none"]),
    default=(Role.ADMIN.value, Role.HR.value),
    show_default=True,
    help="May be given several times; none for an account without a role.",
)
@click.password_option(
    "--password",
    prompt="Password (at least 12 characters)",
    help="Asked for when left out, which keeps it out of the shell's history.",
)
def create(*, name: str, email: str, employee_id: str | None, roles: tuple[str, ...], password: str) -> None:
    """Make a person with an account; asks for what is not given. A person of that address gets the account."""
    app = open_app()
    passwords: Passwords = app.extensions["belay.passwords"]
    with app.app_context():
        by, at = command_line(), now()
        try:
            with transaction():
                person = find_person_by_email(email) or add_person(
                    name=name, email=email, employee_id=employee_id, hired_on=None, by=by, at=at
                )
                create_account(person, password=password, passwords=passwords, by=by, at=at)
                for role in (Role(text) for text in roles if text != "none"):
                    grant_role(person, role, by=by, at=at)
        except DomainError as refusal:
            stop(f"No account was made. {refusal.message}", FAULTS)
    click.echo(f"{name} can sign in with {email}.")
