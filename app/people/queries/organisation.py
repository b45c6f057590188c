"""Reading the organisation: who reports to whom today, as a tree, as far as somebody may see it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from sqlalchemy import and_, select

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import visible_to
from app.domain.errors import MissingError
from app.infra.clock import today
from app.infra.db import db
from app.infra.pagination import Page
from app.people.models import LevelSpell, ManagerLink, Person, Team, TeamMembership
from app.people.queries.persons import holds_on, works_here

MOST_AT_ONCE = 400
"""How many people a page shows as a whole tree; of a larger company it shows the two upper levels and the rest by
one's choice."""
OPEN_DEPTH, DEEPEST = 2, 12
MOST_IN_A_ROW, MOST_OPENED = 200, 600
"""How many people one row of siblings shows, and how many below the top a page opens: further rows stay folded."""


@dataclass(slots=True)
class Node:
    """Somebody in the tree. `size` counts everybody below; `is_folded`: those below stand on a page of their own.

    `left_out` counts direct reports beyond the longest row; they too stand on pages of their own.
    """

    id: uuid.UUID
    name: str
    is_readable: bool
    team: str | None = None
    ladder: str | None = None
    level: str | None = None
    below: list[Node] = field(default_factory=list)
    size: int = 0
    is_folded: bool = False
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Organisation:
    """The trees, from the top; those who have neither a manager nor reports; the way up from the person asked for.

    Of trees and of those alone, as many as a row holds; `tops_in_all` and `alone_in_all` count them. `row` says which
    page of the reports of the person asked for is shown.
    """

    trees: list[Node]
    alone: list[Node]
    above: list[Node]
    total: int
    tops_in_all: int
    alone_in_all: int
    row: Page[Node] | None


def read_organisation(actor: Actor, start: uuid.UUID | None = None, page: int = 1) -> Organisation:
    """Return the organisation as far as the actor may see it, below `start` where it is given.

    `page` turns the pages of a long row of people who report to `start`; a page that is not there is the last one.
    Somebody's own manager stands above them by name alone. MissingError when `start` is nobody whom the actor may see.
    Two reads, whatever the size of the company.
    """
    nodes = _visible_people(actor)
    managers = _managers(actor, nodes)
    if start is not None and (start not in nodes or not nodes[start].is_readable):
        raise MissingError
    tops = _hang_together(nodes, managers)
    chosen = [nodes[start]] if start is not None else tops
    for top in chosen:
        _count(top)
    total = sum(node.is_readable for node in nodes.values())
    trees = [node for node in chosen if node.below or start is not None or len(chosen) == 1]
    alone = [node for node in chosen if not node.below] if len(trees) < len(chosen) else []
    row = _turn(nodes[start], page) if start is not None else None
    shown = trees[:MOST_IN_A_ROW]
    _fold(shown, OPEN_DEPTH if total > MOST_AT_ONCE else DEEPEST)
    above = _way_up(nodes, managers, start)
    return Organisation(shown, alone[:MOST_IN_A_ROW], above, total, len(trees), len(alone), row)


def _visible_people(actor: Actor) -> dict[uuid.UUID, Node]:
    """Return everybody whom the actor may read, by name."""
    day = today()
    rows = db.session.execute(
        select(Person.id, Person.name, Team.name, LevelSpell.ladder, LevelSpell.level)
        .outerjoin(TeamMembership, and_(TeamMembership.person_id == Person.id, holds_on(TeamMembership, day)))
        .outerjoin(Team, Team.id == TeamMembership.team_id)
        .outerjoin(LevelSpell, and_(LevelSpell.person_id == Person.id, holds_on(LevelSpell, day)))
        .where(works_here(day), visible_to(actor, Permission.Person.READ, Person))
        .order_by(Person.sort_name, Person.id),
    )
    return {row[0]: Node(row[0], row[1], True, *row[2:]) for row in rows}  # noqa: FBT003 - columns in order


def _managers(actor: Actor, nodes: dict[uuid.UUID, Node]) -> dict[uuid.UUID, uuid.UUID]:
    """Return who reports to whom among the people; adds the actor's own manager, by name, where that is all they see.

    A manager who no longer works here is nobody to report to.
    """
    day = today()
    manager = (
        select(ManagerLink.person_id, ManagerLink.manager_id, Person.name)
        .join(Person, Person.id == ManagerLink.manager_id)
        .where(holds_on(ManagerLink, day), works_here(day))
        .order_by(ManagerLink.id)
    )
    found: dict[uuid.UUID, uuid.UUID] = {}
    for person_id, manager_id, name in db.session.execute(manager):
        if person_id == actor.person_id and person_id in nodes and manager_id not in nodes:
            nodes[manager_id] = Node(manager_id, name, is_readable=False)
        if person_id in nodes and manager_id in nodes:
            found[person_id] = manager_id
    return found


def _hang_together(nodes: dict[uuid.UUID, Node], managers: dict[uuid.UUID, uuid.UUID]) -> list[Node]:
    """Hang everybody below their manager; return those who have none."""
    tops = []
    for person_id, node in nodes.items():
        if person_id in managers:
            nodes[managers[person_id]].below.append(node)
        else:
            tops.append(node)
    return tops


def _count(top: Node) -> None:
    """Count everybody below each person; without recursion, a line may be as long as the company is large."""
    order = [top]
    for node in order:
        order.extend(node.below)
    for node in reversed(order):
        node.size = sum(1 + one.size for one in node.below)


def _turn(top: Node, number: int) -> Page[Node]:
    """Leave of somebody's reports only one page; return it."""
    total = len(top.below)
    number = min(number, Page([], 1, total, MOST_IN_A_ROW).last)
    top.below = top.below[(number - 1) * MOST_IN_A_ROW : number * MOST_IN_A_ROW]
    return Page(top.below, number, total, MOST_IN_A_ROW)


def _fold(tops: list[Node], depth: int) -> None:
    """Leave out who stands more than `depth` steps below a top or beyond the end of a row, and what is too much."""
    opened = 0
    queue = [(top, depth) for top in tops]
    for node, left in queue:
        row = node.below[:MOST_IN_A_ROW]
        if row and (left == 0 or opened + len(row) > MOST_OPENED):
            node.below, node.is_folded = [], True
            continue
        node.left_out, node.below = len(node.below) - len(row), row
        opened += len(row)
        queue += [(one, left - 1) for one in row]


def _way_up(nodes: dict[uuid.UUID, Node], managers: dict[uuid.UUID, uuid.UUID], start: uuid.UUID | None) -> list[Node]:
    """Return those above somebody, the top first."""
    above: list[Node] = []
    while start is not None and start in managers and len(above) < len(nodes):
        start = managers[start]
        above.insert(0, nodes[start])
    return above
