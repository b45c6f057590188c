"""What higher features add to the page of a person: each gives a link, for those who may follow it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.access.actor import Actor
from app.people.models import Person


@dataclass(frozen=True, slots=True)
class PersonLink:
    """One act at the head of a person's page."""

    label: str
    href: str
    icon: str
    kind: str = ""


Provider = Callable[[Actor, Person], PersonLink | None]
_providers: list[Provider] = []


def provide(provider: Provider) -> None:
    """Let a feature add its link; the provider answers None for somebody who may not follow it."""
    if provider not in _providers:
        _providers.append(provider)


def links_for(actor: Actor, person: Person) -> list[PersonLink]:
    """Return the links that this actor may follow from this person's page, in the order of the features."""
    found = (provider(actor, person) for provider in _providers)
    return [link for link in found if link is not None]
