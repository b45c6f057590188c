"""Real addresses for every rule of the URL map, filled with the things of the company."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from werkzeug.routing import Rule

from tests.access.company import FIRST
from tests.access.world import World

FIXED = {
    "slug": ["software-engineer"],
    "version": ["1.0.0"],
    "level_id": ["L2"],
    "expectation_id": [FIRST],
    "path": ["app.css"],
    "token": ["no-such-link"],
    "place": ["1"],
    "number": ["1"],
    # The name of a report.
    "name": ["progression"],
    # Goals have no page of their own: the closing of the mentorship says what there is.
    "goal_id": ["00000000-0000-4000-8000-000000000000"],
}
KINDS = {
    "evidence_id": "evidence",
    "file_id": "attachment",
    "assessment_id": "assessment",
    "person_id": "person",
    "session_id": "session",
    "key": "policy",
    "job_id": "job",
    "mail_id": "mail",
    "record_id": "entry",
    "team_id": "team",
    "import_id": "people_import",
    "waiver_id": "waiver",
    "plan_id": "growth_plan",
    "cycle_id": "cycle",
    "case_id": "case",
    "line_id": "eligible",
    "feedback_id": "feedback",
    "member_id": "membership",
    "mentorship_id": "mentorship",
    "note_id": "note",
    "action_id": "session_action",
    "round_id": "mentoring_round",
    "choice_id": "round_choice",
    "coordinator_id": "coordinator",
    "mentee_id": "person",
    "export_id": "report_export",
    "holder_id": "tier_holder",
}
KINDS_OF_MENTORING = KINDS | {"session_id": "mentoring_session"}
"""A session is one of a browser elsewhere."""
TELLING = frozenset(
    {
        "draft", "shared", "withdrawn", "old", "hr_shared", "file_of_draft", "file_of_old", "late_file_of_old",
        "drafting", "self_in", "manager_in", "revealed", "old_manager_in", "hr_sealed", "hr_revealed",
        "peer_overdue", "peer_unanswered", "self_closed", "called_off",
        "person_subject", "person_manager", "person_hr", "person_leaver",
        "subject_session",
        "entry_level", "entry_team", "entry_manager", "entry_leave", "entry_hr", "team",
        "policy_people", "policy_technical", "failed_job", "waiting_job", "failed_mail",
        "waiting_import", "dropped_import",
        "waiver", "waiver_asked", "waiver_for_manager", "plan", "closed_plan",
        "cycle_draft", "cycle_open", "cycle_calibration", "nominated", "drafting_case", "in_rating", "compared", "told",
        "line", "heard_asked", "member",
        "pair", "pair_over", "pair_asked", "pair_proposed", "session_next", "session_held", "note_of_mentee",
        "pair_action_of_subject", "round_open", "round_published", "round_open_choice", "named_coordinator",
        "export_of_hr", "export_of_manager", "export_of_subject", "tier_holder",
    }
)  # fmt: skip
"""One object of each kind and state; the rest of the company adds people, not states."""


def rules_of(world: World, method: str) -> list[Rule]:
    """Return the rules that take a method, in a fixed order."""
    return sorted((rule for rule in world.app.url_map.iter_rules() if method in rule.methods), key=lambda r: r.rule)


def addresses_of(world: World, rule: Rule) -> Iterator[str]:
    """Return an address of a rule for each fitting thing of the company."""
    names = sorted(rule.arguments)
    kinds = KINDS_OF_MENTORING if rule.rule.startswith("/mentoring/") else KINDS
    for values in product(*(candidates(world, name, kinds) for name in names)):
        adapter = world.app.url_map.bind("localhost")
        yield adapter.build(rule.endpoint, dict(zip(names, values, strict=True)), method=next(iter(rule.methods)))


def candidates(world: World, name: str, kinds: Mapping[str, str]) -> list[str]:
    """Return what may stand in a place of an address. A new kind of place must be made known here."""
    if name in FIXED:
        return FIXED[name]
    if name not in kinds:
        raise KeyError(f"tests/access/addresses.py does not know what may stand for <{name}> in an address.")
    return [str(world.company.objects[one]) for one in sorted(TELLING) if world.company.kinds[one] == kinds[name]]


def one_of_each(world: World, method: str) -> list[str]:
    """Return the first address of each rule, for what is decided before anybody looks at what the address names.

    Rules that share their form share the address too.
    """
    return list(dict.fromkeys(next(addresses_of(world, rule)) for rule in rules_of(world, method)))


def every_address(world: World, method: str) -> list[str]:
    """Return one address for each rule and fitting thing."""
    return list(dict.fromkeys(one for rule in rules_of(world, method) for one in addresses_of(world, rule)))
