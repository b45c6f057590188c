"""The group of all commands."""

import click

from app.cli.backup.command import backup, restore_command
from app.cli.context import be_private
from app.cli.database import audit_group, db_group
from app.cli.ladder import ladder_group
from app.cli.mentoring import mentoring_group
from app.cli.people import people_group
from app.cli.report import report
from app.cli.second_factor import second_factor_group
from app.cli.seed.command import seed
from app.cli.serve import serve
from app.cli.standing import standing_group
from app.cli.user import user_group
from app.cli.work import work


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Belay: career ladders, evidence, promotion and mentoring."""
    be_private()


main.add_command(backup)
main.add_command(restore_command)
main.add_command(db_group)
main.add_command(audit_group)
main.add_command(ladder_group)
main.add_command(mentoring_group)
main.add_command(people_group)
main.add_command(report)
main.add_command(seed)
main.add_command(serve)
main.add_command(standing_group)
main.add_command(user_group)
user_group.add_command(second_factor_group)
main.add_command(work)
