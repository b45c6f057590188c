"""`belay user second-factor …`: help for somebody who has lost phone and recovery codes, from the server's shell."""

from __future__ import annotations

import click

from app.auth.actions import reseal_secrets, reset_second_factor
from app.auth.letters import Change, tell_of_change
from app.auth.queries import find_account
from app.cli.context import FAULTS, command_line, open_app, stop
from app.domain.errors import DomainError
from app.infra.clock import now
from app.infra.unit_of_work import transaction


@click.group("second-factor")
def second_factor_group() -> None:
    """Look after second factors."""


@second_factor_group.command("reset")
@click.option("--email", prompt="E-mail", help="The address of the account.")
def reset(*, email: str) -> None:
    """Take the second factor off an account; all its sessions end.

    HR and administrators set up another one at their next sign-in.
    """
    app = open_app()
    with app.app_context():
        found = find_account(email)
        if found is None:
            stop(f"Nobody has an account with the address {email}.", FAULTS)
        account, person = found
        name = person.name
        try:
            with transaction():
                reset_second_factor(account, by=command_line(), at=now())
                tell_of_change(person.id, Change.FACTOR_OFF, by=command_line(), at=now())
        except DomainError as refusal:
            stop(f"Nothing was changed. {refusal.message}", FAULTS)
    click.echo(f"The second factor of {name} is off; all their sessions have ended.")


@second_factor_group.command("reseal")
def reseal() -> None:
    """Seal all secrets anew after the installation's key was changed; the former one must still be a fallback."""
    app = open_app()
    with app.app_context(), transaction():
        resealed, lost = reseal_secrets(sealer=app.extensions["belay.sealer"])
    click.echo(f"{resealed} sealed anew.")
    if lost:
        stop(f"{lost} cannot be opened with any known key; reset those second factors.", FAULTS)
