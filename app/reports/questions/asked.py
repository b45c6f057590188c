"""What reports on levels share: the period that is asked for, the ladder, and how a page says whom it covers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.domain.as_of import AsOf, Known
from app.domain.errors import InvalidError
from app.infra.templating import long_date
from app.reports.criteria import FROM, LADDER, Criteria
from app.reports.findings import Choice, ChoiceGroup, Findings, Hidden, Note
from app.reports.queries.spells import Ladders
from app.reports.scope import is_company_wide

LAST_DAY_OF_FEBRUARY = 28


def years_before(day: date, years: int) -> date:
    """Return the same day some years ago; of 29 February, the 28th.

    >>> years_before(date(2024, 2, 29), 1)
    datetime.date(2023, 2, 28)
    """
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=LAST_DAY_OF_FEBRUARY)


def period_of(criteria: Criteria) -> tuple[date, AsOf]:
    """Return the first day of a period and the last one with what is known of it; the last twelve months by default.

    InvalidError at `from` when it does not lie before the last day.
    """
    end = criteria.end or criteria.day
    start = criteria.start or years_before(end, 1)
    if start >= end:
        raise InvalidError("The period must begin before it ends.", field=FROM)
    return start, AsOf(end, criteria.as_of.known)


def lineage_of(criteria: Criteria, ladders: Ladders) -> str | None:
    """Return the ladder that is asked for, None where none is. InvalidError when there is no such ladder."""
    if criteria.lineage is not None and criteria.lineage not in ladders.lineages:
        raise InvalidError("There is no such ladder. Choose one of the list.", field=LADDER)
    return criteria.lineage


def ladder_choices(ladders: Ladders, chosen: str | None, *, with_all: bool) -> tuple[ChoiceGroup, ...]:
    """Return the pills by ladder; none where there is only one."""
    if len(ladders.lineages) < 2:  # noqa: PLR2004 - with one there is nothing to choose
        return ()
    every = (Choice("All ladders", {LADDER: None}, is_current=chosen is None),) if with_all else ()
    own = [Choice(ladders.of(one)[0].ladder, {LADDER: one}, is_current=chosen == one) for one in ladders.lineages]
    return (ChoiceGroup("Ladder", (*every, *own)),)


def count_of(number: int, one: str, many: str = "") -> str:
    """Return a number with its word.

    >>> count_of(1, "person", "people"), count_of(7, "promotion")
    ('1 person', '7 promotions')
    """
    return f"{number} {one if number == 1 else many or one + 's'}"


def whom(criteria: Criteria) -> str:
    """Return whom the figures cover."""
    if is_company_wide(criteria.viewer):
        return "Everybody in the company"
    return "People who report to you today, directly or through others"


def known_words(as_of: AsOf, today: date) -> str:
    """Return what the figures rest on; nothing is said of today, when both are the same."""
    if as_of.day >= today:
        return ""
    return ", as known then" if as_of.known is Known.THEN else ", as corrected since"


def notes_on_scope(criteria: Criteria) -> tuple[Note, ...]:
    """Return what a manager's figures leave out."""
    if is_company_wide(criteria.viewer):
        return ()
    return (
        Note(
            "Whom this leaves out",
            "The figures follow those who report to you today. Whoever has left, or moved to another manager, is not "
            "among them, not in past figures either; so they are no figures of a team as it was.",
        ),
    )


def too_few(criteria: Criteria, question: str, scope: str, ladders: Ladders, *, people: int, as_of: AsOf) -> Findings:
    """Return what is said instead of figures of fewer than k people, or where nothing was known yet."""
    if people == 0 and as_of.known is Known.THEN and as_of.day < criteria.today:
        answer = f"On {long_date(as_of.day)} nothing was recorded here yet."
        rest = "Choose “As corrected since” for what was recorded of that day later."
    elif people == 0:
        answer = "There is nobody to count yet."
        rest = "Figures appear once people with levels are recorded."
    else:
        answer = f"There are fewer than {criteria.k} people to count, so no figures are shown."
        rest = "In so small a group every figure would tell of single people. Their levels stand on their own pages."
    hidden = () if people == 0 else (f"All figures, because they would count fewer than {criteria.k} people.",)
    return Findings(
        question, answer, (), rest, scope, hidden=hidden, ladders=ladders.editions,
        notes=notes_on_scope(criteria),
    )  # fmt: skip


def said_hidden(cells: Sequence[object], where: str) -> tuple[str, ...]:
    """Return in a sentence that a table hides something, and the rules of all tables; nothing where it hides nothing.

    Which rule hides which cell is not said: it would tell how many people there are.
    """
    hidden = [cell for cell in cells if isinstance(cell, Hidden)]
    if not hidden:
        return ()
    rules = (
        f"figures are hidden to protect people. The rules hide what counts fewer than {hidden[0].k} people, what "
        "would say the same of everybody in a small group, and whatever those could be computed from."
    )
    return (f"{where}: {rules}",)
