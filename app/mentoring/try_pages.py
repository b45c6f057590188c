"""The form of a mentor who does not exist: what it offers to choose, and the mentor that it describes."""

from __future__ import annotations

from collections import Counter
from zoneinfo import ZoneInfo

from app.domain.matching import Mentor, utc_hours
from app.domain.mentorship import MAX_CAPACITY
from app.infra.clock import clock, today
from app.ladders.queries import level_marks
from app.mentoring.forms.rounds import TryForm
from app.mentoring.languages import in_words
from app.mentoring.models import MentoringProfile
from app.mentoring.queries.pool import Gathered
from app.mentoring.queries.profiles import named_expectations

NEW = "~"
"""The id of the mentor who does not exist; after all others among equals."""
ANOTHER_TEAM = ""
HOURS = [(str(hour), f"{hour:02}:00") for hour in range(24)]


def offer_choices(form: TryForm, gathered: Gathered, *, is_sent: bool) -> None:
    """Fill the form with what the pool knows; where nothing was sent, with a usual working day."""
    marks = sorted(level_marks().items(), key=lambda one: (one[1].title, one[0][0], one[1].rank))
    form.level.choices = [(f"{lineage}:{mark.rank}", f"{mark.title}, {mark.level}") for (lineage, _), mark in marks]
    named = named_expectations({goal for one in gathered.mentees for goal in one.wishes})
    form.goals.choices = [(one.key, one.text) for one in named.values()]
    profiles = [one.profile for one in gathered.members.values()]
    zones = sorted({one.time_zone for one in profiles} | {clock.zone})
    form.zone.choices = [(zone, zone.replace("_", " ")) for zone in zones]
    form.starts.choices = form.ends.choices = HOURS
    form.places.choices = [(str(one), str(one)) for one in range(1, MAX_CAPACITY + 1)]
    spoken = sorted({code for one in profiles for code in one.languages.split()})
    form.languages.choices = [(code, in_words([code])[0]) for code in spoken]
    teams = {one.team_key: one.team for one in gathered.members.values() if one.team_key}
    named_teams = sorted(teams.items(), key=lambda one: (one[1].casefold(), one[0]))
    form.team.choices = [(ANOTHER_TEAM, "Another team than everybody in the pool"), *named_teams]
    if not is_sent:
        form.zone.data, form.starts.data, form.ends.data = clock.zone, "9", "17"
        form.goals.data, form.languages.data = [], _most_spoken(profiles)
        form.team.data, form.places.data = ANOTHER_TEAM, "2"
        form.level.data = next((value for value, words in form.level.choices if words.endswith("L3")), None)


def _most_spoken(profiles: list[MentoringProfile]) -> list[str]:
    """Return the language that most of the pool share: somebody who speaks them all would be a rare find."""
    counts = Counter(code for one in profiles for code in one.languages.split())
    return sorted(counts, key=lambda code: (-counts[code], code))[:1]


def thought_of(form: TryForm) -> Mentor:
    """Return the mentor that a form describes; it has been validated."""
    lineage, _, rank = form.level.data.rpartition(":")
    zone = ZoneInfo(form.zone.data)
    return Mentor(
        id=NEW,
        rank=int(rank),
        ladder=lineage,
        team=form.team.data or NEW,
        capacity=int(form.places.data),
        taken=0,
        holds=frozenset(form.goals.data),
        hours=utc_hours(int(form.starts.data) * 60, int(form.ends.data) * 60, zone, today()),
        languages=frozenset(form.languages.data),
    )
