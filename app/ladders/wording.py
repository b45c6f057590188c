"""What a ladder says in numbers, as people say it."""

from __future__ import annotations

from app.domain.evidence import EvidenceKind
from app.domain.ladder import EvidenceRule, Expectation, Ladder, Level, Origin, TypicalMonths
from app.infra.templating import KIND_LABELS, counted, join_words, number_word, plural

DAYS_IN_MONTH = 365.25 / 12
HOUSE_RULE = "A house rule of this ladder: no document states these numbers."


def kinds_in_words(rule: EvidenceRule) -> str:
    """Return which kinds of evidence count.

    >>> kinds_in_words(EvidenceRule(kinds=frozenset({"ticket", "incident"})))
    'Incident or ticket'
    >>> kinds_in_words(EvidenceRule())
    'Any kind'
    """
    if not rule.kinds:
        return "Any kind"
    # Kinds stand in the order of the vocabulary, and only the first has a capital.
    names = [KIND_LABELS[kind].lower() for kind in EvidenceKind if kind in rule.kinds]
    return join_words(names, "or").capitalize()


def window_in_words(days: int) -> str:
    """Return a window as people say it, with its exact days.

    >>> window_in_words(548), window_in_words(30), window_in_words(100)
    ('18 months (548 days)', '30 days', '100 days')
    """
    months = round(days / DAYS_IN_MONTH)
    if months > 1 and abs(months * DAYS_IN_MONTH - days) <= 1:
        return f"{months} months ({days} days)"
    return counted(days, "day", "days")


def evidence_in_words(rule: EvidenceRule) -> tuple[str, ...]:
    """Return what counts as enough evidence, one sentence for each part of the rule.

    >>> evidence_in_words(EvidenceRule(kinds=frozenset({"ticket"}), min_count=1))
    ('One piece is enough.', 'Kind that counts: ticket.', 'Not older than 18 months (548 days).')
    """
    lines = [
        "One piece is enough."
        if rule.min_count == 1
        else f"At least {number_word(rule.min_count)} pieces"
        + (f", of at least {number_word(rule.min_kinds)} kinds." if rule.min_kinds > 1 else "."),
    ]
    one_kind = len(rule.kinds) == 1
    kinds = kinds_in_words(rule)
    lines.append(
        f"Kind{'' if one_kind else 's'} that count{'s' if one_kind else ''}: {kinds[0].lower()}{kinds[1:]}."
        if rule.kinds
        else "Any kind of evidence counts.",
    )
    if rule.span_days:
        lines.append(f"First and last piece at least {counted(rule.span_days, 'day', 'days')} apart.")
    lines.append(f"Not older than {window_in_words(rule.window_days)}.")
    if rule.corroborators:
        people = plural(rule.corroborators, "colleague", "colleagues")
        lines.append(
            f"Confirmed by at least {number_word(rule.corroborators)} {people}, "
            "neither the engineer nor the line manager.",
        )
    return tuple(lines)


def months_in_words(months: TypicalMonths) -> str:
    """Return how long people usually stay.

    >>> months_in_words(TypicalMonths(18, 24)), months_in_words(TypicalMonths(48))
    ('18 to 24 months', '48 months or more')
    """
    if months.high is None:
        return f"{counted(months.low, 'month', 'months')} or more"
    if months.high == months.low:
        return counted(months.low, "month", "months")
    return f"{months.low} to {months.high} months"


def gap_in_words(ladder: Ladder) -> str:
    """Return what an empty cell says: whose silence it is."""
    return "The source documents state nothing here" if rests_on_documents(ladder) else "Nothing is stated here"


def rests_on_documents(ladder: Ladder) -> bool:
    """Say whether any expectation is stated in a document; where none is, origins tell nothing apart."""
    return any(expectation.origin is Origin.DOCUMENT for expectation in ladder.expectations)


def remarks_on(expectation: Expectation) -> tuple[str, ...]:
    """Return what restricts an expectation: that it is optional, and where it applies."""
    lines = [] if expectation.required else ["Optional: it never keeps anybody from a level."]
    if expectation.applies_when:
        lines.append(f"Only where this applies: {join_words(expectation.applies_when)}.")
    return tuple(lines)


def mark_of(expectation: Expectation, *, with_origin: bool) -> str:
    """Return the short words that stand beside an expectation in the matrix, '' for the plain case."""
    origin = {Origin.DERIVED: "derived", Origin.HOUSE: "house", Origin.ORG: "ours"}.get(expectation.origin, "")
    origin = origin if with_origin else ""
    return ", ".join(filter(None, (origin, "" if expectation.required else "optional")))


def label_of(key: str) -> str:
    """Return the key of a tier attribute as a heading.

    >>> label_of("response_time")
    'Response time'
    """
    return key.replace("_", " ").replace("-", " ").capitalize()


def note_on(ladder: Ladder, level: Level) -> str:
    """Return the small line under a level: its titles where all levels have some, else its first descriptor."""
    if all(one.titles for one in ladder.levels):
        return ", ".join(level.titles)
    first = next((level.descriptors[axis.id] for axis in ladder.axes if axis.id in level.descriptors), "")
    return first or ", ".join(level.titles)


def contents_in_words(ladder: Ladder) -> str:
    """Return what a ladder holds, in one line: how many expectations, and on what they rest."""
    number = len(ladder.expectations)
    groups = len(ladder.competencies)
    held = (
        f"{counted(number, 'expectation', 'expectations')} in {number_word(groups)} "
        f"{plural(groups, 'competency', 'competencies')}."
    )
    cited = sum(expectation.origin is Origin.DOCUMENT for expectation in ladder.expectations)
    if cited == number:
        return f"{held} Each one cites the document it rests on; what the documents leave open stays open."
    if cited:
        others = number_word(number - cited)
        return f"{held} {cited} cite the document they rest on; the other {others} say where else they come from."
    return held
