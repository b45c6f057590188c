"""Readiness as pages show it: blockers with their act, standings with their arithmetic. For views only: no database."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from flask import url_for

from app.assessment import wording
from app.assessment.queries.readiness import PersonReadiness
from app.domain.evidence import Lack
from app.domain.ladder import Ladder, Level
from app.domain.rating import Truth
from app.domain.readiness import Blocker, BlockerGroup, Cell, Readiness, Standing, Status
from app.evidence.queries.hrefs import page_that_asks
from app.infra.templating import counted


class Viewpoint(StrEnum):
    """Who reads a standing, which decides what they can do about it."""

    OWN = "own"
    MANAGER = "manager"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Rung:
    """A level as a badge draws it."""

    id: str
    rank: int
    rungs: int


@dataclass(frozen=True, slots=True)
class Act:
    """The one act beside a blocker. `post`: a form with one button that carries `fields`."""

    label: str
    href: str
    icon: str
    post: bool = False
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class BlockerView:
    """One expectation that keeps a verdict from ready: why, what would show it, and the act that begins it.

    `status` is what the mark shows (`slipped` where that is the group). `more` is the small line under the act.
    `plan_href` leads to the growth plan, for those who write it.
    """

    expectation_id: str
    status: str
    title: str
    href: str
    where: str
    competency: str
    level: str
    why: str
    unblock: str
    act: Act | None
    more: str
    plan_href: str = ""


@dataclass(frozen=True, slots=True)
class StandingRow:
    """One expectation of a target with its status, the reasons in words, and the arithmetic of its evidence."""

    id: str
    text: str
    href: str
    status: str
    level: str
    is_required: bool
    why: str
    needs: str
    has: str
    left_out: str
    self_remark: str
    has_old_rating: bool


@dataclass(frozen=True, slots=True)
class CellView:
    """How one competency stands at one level: `status` of the worst expectation in it, and the count."""

    status: str
    count: str


@dataclass(frozen=True, slots=True)
class CompetencyView:
    """One competency up to a target: the cells along the path, and its expectations."""

    id: str
    name: str
    attained: str
    cells: tuple[CellView, ...]
    rows: tuple[StandingRow, ...]


@dataclass(frozen=True)
class TargetView:
    """One report as a page shows it. `path` are the levels of the columns."""

    target: Rung
    verdict: str
    lead: str
    met: int
    of: int
    blockers: tuple[BlockerView, ...]
    path: tuple[Rung, ...]
    competencies: tuple[CompetencyView, ...]
    evidenced: str

    @property
    def missing_words(self) -> str:
        """Return the count beside a verdict: “3 missing of 20”; never a percentage."""
        return missing_words(self.met, self.of)


@dataclass(frozen=True)
class StandingView:
    """Where somebody stands, for a page: the level held, and one view for each level that may follow."""

    person_id: uuid.UUID
    on: date
    held: Rung | None
    since: date | None
    edition_name: str
    ladder_href: str
    is_at_top: bool
    targets: tuple[TargetView, ...] = field(default=())

    @property
    def has_level(self) -> bool:
        """Say whether somebody holds a level that a ladder in use knows."""
        return self.held is not None


WORST_FIRST = (
    "slipped", "not_met", "partly_met", "unproven", "unassessed", "met", "exceeded", "waived", "banked",
)  # fmt: skip


def shown_status(standing: Standing) -> str:
    """Return the status that a mark shows: slipped stands for whatever rating it slipped to."""
    return "slipped" if standing.is_slipped else standing.status.value


def standing_view(found: PersonReadiness, viewpoint: Viewpoint) -> StandingView:
    """Return where somebody stands as their page and home show it."""
    edition = found.edition
    return StandingView(
        person_id=found.person_id,
        on=found.on,
        held=_rung(found, found.held) if found.held else None,
        since=found.held_since,
        edition_name=edition.name if edition else "",
        ladder_href=url_for("ladders.show_ladder", slug=edition.ladder.slug, version=edition.ladder.version)
        if edition
        else "",
        is_at_top=found.is_at_top,
        targets=tuple(target_view(found, report, viewpoint) for report in found.reports),
    )


def target_view(found: PersonReadiness, report: Readiness, viewpoint: Viewpoint) -> TargetView:
    """Return one report as a page shows it."""
    evidenced = report.evidenced_level
    return TargetView(
        target=_rung(found, report.target),
        verdict=report.verdict.value,
        lead=wording.verdict_lead(report),
        met=report.met,
        of=report.of,
        blockers=tuple(blocker_view(found, report, blocker, viewpoint) for blocker in report.blockers),
        path=tuple(_rung(found, level) for level in report.bar.path),
        competencies=_competencies(found, report),
        evidenced=evidenced.id if evidenced else "",
    )


def missing_words(met: int, of: int) -> str:
    """Return the count beside a verdict: “3 missing of 20”; never a percentage.

    >>> missing_words(17, 20), missing_words(20, 20)
    ('3 missing of 20', 'all 20 met')
    """
    return f"{of - met} missing of {of}" if of > met else f"all {of} met"


def rung_of(ladder: Ladder, level_id: str) -> Rung:
    """Return a level of a ladder as its badge."""
    return Rung(level_id, ladder.level(level_id).rank, max(one.rank for one in ladder.levels))


def _rung(found: PersonReadiness, level: Level) -> Rung:
    return rung_of(found.edition.ladder, level.id) if found.edition else Rung(level.id, level.rank, level.rank)


def _expectation_href(found: PersonReadiness, expectation_id: str) -> str:
    if found.edition is None:
        return ""
    ladder = found.edition.ladder
    return url_for(
        "ladders.show_expectation",
        slug=ladder.slug,
        version=ladder.version,
        expectation_id=expectation_id,
        _anchor=expectation_id,
    )


# Blockers --------------------------------------------------------------------


def blocker_view(found: PersonReadiness, report: Readiness, blocker: Blocker, viewpoint: Viewpoint) -> BlockerView:
    """Return one blocker in words, with the act that this reader can do about it."""
    standing = blocker.standing
    expectation = standing.expectation
    act, more = _act(found, report, blocker, viewpoint)
    return BlockerView(
        expectation_id=expectation.id,
        status=blocker.group.value,
        title=expectation.text,
        href=_expectation_href(found, expectation.id),
        where=f"{standing.competency.name}, {standing.level.id}",
        competency=standing.competency.name,
        level=standing.level.id,
        why=wording.why_blocked(blocker, found.names, found.on, own=viewpoint is Viewpoint.OWN),
        unblock=wording.what_would_show(blocker, found.on),
        act=act,
        more=more,
        plan_href=""
        if viewpoint is Viewpoint.OTHER
        else url_for(
            "assessment.show_new_plan", person_id=found.person_id, target=report.target.id, goal=expectation.id
        ),
    )


def _act(found: PersonReadiness, report: Readiness, blocker: Blocker, viewpoint: Viewpoint) -> tuple[Act | None, str]:
    arithmetic = " · ".join(missing.phrase for missing in blocker.standing.sufficiency.missing)
    if viewpoint is Viewpoint.MANAGER:
        if blocker.group is BlockerGroup.UNPROVEN:
            return None, arithmetic
        return _open_act("Rate it", found, report.target.id), arithmetic
    if viewpoint is Viewpoint.OTHER:
        return None, arithmetic
    needs_rating_first = blocker.group is BlockerGroup.UNASSESSED or blocker.further is None
    if needs_rating_first:
        if not found.manager_name:
            return None, "Nobody is recorded as your manager"
        return _open_act("Ask for a rating", found, report.target.id, asks=True), f"goes to {found.manager_name}"
    return _evidence_act(blocker), arithmetic


def _open_act(label: str, found: PersonReadiness, target: str, *, asks: bool = False) -> Act:
    endpoint = "assessment.ask_for_rating" if asks else "assessment.open_assessment"
    return Act(label, url_for(endpoint, person_id=found.person_id), "assess", post=True, fields=(("target", target),))


def _evidence_act(blocker: Blocker) -> Act:
    found = blocker.standing.sufficiency
    lacks = {missing.lack for missing in found.missing}
    if lacks == {Lack.CORROBORATION} and found.counted:
        return Act("Ask a colleague", page_that_asks(found.counted[-1].id), "corroborate")
    href = url_for("evidence.show_new_evidence", expectation=blocker.standing.expectation.id)
    return Act("Log evidence", href, "plus")


# Every expectation, and the cells ---------------------------------------------


def _competencies(found: PersonReadiness, report: Readiness) -> tuple[CompetencyView, ...]:
    attained = {one.competency.id: one for one in report.attained}
    views = []
    for competency in report.bar.ladder.competencies:
        standings = [one for one in report.standings if one.competency.id == competency.id]
        if not standings:
            continue
        reached = attained[competency.id]
        level = reached.level.id if reached.level else "not yet"
        views.append(
            CompetencyView(
                id=competency.id,
                name=competency.name,
                attained=level if reached.is_stated else "—",
                cells=tuple(_cell(cell, standings) for cell in report.cells if cell.competency.id == competency.id),
                rows=tuple(_row(found, one) for one in standings),
            )
        )
    return tuple(views)


def _cell(cell: Cell, standings: Sequence[Standing]) -> CellView:
    if cell.truth is None:
        return CellView("none", "")
    inside = [one for one in standings if one.level.id == cell.level.id and one.is_required]
    count = f"{cell.met} of {cell.rule.of}"
    if cell.truth is Truth.TRUE and cell.short == 0 and cell.met < cell.rule.of:
        return CellView("met", f"{count}, {cell.rule.needed} needed")
    return CellView(min((shown_status(one) for one in inside), key=WORST_FIRST.index), count)


def _row(found: PersonReadiness, standing: Standing) -> StandingRow:
    ask = standing.expectation
    held = found.held.id if found.held else "the level held"
    return StandingRow(
        id=ask.id,
        text=ask.text,
        href=_expectation_href(found, ask.id),
        status=shown_status(standing),
        level=standing.level.id,
        is_required=standing.is_required,
        why=wording.explanation(standing, found.names, found.on, held),
        needs=wording.requirement(ask.evidence),
        has=wording.arithmetic(standing.sufficiency),
        left_out=wording.left_out_words(standing.sufficiency) if standing.status is not Status.BANKED else "",
        self_remark=_self_remark(standing),
        has_old_rating=standing.is_rating_old,
    )


def _self_remark(standing: Standing) -> str:
    if standing.self_rating is None:
        return ""
    words = f"Own rating: {wording.quoted(standing.self_rating)}"
    if standing.needs_conversation and standing.self_gap is not None:
        return f"{words}, {counted(standing.self_gap, 'step', 'steps')} above the manager’s: a reason to talk"
    return words
