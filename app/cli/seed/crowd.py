"""People beyond the named ones, in teams whose manager has five to nine reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from random import Random
from types import MappingProxyType

from app.cli.seed.company import ROOT, SOFTWARE, SUPPORT, TOP
from app.cli.seed.dice import chance, dice
from app.cli.seed.names import invented_name
from app.cli.seed.plan import (
    LevelReason,
    LevelSpell,
    ManagerSpell,
    PlannedLeave,
    PlannedPerson,
    PlannedTeam,
    TeamSpell,
)
from app.cli.seed.roster import DOMAIN, mailbox

_FEWEST, _MOST = 5, 9
_PER_TEAM = 8.2  # Seven reports, their manager, and a share of the manager above.
_SPARE = ("platform", "gabriel"), ("scheduling", "priya"), ("records-support", "elif")
"""Named teams that take in whoever is too few for a team of their own; their leads were there before anybody."""

_AREAS = ("billing", "records", "scheduling", "platform")
_FIELDS = (
    "Claims", "Referrals", "Imaging", "Prescriptions", "Consent", "Messaging", "Kiosk", "Statements", "Deposits",
    "Waiting lists", "Laboratory", "Partner exchange", "Reporting", "Identity", "Search", "Letters", "Vaccination",
    "Home visits", "Group care", "Online booking", "Payments", "Contracts", "Calendar", "Archive",
)  # fmt: skip
_BIRDS = (
    "Avocet", "Bittern", "Curlew", "Dunlin", "Egret", "Finch", "Godwit", "Heron", "Ibis", "Jackdaw", "Kestrel",
    "Lapwing", "Merlin", "Nightjar", "Osprey", "Plover", "Quail", "Redstart", "Siskin", "Tern", "Wagtail", "Wren",
)  # fmt: skip
_OFFICES = ("Lisbon", "Rotterdam", "Leeds", "remote")
_TITLE_DAY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class _Lead:
    """A manager to be: whom they report to, which team they have, how many engineers are in it."""

    team: PlannedTeam
    boss_key: str
    team_of_boss: str
    engineers: int
    ladder: str


def team_area(team_key: str) -> str:
    """Return the product area that a team's work belongs to; its own key for a named team."""
    _, _, area = team_key.rpartition("~")
    return area


def crowd(
    people: int, seed: int, today: date, taken: Sequence[str], first_number: int
) -> tuple[list[PlannedTeam], list[PlannedPerson]]:
    """Return that many people with their teams. `taken` are addresses in use, numbers of employees go on."""
    leads, spare = _leads(people)
    teams = [lead.team for lead in leads]
    used = {address.partition("@")[0] for address in taken}
    numbers = count(first_number)
    since = today - timedelta(days=365 * 7)
    made: list[PlannedPerson] = []
    for lead in leads:
        boss = _invented(f"m{lead.team.key}", seed, next(numbers), used)
        boss_of = (ManagerSpell(lead.boss_key, since),)
        made.append(boss.manager(since, lead, boss_of))
        for place in range(lead.engineers):
            person = _invented(f"{lead.team.key}.{place}", seed, next(numbers), used)
            made.append(person.engineer(today, lead.team.key, boss.key, lead.ladder))
    for place in range(spare):
        team, manager = _SPARE[place % len(_SPARE)]
        ladder = SUPPORT if team.endswith("support") else SOFTWARE
        person = _invented(f"s{place}", seed, next(numbers), used)
        made.append(person.engineer(today, team, manager, ladder))
    return teams, made


def _leads(people: int) -> tuple[list[_Lead], int]:
    """Return managers from the top down, and how many people are left over for the named teams."""
    if people <= _FEWEST:
        return [], people
    leaves = max(1, round(people / _PER_TEAM))
    while people - leaves - _above(leaves) > _MOST * leaves:
        leaves += 1
    while leaves > 1 and people - leaves - _above(leaves) < _FEWEST * leaves:
        leaves -= 1
    engineers = people - leaves - _above(leaves)
    spare = max(0, engineers - _MOST * leaves)
    size, larger = divmod(engineers - spare, leaves)
    found: list[_Lead] = []
    bosses = [(TOP, ROOT)]
    widths = _widths(leaves)
    for depth, width in enumerate(widths):
        is_leaf_row = depth == len(widths) - 1
        row: list[tuple[str, str]] = []
        for index in range(width):
            boss, parent = bosses[index * len(bosses) // width]
            team = _team(depth, index, parent, is_leaf=is_leaf_row)
            sizes = size + (index < larger) if is_leaf_row else 0
            found.append(_Lead(team, boss, parent, sizes, SUPPORT if _is_support(index, is_leaf_row) else SOFTWARE))
            row.append((f"m{team.key}", team.key))
        bosses = row
    return found, spare


def _widths(leaves: int) -> list[int]:
    """Return how many managers stand in each row, from the top; two teams or fewer need nobody above them."""
    widths = [leaves]
    while widths[0] > 2:  # noqa: PLR2004 - the executive has room for two more reports
        widths.insert(0, max(1, -(-widths[0] // _MOST)))
    return widths


def _above(leaves: int) -> int:
    return sum(_widths(leaves)[:-1])


def _is_support(index: int, is_leaf: bool) -> bool:  # noqa: FBT001 - one of two rows
    return is_leaf and index % 3 == 2  # noqa: PLR2004 - every third team is one of support


def _team(depth: int, index: int, parent: str, *, is_leaf: bool) -> PlannedTeam:
    if not is_leaf:
        return PlannedTeam(f"g{depth}-{index}", f"Group {_BIRDS[index % len(_BIRDS)]} {depth + 1}.{index + 1}", parent)
    field, round_ = _FIELDS[index % len(_FIELDS)], index // len(_FIELDS)
    bird, again = _BIRDS[round_ % len(_BIRDS)], round_ // len(_BIRDS)
    support = _is_support(index, is_leaf)
    area = "support" if support else _AREAS[index % len(_AREAS)]
    name = f"{field} {'support ' if support else ''}{bird}{f' {again + 1}' if again else ''}"
    return PlannedTeam(f"t{index}~{area}", name, parent)


@dataclass(frozen=True, slots=True)
class _Invented:
    """A name, an address and dice."""

    key: str
    employee_id: str
    name: str
    email: str
    rng: Random

    def manager(self, since: date, lead: _Lead, boss: tuple[ManagerSpell, ...]) -> PlannedPerson:
        """Return somebody who has led the team from its first day."""
        return PlannedPerson(
            self.key, self.employee_id, self.name, self.email, since, None,
            (TeamSpell(lead.team.key, since),), boss, (), groups=self._groups(),
        )  # fmt: skip

    def engineer(self, today: date, team: str, manager: str, ladder: str) -> PlannedPerson:
        """Return an engineer with a career of their own: joined, promoted, away, perhaps gone again."""
        rng = self.rng
        worked = rng.randint(20, 900) if chance(rng, 45) else rng.randint(400, 365 * 7 - 60)
        hired = today - timedelta(days=worked)
        left = None
        if chance(rng, 6) and worked > 200:  # noqa: PLR2004 - nobody leaves in the first months
            left = today - timedelta(days=rng.randint(1, min(500, worked - 120)))
        levels = tuple(_career(rng, ladder, hired, left or today, left))
        leaves: tuple[PlannedLeave, ...] = ()
        if left is None and chance(rng, 8) and worked > 500:  # noqa: PLR2004 - the same
            starts = today - timedelta(days=rng.randint(10, 400))
            back = starts + timedelta(days=rng.randint(28, 200))
            leaves = (PlannedLeave(starts, back if back <= today else None),)
        return PlannedPerson(
            self.key, self.employee_id, self.name, self.email, hired, left,
            (TeamSpell(team, hired, left),), (ManagerSpell(manager, hired, left),), levels, leaves, self._groups(),
        )  # fmt: skip

    def _groups(self) -> MappingProxyType[str, str]:
        contract = self.rng.choices(("permanent", "part-time", "fixed-term"), (78, 14, 8))[0]
        return MappingProxyType({"contract": contract, "office": self.rng.choice(_OFFICES)})


def _invented(key: str, seed: int, number: int, used: set[str]) -> _Invented:
    rng = dice(seed, f"{key} joins")
    name = invented_name(rng)
    address = mailbox(name)
    if address in used:
        address = f"{address}.{number}"
    used.add(address)
    return _Invented(key, f"LK-{number:05}", name, f"{address}@{DOMAIN}", rng)


def _career(rng: Random, ladder: str, hired: date, until: date, left: date | None) -> Iterator[LevelSpell]:
    """Yield the levels from the day of hire on; a stay lasts from fourteen months to four years."""
    rank = rng.choices((1, 2, 3, 4), (58, 27, 12, 3))[0]
    begin, reason = hired, LevelReason.HIRE
    while True:
        stays = timedelta(days=rng.randint(430, 1_450))
        ends = begin + stays
        if rank == 4 or ends + _TITLE_DAY >= until or chance(rng, 25 * (rank - 1)):  # noqa: PLR2004 - the top level
            yield LevelSpell(ladder, f"L{rank}", begin, left, reason)
            return
        yield LevelSpell(ladder, f"L{rank}", begin, ends, reason)
        begin, rank, reason = ends, rank + 1, LevelReason.PROMOTION
