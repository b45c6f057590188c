"""Growth plans of the example company, and a waiver that waits beside the one that holds."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.assessment.models import GrowthAction, GrowthGoal, GrowthPlan, Waiver
from app.cli.seed.plan import PlannedPerson
from app.infra.db import Model

Row = dict[str, object]
NOT_HERE = "Since the summer the head of Billing alone speaks in executive rounds; no engineer of the team is asked to."


@dataclass(frozen=True, slots=True)
class Step:
    """One action: what to do, in how many days it is due, and whether it is done."""

    words: str
    due_in: int
    is_done: bool = False


@dataclass(frozen=True, slots=True)
class Goal:
    """One expectation with what somebody wants to be able to show."""

    expectation_id: str
    words: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of one person: how many days ago it began, and in how many it is reviewed."""

    person_key: str
    target: str
    begun: int
    review_in: int
    goals: tuple[Goal, ...]


PLANS = (
    Plan(
        "amara", "L3", 40, 12,
        (
            Goal(
                "swe.influence-architecture",
                "The next design of the ledger carries two decisions that came from me, with the reasons written down.",
                (
                    Step("Bring two options for the refund flow to the design round", -9, is_done=True),
                    Step("Write the decision on idempotent payouts and let Platform comment", 5),
                ),
            ),
            Goal(
                "swe.coach-juniors",
                "Rosalind changes the tax rules without me.",
                (
                    Step("Pair every Tuesday, and keep a log", 20),
                    Step("Let her lead the next change and only read", 34),
                ),
            ),
        ),
    ),
    Plan(
        "ffion", "L3", 75, -2,
        (
            Goal(
                "swe.coach-juniors",
                "Mentoring over half a year, and not in one burst.",
                (
                    Step("Plan one session a fortnight until March", -50, is_done=True),
                    Step("Ask Daniel what helped and what did not", 3),
                ),
            ),
        ),
    ),
    Plan(
        "maximiliane", "L3", 120, 25,
        (
            Goal(
                "swe.influence-architecture",
                "",
                (Step("Take part in the architecture round of Payments", 10),),
            ),
            Goal(
                "swe.maintainable-code",
                "The reconciliation job has tests that somebody else would write the same way.",
                (Step("Go through the review remarks of the autumn with Henrik", -4), Step("Split the job in two", 18)),
            ),
        ),
    ),
)  # fmt: skip


def growth_rows(
    key: Callable[..., uuid.UUID], people: dict[str, PlannedPerson], at: datetime
) -> Iterator[tuple[type[Model], Row]]:
    """Yield the rows of the plans of whoever is in the company, and of a waiver that waits for HR; parents first."""
    for plan in PLANS:
        if plan.person_key in people:
            yield from _plan_rows(key, plan, at)
    if {"benedikt", "tomasz"} <= people.keys():
        asked_at = at - timedelta(days=3, hours=2)
        yield (
            Waiver,
            {
                "id": key("waiver", "benedikt", "waiting"),
                "subject_id": key("person", "benedikt"),
                "expectation_id": "swe.executive-representation",
                "reason": NOT_HERE,
                "asked_at": asked_at,
                "manager_id": key("person", "tomasz"),
                "manager_approved_at": asked_at,
            },
        )


def _plan_rows(key: Callable[..., uuid.UUID], plan: Plan, at: datetime) -> Iterator[tuple[type[Model], Row]]:
    own, owner = key("growth", plan.person_key), key("person", plan.person_key)
    begun = at - timedelta(days=plan.begun)
    yield (
        GrowthPlan,
        {
            "id": own,
            "subject_id": owner,
            "lineage": "software-engineer",
            "target_level": plan.target,
            "review_on": (at + timedelta(days=plan.review_in)).date(),
            "created_at": begun,
            "created_by_id": owner,
            "changed_at": begun + timedelta(days=1),
            "version": 1,
        },
    )
    for place, goal in enumerate(plan.goals):
        goal_id = key("growth", plan.person_key, goal.expectation_id)
        yield (
            GrowthGoal,
            {
                "id": goal_id,
                "plan_id": own,
                "expectation_id": goal.expectation_id,
                "position": place,
                "words": goal.words,
            },
        )
        for number, step in enumerate(goal.steps):
            due_at = at + timedelta(days=step.due_in)
            yield (
                GrowthAction,
                {
                    "id": key("growth", plan.person_key, goal.expectation_id, number),
                    "goal_id": goal_id,
                    "position": number,
                    "words": step.words,
                    "due_on": due_at.date(),
                    "done_at": due_at if step.is_done else None,
                    "done_by_id": owner if step.is_done else None,
                    "added_at": begun,
                    "added_by_id": owner,
                },
            )
