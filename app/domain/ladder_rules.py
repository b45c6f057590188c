"""What a ladder must satisfy before it may be published.

Pure: a ladder goes in, findings come out, each with the place it is about, so that whoever read the ladder from a file
can name line and column. Source of the rules: domain specification, section 2.1, “Lint before publishing”.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from app.domain.citations import citation_findings
from app.domain.ladder import Aggregation, AggregationRule, EvidenceRule, Expectation, Ladder, Level
from app.domain.ladder_findings import Finding, Place, did_you_mean

MOST_WORDS = 30
"""The longest an expectation may be."""


def check(
    ladder: Ladder, *, sources: Mapping[str, str] | None = None, retired_before: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Return every rule that the ladder breaks; empty means that it may be published.

    `sources` maps the name of each source document to its text; without it, quotations are not looked up.
    `retired_before` holds the expectation ids that earlier versions of the same ladder retired.
    """
    return (
        *_names(ladder),
        *_duplicates(ladder),
        *_dangling_references(ladder),
        *_order_of_levels(ladder),
        *_steps(ladder),
        *_texts(ladder),
        *_evidence(ladder),
        *_retired(ladder, retired_before),
        *_own_expectations(ladder),
        *_aggregation(ladder),
        *_points(ladder),
        *_promotion_bar(ladder),
        *citation_findings(ladder, sources),
    )


def _names(ladder: Ladder) -> Iterator[Finding]:
    if ladder.extends is None:
        if "+" in ladder.slug:
            yield Finding(("ladder",), f"`{ladder.slug}` is named as an overlay, but `extends` is missing")
        return
    base = ladder.extends.ladder
    if base.partition("+")[0] != ladder.lineage:
        yield Finding(("ladder",), f"an overlay carries the name of its base: `{base}+something`")
    elif base == ladder.slug and _numbers(ladder.extends.version) >= _numbers(ladder.version):
        yield Finding(("extends", "version"), f"`{base}` {ladder.version} cannot extend itself or a later version")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _duplicates(ladder: Ladder) -> Iterator[Finding]:
    sections: tuple[tuple[str, Sequence[str]], ...] = (
        ("axes", [axis.id for axis in ladder.axes]),
        ("competencies", [competency.id for competency in ladder.competencies]),
        ("levels", [level.id for level in ladder.levels]),
        ("expectations", [expectation.id for expectation in ladder.expectations]),
        ("examples", [example.id for example in ladder.examples]),
    )
    for section, ids in sections:
        for index in _repeats(ids):
            yield Finding((section, index, "id"), f"the id `{ids[index]}` is used twice")
    for index in _repeats(ladder.retired):
        yield Finding(("retired", index), f"`{ladder.retired[index]}` is listed twice")
    for number, level in enumerate(ladder.levels):
        for index in _repeats(level.next):
            yield Finding(("levels", number, "next", index), f"`{level.next[index]}` is listed twice")


def _repeats(ids: Sequence[str]) -> list[int]:
    return [index for index, one in enumerate(ids) if one in ids[:index]]


_Reference = tuple[Place, str, str]
"""The place of a reference, the section that must hold the id, the id."""


def _references(ladder: Ladder) -> Iterator[_Reference]:
    yield from _references_of_parts(ladder)
    yield from _references_of_tables(ladder)


def _references_of_parts(ladder: Ladder) -> Iterator[_Reference]:
    for index, expectation in enumerate(ladder.expectations):
        place: Place = ("expectations", index)
        yield (*place, "competency"), "competencies", expectation.competency
        for number, axis in enumerate(expectation.axes):
            yield (*place, "axes", number), "axes", axis
    for index, level in enumerate(ladder.levels):
        place = ("levels", index)
        for number, following in enumerate(level.next):
            yield (*place, "next", number), "levels", following
        for axis in level.descriptors:
            yield (*place, "descriptors", axis), "axes", axis
        for competency in level.profile:
            yield (*place, "profile", competency), "competencies", competency


def _references_of_tables(ladder: Ladder) -> Iterator[_Reference]:
    for index, (competency, level_id) in enumerate(ladder.aggregation_overrides):
        yield ("aggregation", "overrides", index, "competency"), "competencies", competency
        yield ("aggregation", "overrides", index, "level"), "levels", level_id
    for level_id in ladder.evidence_defaults:
        yield ("evidence_defaults", level_id), "levels", level_id
    if ladder.points:
        for level_id, _ in ladder.points.levels:
            yield ("points", "levels", level_id), "levels", level_id
    for index, rule in enumerate(ladder.escalation):
        yield ("escalation", index, "from"), "levels", rule.from_tier
        yield ("escalation", index, "to"), "levels", rule.to_tier
    for index, example in enumerate(ladder.examples):
        for number, line in enumerate(example.lines):
            yield ("examples", index, "lines", number, "level"), "levels", line.level


_SINGULAR = {"axes": "axis", "competencies": "competency", "levels": "level"}


def _dangling_references(ladder: Ladder) -> Iterator[Finding]:
    known = {
        "axes": [axis.id for axis in ladder.axes],
        "competencies": [competency.id for competency in ladder.competencies],
        "levels": [level.id for level in ladder.levels],
    }
    for place, section, wanted in _references(ladder):
        if wanted not in known[section]:
            message = f"there is no {_SINGULAR[section]} `{wanted}`{did_you_mean(wanted, known[section])}"
            yield Finding(place, message, absent=(section, wanted))


def _edges(ladder: Ladder) -> Iterator[tuple[int, int, Level, Level]]:
    """Yield each step from a level to a next one: positions of the level and of the entry, and both levels."""
    for index, level in enumerate(ladder.levels):
        for number, following in enumerate(level.next):
            if ladder.has_level(following):
                yield index, number, level, ladder.level(following)


def _in_a_circle(ladder: Ladder) -> set[str]:
    """Return the levels that stand on a circle of `next`, or between two."""
    edges = {(level.id, following.id) for _, _, level, following in _edges(ladder)}
    left = {level.id for level in ladder.levels}
    while True:
        inner = {
            one
            for one in left
            if any(a == one and b in left for a, b in edges) and any(b == one and a in left for a, b in edges)
        }
        if inner == left:
            return left
        left = inner


def _order_of_levels(ladder: Ladder) -> Iterator[Finding]:
    circle = _in_a_circle(ladder)
    for index, number, level, following in _edges(ladder):
        place: Place = ("levels", index, "next", number)
        if following.rank <= level.rank:
            if {level.id, following.id} <= circle:
                message = f"`next` runs in a circle here: `{level.id}` leads to `{following.id}` and back"
            else:
                message = f"rank must rise: `{following.id}` has rank {following.rank}, `{level.id}` has {level.rank}"
            yield Finding(place, message)
            continue
        for competency in ladder.competencies:
            here, there = (
                ladder.demanded_step(level.id, competency.id),
                ladder.demanded_step(following.id, competency.id),
            )
            if there < here:
                yield Finding(
                    place,
                    f"the profile falls: `{level.id}` demands step {here} of `{competency.id}`, "
                    f"`{following.id}` only {there}",
                )
    for index, level in enumerate(ladder.levels):
        months = level.typical_months
        if months and months.high is not None and months.high < months.low:
            yield Finding(("levels", index, "typical_months", "high"), "`high` is less than `low`")
    for index, rule in enumerate(ladder.escalation):
        if (
            ladder.has_level(rule.from_tier)
            and ladder.has_level(rule.to_tier)
            and ladder.level(rule.to_tier).rank <= ladder.level(rule.from_tier).rank
        ):
            yield Finding(("escalation", index, "to"), f"`{rule.to_tier}` is not above `{rule.from_tier}`")


def _steps(ladder: Ladder) -> Iterator[Finding]:
    steps = {competency.id: competency.steps for competency in ladder.competencies}
    for index, expectation in enumerate(ladder.expectations):
        most = steps.get(expectation.competency)
        if most is not None and expectation.step > most:
            yield Finding(
                ("expectations", index, "step"), f"step {expectation.step}, but `{expectation.competency}` has {most}"
            )
    for index, level in enumerate(ladder.levels):
        for competency, step in level.profile.items():
            if competency in steps and step > steps[competency]:
                yield Finding(
                    ("levels", index, "profile", competency),
                    f"step {step}, but `{competency}` has {steps[competency]}",
                )


_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|etc|vs|cf|approx|incl|resp|no)\.", re.IGNORECASE)
_END_OF_SENTENCE = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s)")


def is_one_sentence(text: str) -> bool:
    """Say whether the text is a single sentence; a closing full stop is not asked for.

    >>> is_one_sentence("Reviews changes, e.g. of colleagues."), is_one_sentence("Reviews. Merges.")
    (True, False)
    """
    return not _END_OF_SENTENCE.search(_ABBREVIATION.sub("", text.strip()))


def _texts(ladder: Ladder) -> Iterator[Finding]:
    for index, expectation in enumerate(ladder.expectations):
        place: Place = ("expectations", index, "text")
        words = len(expectation.text.split())
        if words > MOST_WORDS:
            yield Finding(place, f"the text has {words} words; {MOST_WORDS} is the most")
        if not is_one_sentence(expectation.text):
            yield Finding(place, "the text must be one sentence; make two expectations of it")


def _evidence_rule(rule: EvidenceRule, place: Place) -> Iterator[Finding]:
    if rule.window_days < rule.span_days:
        yield Finding(
            (*place, "window_days"),
            f"the window of {rule.window_days} days is shorter than the span of {rule.span_days} days",
        )
    if rule.span_days > 0 and rule.min_count == 1:
        yield Finding((*place, "span_days"), "a span between pieces needs a `min_count` of at least 2")
    if rule.min_kinds > rule.min_count:
        yield Finding((*place, "min_kinds"), f"{rule.min_kinds} kinds cannot come from {rule.min_count} pieces")
    if rule.kinds and rule.min_kinds > len(rule.kinds):
        yield Finding((*place, "min_kinds"), f"{rule.min_kinds} kinds are asked for, but only {len(rule.kinds)} count")


def _evidence(ladder: Ladder) -> Iterator[Finding]:
    for level_id, rule in ladder.evidence_defaults.items():
        yield from _evidence_rule(rule, ("evidence_defaults", level_id))
    for index, expectation in enumerate(ladder.expectations):
        yield from _evidence_rule(expectation.evidence, ("expectations", index, "evidence"))


def _retired(ladder: Ladder, retired_before: Collection[str]) -> Iterator[Finding]:
    gone = {*ladder.retired, *retired_before}
    for index, expectation in enumerate(ladder.expectations):
        if expectation.id in gone:
            yield Finding(("expectations", index, "id"), f"`{expectation.id}` is retired; an id is never used again")


def _sound_part(ladder: Ladder) -> tuple[Ladder, list[Expectation]]:
    """Return the ladder without the expectations that stand on no step of a competency of it, and those."""
    steps = {competency.id: competency.steps for competency in ladder.competencies}
    lost = [e for e in ladder.expectations if e.step > steps.get(e.competency, 0)]
    return replace(ladder, expectations=tuple(e for e in ladder.expectations if e not in lost)), lost


def _own_expectations(ladder: Ladder) -> Iterator[Finding]:
    sound, lost = _sound_part(ladder)
    demanded = {
        level.id: {(e.id, e.competency, e.step) for e in sound.requirement(level.id) if e.required}
        for level in sound.levels
    }
    for index, level in enumerate(sound.levels):
        # An expectation whose competency is misspelt, or whose step is wrong, may be the one that this level lacks.
        if any(e.step <= level.rank or sound.has_competency(e.competency) for e in lost):
            continue
        absent = ("expectations", level.id)
        if not demanded[level.id]:
            message = f"`{level.id}` has no required expectation: everybody would be ready for it"
            yield Finding(("levels", index), message, absent=absent)
            continue
        for before in sound.predecessors(level.id):
            if before.rank < level.rank and not demanded[level.id] - demanded[before.id]:
                message = (
                    f"`{level.id}` has no required expectation of its own: it asks for nothing beyond `{before.id}`"
                )
                yield Finding(("levels", index), message, absent=absent)


def _aggregation(ladder: Ladder) -> Iterator[Finding]:
    default: Place = ("aggregation", "default")
    yield from _aggregation_shape(ladder, ladder.default_aggregation, default)
    sound, lost = _sound_part(ladder)
    ids = [e.id for e in ladder.expectations]
    spoilt = {e.competency for e in lost} | {ladder.expectations[index].competency for index in _repeats(ids)}
    for index, ((competency, level_id), rule) in enumerate(ladder.aggregation_overrides.items()):
        place: Place = ("aggregation", "overrides", index)
        yield from _aggregation_shape(ladder, rule, place)
        if sound.has_competency(competency) and sound.has_level(level_id) and competency not in spoilt:
            yield from _aggregation_of_cell(sound, (competency, level_id), rule, place)
    if ladder.default_aggregation.rule in {AggregationRule.K_OF_N, AggregationRule.MINIMUM_STEP}:
        for stated in sound.competencies:
            for level in sound.levels:
                cell = (stated.id, level.id)
                if cell not in ladder.aggregation_overrides and any(e.required for e in sound.cell(*cell)):
                    yield from _aggregation_of_cell(sound, cell, ladder.default_aggregation, default)


def _aggregation_shape(ladder: Ladder, rule: Aggregation, place: Place) -> Iterator[Finding]:
    for key, value, goes_with in (
        ("k", rule.k, AggregationRule.K_OF_N),
        ("step", rule.step, AggregationRule.MINIMUM_STEP),
    ):
        if rule.rule is goes_with and not value:
            yield Finding((*place, "rule"), f"`{goes_with}` needs `{key}`")
        elif rule.rule is not goes_with and value:
            yield Finding((*place, key), f"`{key}` goes with `{goes_with}` only")
    if rule.rule is AggregationRule.POINTS and ladder.points is None:
        yield Finding((*place, "rule"), "`points` needs the table `points`")


def _aggregation_of_cell(ladder: Ladder, cell: tuple[str, str], rule: Aggregation, place: Place) -> Iterator[Finding]:
    competency, level_id = cell
    if any(before.rank >= ladder.level(level_id).rank for before in ladder.predecessors(level_id)):
        # What the level adds cannot be told before the order of the levels has been mended.
        return
    required = [e for e in ladder.cell(competency, level_id) if e.required]
    absent = ("expectations", level_id)
    if not required:
        message = f"`{level_id}` adds no required expectation of `{competency}`, so there is nothing to join"
        yield Finding(place, message, absent=absent)
    elif rule.rule is AggregationRule.K_OF_N and rule.k > len(required):
        message = f"`k` is {rule.k}, but `{competency}` at `{level_id}` has {len(required)} required"
        yield Finding((*place, "k"), message, absent=absent)
    elif rule.rule is AggregationRule.MINIMUM_STEP and rule.step:
        # Such a cell asks only for its expectations at steps up to `step`; with none of them it would ask for nothing.
        if rule.step > ladder.competency(competency).steps:
            message = f"step {rule.step}, but `{competency}` has {ladder.competency(competency).steps}"
            yield Finding((*place, "step"), message)
        elif not any(e.step <= rule.step for e in required):
            message = f"`{competency}` at `{level_id}` has no required expectation up to step {rule.step}"
            yield Finding((*place, "step"), message, absent=absent)


def _points(ladder: Ladder) -> Iterator[Finding]:
    table = ladder.points
    if table is None:
        return
    most = max((competency.steps for competency in ladder.competencies), default=0)
    if len(table.per_step) <= most:
        yield Finding(("points", "per_step"), f"{most + 1} numbers are needed, for steps 0 to {most}")
    for index, (before, after) in enumerate(pairwise(table.per_step), start=1):
        if after < before:
            yield Finding(("points", "per_step", index), "a higher step cannot bring fewer points")
    known = [(level_id, least) for level_id, least in table.levels if ladder.has_level(level_id)]
    for (lower, least), (higher, most_points) in pairwise(known):
        if least == most_points or ladder.level(lower).rank > ladder.level(higher).rank:
            yield Finding(("points", "levels", higher), f"`{lower}` and `{higher}` are not in the order of their ranks")


def _promotion_bar(ladder: Ladder) -> Iterator[Finding]:
    for key, value in (("current", ladder.promotion_bar.current), ("next", ladder.promotion_bar.next)):
        if value != "all":
            yield Finding(("promotion_bar", key), f"`{value}` is not supported; only `all` is for now")
