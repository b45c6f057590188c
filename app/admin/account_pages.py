"""Accounts as their pages show them: filters with counts, links to hand over, and what an invitation came to."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from app.access.actor import Actor, Role
from app.access.permissions import Permission
from app.access.policy import can
from app.auth.actions import Invited
from app.auth.letters import link_address
from app.auth.models import LinkPurpose
from app.auth.queries.account_list import TO_INVITE, AccountCounts, AccountEntry, AccountFilter, AccountState
from app.auth.queries.links import lifetime_of
from app.infra.templating import counted, join_words, plural

WITH_ROLE = "with-role"
NAMED_AT_MOST = 5
ROLE_NOTES: Mapping[Role, str] = {
    Role.HR: "Looks after people, levels and assessments of the whole company; reads what has been shared.",
    Role.ADMIN: "Looks after accounts, roles, jobs and policies; reads nothing of anybody's work.",
    Role.LADDER_EDITOR: "Looks after the ladders; sees nothing of people.",
}


@dataclass(frozen=True, slots=True)
class FilterLink:
    """One filter of the list, with how many it shows."""

    text: str
    count: int
    current: bool
    href: str


@dataclass(frozen=True, slots=True)
class Selection:
    """What many people are acted on by: it is about nobody in particular; each is decided on by themselves."""

    id: uuid.UUID | None = None
    subject_id: uuid.UUID | None = None
    holds_no_role: bool = True


@dataclass(frozen=True, slots=True)
class HandOver:
    """A link as it is shown, once, to whoever hands it over."""

    field_id: str
    name: str
    email: str
    address: str
    until: datetime


def filter_of(state: str, words: str) -> AccountFilter:
    """Return the filter that an address asks for; one that is unknown shows all."""
    known = AccountState(state) if state in set(AccountState) else None
    return AccountFilter(known, with_role=state == WITH_ROLE, words=" ".join(words.split()))


def filter_links(counts: AccountCounts, chosen: AccountFilter) -> list[FilterLink]:
    """Return the filters above the list: all, each state, and those with a role."""

    def link(text: str, count: int, value: str | None, *, current: bool) -> FilterLink:
        # What is None is left out of an address.
        return FilterLink(text, count, current, url_for("admin.list_accounts", show=value, q=chosen.words or None))

    is_all = chosen.state is None and not chosen.with_role
    return [
        link("All", counts.total, None, current=is_all),
        *(
            link(state.label, counts.of_state[state], state.value, current=chosen.state is state)
            for state in AccountState
        ),
        link("With a role", counts.with_role, WITH_ROLE, current=chosen.with_role),
    ]


def shown_value(chosen: AccountFilter) -> str:
    """Return the filter as an address carries it."""
    return WITH_ROLE if chosen.with_role else (chosen.state or "")


def allowed(who: Actor, permission: Permission.Accounts, entries: Iterable[AccountEntry]) -> list[AccountEntry]:
    """Return those of the people on whom the actor may act so."""
    return [entry for entry in entries if can(who, permission, entry)]


def is_bulk(state: AccountState | None) -> bool:
    """Say whether everybody of a state may be invited at once."""
    return state in TO_INVITE


def hand_overs(
    tokens: Mapping[uuid.UUID, str], entries: Sequence[AccountEntry], purpose: LinkPurpose, at: datetime
) -> list[HandOver]:
    """Return the links to show, in the order of the people."""
    until = at + lifetime_of(purpose)
    return [
        HandOver(
            f"link-{number}", entry.name, entry.email, link_address(tokens[entry.person_id], purpose).address, until
        )
        for number, entry in enumerate(entries, start=1)
        if entry.person_id in tokens
    ]


def invited_words(outcome: Invited) -> str:
    """Return what became of an invitation by mail, as one sentence or two."""
    mailed, left_out = len(outcome.mailed), len(outcome.left_out)
    sentence = f"{counted(mailed, 'invitation is', 'invitations are')} on {plural(mailed, 'its', 'their')} way."
    if not mailed:
        sentence = "Nobody was invited."
    if left_out:
        sentence += (
            f" {counted(left_out, 'person was', 'people were')} left out: they have signed in already, are disabled, "
            "or have left."
        )
    return sentence


def some_names(entries: Sequence[AccountEntry]) -> str:
    """Return the names of a few, and how many more there are."""
    names = [entry.name for entry in entries[:NAMED_AT_MOST]]
    more = len(entries) - len(names)
    return join_words([*names, counted(more, "other", "others")] if more else names)


def grantable(entry: AccountEntry) -> list[tuple[Role, str]]:
    """Return the roles that a person does not hold yet, with what each opens."""
    return [(role, ROLE_NOTES[role]) for role in Role if role not in entry.roles]
