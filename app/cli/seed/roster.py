"""From the named people as they are written down to planned people, for a company of a given day and size."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType

from app.cli.seed.company import OWN_LEADS, PEOPLE, STAND_IN_TOP, TEAM_LEADS, TOP, WRITTEN_FOR, Named
from app.cli.seed.plan import LevelSpell, ManagerSpell, PlannedLeave, PlannedPerson, TeamSpell
from app.cli.seed.slots import month_name

DOMAIN = "larkspur.example"
_WRITTEN_DATE = re.compile(r"\{(\d{4}-\d\d-\d\d)\}")
# Letters that Unicode does not take apart into a base letter and a mark.
_PLAIN = str.maketrans(
    {"ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "ł": "l", "Ł": "l", "ß": "ss", "æ": "ae"}
    | {"\N{LATIN SMALL LETTER DOTLESS I}": "i"}
)


def moved(written: str, today: date) -> date:
    """Return a day written for the example's own calendar, moved to a company of `today`."""
    return date.fromisoformat(written) + (today - WRITTEN_FOR)


def dated(text: str, today: date) -> str:
    """Return a text in which every date in braces is the name of its month, moved to a company of `today`.

    >>> dated("In use since {2026-04-15}.", date(2027, 2, 10))
    'In use since July.'
    """
    return _WRITTEN_DATE.sub(lambda found: month_name(moved(found[1], today)), text)


def mailbox(name: str) -> str:
    """Return the part of an address before the @ in plain letters.

    >>> mailbox("Dr. Oluwaseun Adébáyò-Whitfield")
    'oluwaseun.adebayo-whitfield'
    """
    plain = unicodedata.normalize("NFKD", name.translate(_PLAIN)).encode("ascii", "ignore").decode().lower()
    parts = ("".join(c for c in part if c.isalnum() or c == "-") for part in plain.split() if not part.endswith("."))
    return ".".join(filter(None, parts))


def named_people(today: date, count: int) -> tuple[PlannedPerson, ...]:
    """Return the first `count` named people; whoever reports to somebody missing reports to the next one above."""
    present = {named.key: named for named in PEOPLE[:count]}
    return tuple(_planned(number, named, present, today) for number, named in enumerate(present.values(), start=1))


def _planned(number: int, named: Named, present: Mapping[str, Named], today: date) -> PlannedPerson:
    hired = moved(named.hired, today)
    left = moved(named.left, today) if named.left else None
    teams = tuple(
        TeamSpell(team, starts, ends)
        for team, starts, ends in _periods(((team, since) for since, team in named.teams), hired, left, today)
    )
    managers = tuple(
        ManagerSpell(lead, starts, ends)
        for lead, starts, ends in _periods(_leads(named, teams, present), hired, left, today)
        if lead
    )
    grants = {moved(grant.since, today): grant for grant in named.levels}
    ends = [*list(grants)[1:], left]
    role, note = named.demo
    return PlannedPerson(
        key=named.key,
        employee_id=f"LK-{number:05}",
        name=named.name,
        email=f"{mailbox(named.name)}@{DOMAIN}",
        hired_on=hired,
        left_on=left,
        teams=teams,
        managers=managers,
        levels=tuple(
            LevelSpell(grant.ladder, grant.level, since, end, grant.reason)
            for (since, grant), end in zip(grants.items(), ends, strict=False)
        ),
        leaves=tuple(
            PlannedLeave(moved(first, today), moved(back, today) if back else None) for first, back in named.leaves
        ),
        groups=MappingProxyType({"contract": named.contract, "office": named.office}),
        roles=named.roles,
        demo_role=role or None,
        demo_note=note,
    )


def _leads(named: Named, teams: Iterable[TeamSpell], present: Mapping[str, Named]) -> Iterator[tuple[str, str]]:
    if named.key == TOP:
        return
    if named.key in OWN_LEADS:
        for since, lead in OWN_LEADS[named.key]:
            yield _nearest(lead, named.key, present), since
        return
    for spell, (joined, _) in zip(teams, named.teams, strict=True):
        # The lead of the day on which somebody joined comes first, then those who followed.
        before = [entry for entry in TEAM_LEADS[spell.team_key] if entry[0] <= (joined or named.hired)]
        later = [entry for entry in TEAM_LEADS[spell.team_key] if entry not in before]
        for since, lead in [(joined, before[-1][1]), *later]:
            yield _nearest(lead, named.key, present), since


def _nearest(lead: str, person: str, present: Mapping[str, Named]) -> str:
    """Return the next lead above who is there; empty for whoever leads the company."""
    while lead not in present or lead == person:
        if lead == TOP:
            return "" if person in {TOP, STAND_IN_TOP} else STAND_IN_TOP
        lead = OWN_LEADS[lead][-1][1]
    return lead


def _periods(
    entries: Iterable[tuple[str, str]], hired: date, left: date | None, today: date
) -> Iterator[tuple[str, date, date | None]]:
    """Yield (what, first day, first day no longer) from (what, since), within the employment, equal ones joined."""
    starts = [(what, max(hired, moved(since, today)) if since else hired) for what, since in entries]
    begun: tuple[str, date] | None = None
    for index, (what, start) in enumerate(starts):
        later = starts[index + 1][1] if index + 1 < len(starts) else None
        if later is not None and later <= start:
            continue
        if left is not None and start >= left:
            break
        if begun is not None and begun[0] != what:
            yield *begun, start
            begun = None
        begun = begun or (what, start)
    if begun is not None:
        yield *begun, left
