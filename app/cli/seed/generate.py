"""The example company as a plan, the same for the same arguments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from app.cli.seed.assessments import Assessor
from app.cli.seed.cast import ONLY_TOLD, told_assessments, told_comments, told_evidence
from app.cli.seed.chapters import Chapter, chapters
from app.cli.seed.company import DEFAULT_PEOPLE, TEAMS
from app.cli.seed.crowd import crowd, team_area
from app.cli.seed.dice import dice
from app.cli.seed.directory import Directory
from app.cli.seed.evidence import Author, chapter_evidence
from app.cli.seed.outcomes import SCRIPTS, WAIVED
from app.cli.seed.plan import (
    CompanyPlan,
    History,
    PlannedEvidence,
    PlannedPerson,
    PlannedTeam,
    PlannedWaiver,
)
from app.cli.seed.roster import named_people
from app.cli.seed.worktime import Worktime
from app.domain.ladder import Ladder

FEWEST_PEOPLE, MOST_PEOPLE = 8, 100_000


def build_plan(
    *, people: int = DEFAULT_PEOPLE, random_seed: int = 1, today: date, ladders: Mapping[str, Ladder]
) -> CompanyPlan:
    """Return the company on `today` with exactly that many people, leavers included.

    `ladders` by slug must hold `software-engineer` and `technical-support`. The named people come first; a smaller
    company keeps those of the sign-in page. ValueError outside 8 to 100 000 people.
    """
    if not FEWEST_PEOPLE <= people <= MOST_PEOPLE:
        raise ValueError(f"The example company has {FEWEST_PEOPLE} to {MOST_PEOPLE} people, not {people}.")
    named = named_people(today, people)
    taken = [person.email for person in named]
    more_teams, more = crowd(people - len(named), random_seed, today, taken, len(named) + 1)
    everybody = (*named, *more)
    teams = (*_used(TEAMS, everybody), *more_teams)
    return CompanyPlan(today, teams, everybody, _Historian(today, random_seed, ladders, teams, everybody))


def _used(teams: Iterable[PlannedTeam], people: Iterable[PlannedPerson]) -> Iterable[PlannedTeam]:
    """Return the teams that somebody is or was in, and those above them."""
    known = {team.key: team for team in teams}
    needed = {spell.team_key for person in people for spell in person.teams}
    for key in list(needed):
        above = known[key].parent_key if key in known else None
        while above is not None:
            needed.add(above)
            above = known[above].parent_key
    return [team for team in known.values() if team.key in needed]


class _Historian:
    """Makes the history of one person at a time, from dice of their own."""

    def __init__(
        self,
        today: date,
        seed: int,
        ladders: Mapping[str, Ladder],
        teams: Iterable[PlannedTeam],
        people: tuple[PlannedPerson, ...],
    ) -> None:
        self._today = today
        self._seed = seed
        self._ladders = ladders
        self._worktime = Worktime(today)
        self._directory = Directory(people)
        self._team_names = {team.key: team.name for team in teams}
        self._areas = {team.key: team_area(team.key) for team in teams}
        self._assessor = Assessor(self._directory, self._worktime, self._areas, told_comments(today))
        self._hr = next((person for person in people if "hr" in person.roles), None)

    def __call__(self, person: PlannedPerson) -> History:
        rng = dice(self._seed, person.key)
        evidence = list(told_evidence(person, self._directory, self._today))
        assessments = list(told_assessments(person, self._today))
        waivers: list[PlannedWaiver] = []
        author = Author(
            person, int(person.employee_id[3:]), self._directory, self._worktime, self._team_names, self._areas, rng
        )
        for chapter in chapters(person, SCRIPTS.get(person.key), self._ladders, self._today, rng):
            if not chapter.script.quiet:
                assessments += self._assessor.revealed(person, chapter, rng)
                if person.key not in ONLY_TOLD:
                    evidence += chapter_evidence(author, chapter)
            waivers += self._waivers(person, chapter)
        return History(
            person.key,
            tuple(_numbered(evidence)),
            tuple(sorted(assessments, key=lambda assessment: assessment.opened_at)),
            tuple(waivers),
        )

    def _waivers(self, person: PlannedPerson, chapter: Chapter) -> Iterable[PlannedWaiver]:
        for expectation_id, outcome in chapter.script.outcomes.items():
            if outcome is not WAIVED or self._hr is None or not chapter.rated_on:
                continue
            rng = dice(self._seed, f"{person.key} {expectation_id}")
            proposed = self._worktime.after(self._worktime.on(chapter.rated_on[-1], rng), rng, days=(2, 9))
            line = person.manager_on(proposed.date())
            if line is not None:
                yield PlannedWaiver(
                    person.key,
                    chapter.ladder.slug,
                    expectation_id,
                    "Part-time on the settlement file for this year, by agreement: one fixed task, and nothing"
                    " to look for beyond it. To be looked at again then.",
                    line.manager_key,
                    proposed,
                    self._hr.key,
                    self._worktime.after(proposed, rng, days=(1, 6)),
                )


def _numbered(evidence: Iterable[PlannedEvidence]) -> Iterable[PlannedEvidence]:
    """Yield the pieces in the order in which they were logged, with the next number where none is told."""
    number = 0
    for piece in sorted(evidence, key=lambda piece: (piece.logged_at, piece.title)):
        number = piece.number or number + 1
        yield replace(piece, number=number)
