"""Setting what a team needs of the support tiers, and who holds one for it from outside.

Nothing is updated: a change ends the row that held and writes the next, a correction supersedes it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import select

from app.audit.actions import Author, log
from app.audit.tags import Tag
from app.domain.coverage import Need
from app.domain.errors import ConflictError, InvalidError, NotAllowedNowError
from app.infra.db import db
from app.infra.templating import long_date
from app.people.models import HOLDER_LENGTH, MOST_HOLDERS_NEEDED, HolderKind, Team, TeamTier, TierHolder
from app.people.queries.tiers import HolderOfTeam, SupportLadder, list_named_holders, list_team_tiers, tiers_version

MOST_HOLDERS = 40
"""How many external and shared holders a team may name on one ladder."""
ONE_DAY = timedelta(days=1)
ELSEWHERE = "Somebody has changed what this team needs in the meantime."


def lock_team(team_id: uuid.UUID) -> None:
    """Let nobody else change the tiers of a team until this transaction ends; SQLite's writers wait anyway."""
    session = db.session()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(Team.id).where(Team.id == team_id).with_for_update(key_share=True))


def check_needs(needs: Mapping[str, Need]) -> None:
    """Raise InvalidError for thresholds out of reach or order; the field is `amber_` or `green_` and the tier."""
    for tier, need in needs.items():
        for name, value in (("amber", need.amber_from), ("green", need.green_from)):
            if not 1 <= value <= MOST_HOLDERS_NEEDED:
                raise InvalidError(f"Give a number from 1 to {MOST_HOLDERS_NEEDED}.", field=f"{name}_{tier}")
        if need.green_from < need.amber_from:
            raise InvalidError(
                f"It cannot be safe with fewer than it needs at the least, {need.amber_from}.", field=f"green_{tier}"
            )


def set_team_tiers(
    team: Team,
    ladder: SupportLadder,
    needs: Mapping[str, Need],
    *,
    from_on: date,
    version: int,
    by: Author,
    at: datetime,
) -> list[str]:
    """Let a team need this of the tiers of a ladder from a day on, until the next change that is known.

    Return the tiers of which something else holds now. InvalidError at a threshold that is out of reach or order;
    ConflictError when somebody has set them since `version`.
    """
    lock_team(team.id)
    check_needs(needs)
    live = list_team_tiers(team.id, ladder.lineage)
    current = tiers_version(team.id, ladder.lineage)
    if current != version:
        stored, labels, choices = _as_shown(live, ladder, from_on)
        raise ConflictError(ELSEWHERE, stored=stored, version=current, labels=labels, choices=choices)
    changed = []
    for tier in ladder.tiers:
        rows = [row for row in live if row.tier == tier.id]
        need = needs[tier.id]
        held = next((row for row in rows if _covers(row, from_on)), None)
        if held is not None and _need_of(held) == need:
            continue
        _set_from(rows, _row(team, ladder, tier.id, need, from_on, by, at), at)
        changed.append(tier.id)
        log(
            Tag.TEAM_TIER_SET,
            by=by,
            at=at,
            object_id=team.id,
            ladder=ladder.lineage,
            tier=tier.id,
            is_required=need.is_required,
            amber_from=need.amber_from,
            green_from=need.green_from,
            from_on=from_on.isoformat(),
        )
    return changed


def _row(team: Team, ladder: SupportLadder, tier: str, need: Need, from_on: date, by: Author, at: datetime) -> TeamTier:
    return TeamTier(
        team_id=team.id,
        lineage=ladder.lineage,
        tier=tier,
        is_required=need.is_required,
        amber_from=need.amber_from,
        green_from=need.green_from,
        starts_on=from_on,
        recorded_at=at,
        recorded_by_id=by.person_id,
    )


def _covers(row: TeamTier, day: date) -> bool:
    return row.starts_on <= day and (row.ends_on is None or day < row.ends_on)


def _need_of(row: TeamTier) -> Need:
    return Need(row.is_required, row.amber_from, row.green_from)


def _set_from(rows: Sequence[TeamTier], new: TeamTier, at: datetime) -> None:
    """Let a row hold from its first day until the next known change; what held on that day ends there."""
    new.ends_on = min((row.starts_on for row in rows if row.starts_on > new.starts_on), default=None)
    for row in rows:
        if not _covers(row, new.starts_on):
            continue
        row.superseded_at = at
        # The old row must leave the index of live rows before its copy enters it.
        db.session.flush()
        if row.starts_on < new.starts_on:
            db.session.add(_ended(row, new))
    db.session.add(new)
    db.session.flush()


def _ended(row: TeamTier, new: TeamTier) -> TeamTier:
    return TeamTier(
        team_id=row.team_id,
        lineage=row.lineage,
        tier=row.tier,
        is_required=row.is_required,
        amber_from=row.amber_from,
        green_from=row.green_from,
        starts_on=row.starts_on,
        ends_on=new.starts_on,
        recorded_at=new.recorded_at,
        recorded_by_id=new.recorded_by_id,
    )


REQUIRED = "y"
"""What the box of a required tier sends; one that is not ticked sends nothing."""


def _as_shown(
    live: Sequence[TeamTier], ladder: SupportLadder, day: date
) -> tuple[dict[str, str], dict[str, str], dict[str, tuple[tuple[str, str], ...]]]:
    """Return what is stored by the names of the form's fields, what a page calls each, and the words of the boxes."""
    stored: dict[str, str] = {}
    labels: dict[str, str] = {}
    choices: dict[str, tuple[tuple[str, str], ...]] = {}
    for tier in ladder.tiers:
        row = next((row for row in live if row.tier == tier.id and _covers(row, day)), None)
        need = _need_of(row) if row else replace(Need(), is_required=False)
        fields = {
            "required": (REQUIRED if need.is_required else "", f"Whether {tier.id} is required"),
            "amber": (str(need.amber_from), f"{tier.id}: enough from"),
            "green": (str(need.green_from), f"{tier.id}: safe from"),
        }
        for name, (value, label) in fields.items():
            stored[f"{name}_{tier.id}"], labels[f"{name}_{tier.id}"] = value, label
        choices[f"required_{tier.id}"] = (("", "Not required"), (REQUIRED, "Required"))
    return stored, labels, choices


# External and shared holders ----------------------------------------------------------


def name_holder(
    team: Team,
    ladder: SupportLadder,
    *,
    tier: str,
    kind: HolderKind,
    name: str,
    from_on: date,
    by: Author,
    at: datetime,
) -> TierHolder:
    """Name an external or shared holder of one tier from a day on.

    InvalidError when the ladder has no such tier, when the same name holds it then, or when there are too many.
    """
    lock_team(team.id)
    if tier not in {one.id for one in ladder.tiers}:
        raise InvalidError("Choose a tier of the list.", field="tier")
    if not name or len(name) > HOLDER_LENGTH:
        raise InvalidError(f"Enter a name of at most {HOLDER_LENGTH} characters.", field="name")
    named = list_named_holders(team.id, ladder.lineage)
    if len(named) >= MOST_HOLDERS:
        raise InvalidError(f"{team.name} has {MOST_HOLDERS} holders; end one of them first.", field="name")
    for one in named:
        if one.tier == tier and one.name.casefold() == name.casefold():
            raise InvalidError(f"{one.name} is named for {tier} already.", field="name")
    row = TierHolder(
        id=uuid.uuid4(),
        team_id=team.id,
        lineage=ladder.lineage,
        tier=tier,
        kind=kind,
        name=name,
        starts_on=from_on,
        recorded_at=at,
        recorded_by_id=by.person_id,
    )
    db.session.add(row)
    db.session.flush()
    log(
        Tag.TIER_HOLDER_NAMED,
        by=by,
        at=at,
        object_id=team.id,
        holder=str(row.id),
        ladder=ladder.lineage,
        tier=tier,
        kind=kind.value,
        from_on=from_on.isoformat(),
    )
    return row


def end_holder(found: HolderOfTeam, *, last_day: date, by: Author, at: datetime) -> TierHolder:
    """Let somebody hold a tier up to a day, that day included.

    InvalidError when that lies before the first day, NotAllowedNowError when it was ended or taken back already.
    """
    row = _lock_holder(found)
    if last_day < row.starts_on:
        raise InvalidError(
            f"{row.name} holds {row.tier} from {long_date(row.starts_on)}; it ends on that day or later.",
            field="last_day",
        )
    ended = _copy(row, ends_on=last_day + ONE_DAY, by=by, at=at)
    _log_end(found, by, at, last_day)
    return ended


def take_back_holder(found: HolderOfTeam, *, by: Author, at: datetime) -> None:
    """Take a holder back as if nobody had named it. NotAllowedNowError when it was ended or taken back already."""
    row = _lock_holder(found)
    row.superseded_at = at
    db.session.flush()
    _log_end(found, by, at, None)


def _lock_holder(found: HolderOfTeam) -> TierHolder:
    lock_team(found.team.id)
    row = db.session.get(TierHolder, found.holder.id, populate_existing=True)
    if row is None or row.superseded_at is not None or row.ends_on is not None:
        raise NotAllowedNowError(f"{found.holder.name} has been ended already; look at what holds now.")
    return row


def _copy(row: TierHolder, *, ends_on: date, by: Author, at: datetime) -> TierHolder:
    row.superseded_at = at
    db.session.flush()
    copy = TierHolder(
        id=uuid.uuid4(),
        team_id=row.team_id,
        lineage=row.lineage,
        tier=row.tier,
        kind=row.kind,
        name=row.name,
        starts_on=row.starts_on,
        ends_on=ends_on,
        recorded_at=at,
        recorded_by_id=by.person_id,
    )
    db.session.add(copy)
    db.session.flush()
    return copy


def _log_end(found: HolderOfTeam, by: Author, at: datetime, last_day: date | None) -> None:
    """Log that a holder ended with a day; None: it was taken back."""
    row = found.holder
    log(
        Tag.TIER_HOLDER_ENDED,
        by=by,
        at=at,
        object_id=found.team.id,
        holder=str(row.id),
        ladder=row.lineage,
        tier=row.tier,
        last_day=last_day.isoformat() if last_day else None,
    )
