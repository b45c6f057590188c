"""Readiness in words: why an expectation has its status, and what would show it. Pure: values in, sentences out."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import date, timedelta

from app.domain.evidence import Further, Lack, Missing, Reason, Sufficiency
from app.domain.ladder import EvidenceRule
from app.domain.rating import GivenAnswer
from app.domain.readiness import Blocker, BlockerGroup, Readiness, Standing, Status, Verdict
from app.infra.templating import ANSWER_LABELS, counted, join_words, long_date, number_word, plural

Names = Mapping[uuid.UUID, str]
SOMEBODY = "Somebody who no longer works here"


def said_on(day: date, on: date) -> str:
    """Return a past day as a sentence says it: without the year while it is this one.

    >>> said_on(date(2026, 9, 12), date(2026, 11, 21)), said_on(date(2025, 9, 12), date(2026, 11, 21))
    ('12 September', '12 September 2025')
    """
    return f"{day.day} {day:%B}" if day.year == on.year else long_date(day)


def named(person_id: uuid.UUID, names: Names) -> str:
    """Return the name behind an id."""
    return names.get(person_id, SOMEBODY)


def quoted(given: GivenAnswer) -> str:
    """Return the word of an answer as it is quoted: “partly”."""
    return f"“{ANSWER_LABELS[given.answer].lower()}”"


def rated(given: GivenAnswer, names: Names, on: date) -> str:
    """Return who answered what and when: Tomasz Wieczorek rated this “partly” on 12 September."""
    return f"{named(given.author_id, names)} rated this {quoted(given)} on {said_on(given.given_on, on)}"


def counting(found: Sufficiency, names: Names, on: date) -> str:
    """Return how many pieces count and which: 1 of 2 pieces counts: 29 June, confirmed by Chioma Eze."""
    need = found.rule.min_count
    many = f"{found.count} of {counted(need, 'piece', 'pieces')}" if found.count < need else ""
    words = f"{many or counted(found.count, 'piece', 'pieces')} {plural(found.count, 'counts', 'count')}"
    if not found.counted:
        return words
    words += f": {join_words([said_on(piece.occurred_on, on) for piece in found.counted])}"
    if found.corroborators:
        words += f", confirmed by {join_words(sorted(named(one, names) for one in found.corroborators))}"
    return words


def lacking(found: Sufficiency, names: Names, on: date) -> str:
    """Return what keeps evidence from sufficing, as the second half of a sentence."""
    parts = []
    for missing in found.missing:
        if missing.lack is Lack.PIECES:
            parts.append(counting(found, names, on))
        elif missing.lack is Lack.SPAN and found.count > 1:
            parts.append(
                f"first and last piece lie {counted(missing.have, 'day', 'days')} apart, and {missing.need} are asked"
            )
        elif missing.lack is Lack.CORROBORATION and found.counted:
            parts.append(
                f"{number_word(missing.have)} of {number_word(missing.need)} colleagues has confirmed a piece"
                if missing.have
                else "no colleague has confirmed a piece"
            )
        elif missing.lack is Lack.KINDS and found.counted:
            parts.append(f"they are of {counted(missing.have, 'kind', 'kinds')}, and {missing.need} are asked")
    return join_words(parts) or "no piece counts"


def why_blocked(blocker: Blocker, names: Names, on: date, *, own: bool) -> str:
    """Return why an expectation blocks. `own`: the engineer reads it themselves."""
    standing = blocker.standing
    if blocker.group is BlockerGroup.UNASSESSED:
        return _why_unassessed(standing, names, on, own=own)
    if standing.rating is None:
        return ""
    if blocker.group is BlockerGroup.UNPROVEN:
        words = f"Rated {quoted(standing.rating)}, but {lacking(standing.sufficiency, names, on)}"
    else:
        words = rated(standing.rating, names, on)
        if blocker.group is BlockerGroup.SLIPPED:
            words += ", after the level that covers it was granted"
    words += "."
    if standing.is_rating_old:
        words += " That rating is older than 12 months."
    if blocker.is_one_of_several:
        words += f" {_of_several(blocker)}"
    return words


def _why_unassessed(standing: Standing, names: Names, on: date, *, own: bool) -> str:
    if standing.had_no_opportunity and standing.answer is not None:
        given = standing.answer
        words = f"{named(given.author_id, names)} saw no opportunity to show it on {said_on(given.given_on, on)}."
    else:
        words = "Your manager has not rated this yet." if own else "Not rated yet."
    found = standing.sufficiency
    if not found.counted:
        return f"{words} Nothing that counts is linked to it."
    return f"{words} {counting(found, names, on)}."


def _of_several(blocker: Blocker) -> str:
    rule = blocker.cell.rule
    return (
        f"Any {number_word(rule.needed)} of {number_word(rule.of)} expectations are enough here; "
        f"{counted(blocker.cell.met, 'holds', 'hold')}."
    )


def what_would_show(blocker: Blocker, on: date) -> str:
    """Return what would lift a blocker, with the dates that the rules work out."""
    found, further = blocker.standing.sufficiency, blocker.further
    needed = further_words(further, found, on) if further else ""
    earlier = earlier_words(further) if further else ""
    if blocker.group is BlockerGroup.UNPROVEN:
        words = f"{needed}." if needed else ""
    elif blocker.group is BlockerGroup.UNASSESSED:
        words = f"A rating, and {needed[0].lower()}{needed[1:]}." if needed else "A rating; the evidence is there."
    else:
        words = f"{needed}, then a new rating." if needed else "A new rating; the evidence is there."
    return f"{words} {earlier}" if earlier else words


def further_words(further: Further, found: Sufficiency, on: date) -> str:
    """Return what further evidence would suffice, beginning with a capital and without the full stop."""
    parts = []
    if further.pieces:
        more = " more" if found.counted else ""
        words = f"{number_word(further.pieces)}{more} {plural(further.pieces, 'piece', 'pieces')}"
        parts.append(words + _when(further, found, on))
    if further.corroborators:
        who = f"{number_word(further.corroborators)} colleagues" if further.corroborators > 1 else "a colleague"
        parts.append(f"the confirmation of {who} other than the line manager")
    if further.new_kinds:
        parts.append(f"{counted(further.new_kinds, 'kind', 'kinds')} not yet among them")
    words = join_words(parts)
    return words[:1].upper() + words[1:]


def _when(further: Further, found: Sufficiency, on: date) -> str:
    apart = f"so that first and last lie {found.rule.span_days} days apart"
    if further.later_from is not None:
        words = f" on or after {long_date(further.later_from)}"
        # A last day that is further away than a year helps nobody to plan.
        if further.while_until is not None and further.while_until - on < timedelta(days=365):
            words += f" and by {long_date(further.while_until)}"
        return f"{words}, {apart}"
    if further.earlier_from is not None and further.earlier_until is not None:
        return f" from {long_date(further.earlier_from)} to {long_date(further.earlier_until)}, {apart}"
    if found.rule.span_days and not found.counted and further.pieces > 1:
        return f" that lie {found.rule.span_days} days apart"
    return ""


def earlier_words(further: Further) -> str:
    """Return that older work would do too, and of which days; empty where it would not, or nothing else would."""
    if further.later_from is None or further.earlier_from is None or further.earlier_until is None:
        return ""
    return f"Work from {long_date(further.earlier_from)} to {long_date(further.earlier_until)} would do too."


def arithmetic(found: Sufficiency) -> str:
    """Return what the evidence amounts to in one line: 2 pieces, 214 days apart, 1 voice.

    >>> arithmetic(Sufficiency(EvidenceRule(), (), 0, frozenset(), frozenset(), (), ()))
    'Nothing that counts is linked yet'
    """
    if not found.counted:
        return "Nothing that counts is linked yet"
    need = found.rule.min_count
    parts = [f"{found.count} of {need} pieces" if found.count < need else counted(found.count, "piece", "pieces")]
    if found.count > 1:
        parts.append(f"{counted(found.span_days, 'day', 'days')} apart")
    if found.corroborators:
        parts.append(counted(len(found.corroborators), "voice", "voices"))
    return ", ".join(parts)


def requirement(rule: EvidenceRule) -> str:
    """Return what a rule asks in one line: 2 pieces of the last 548 days, 180 days apart, 1 colleague."""
    words = f"{counted(rule.min_count, 'piece', 'pieces')} of the last {rule.window_days} days"
    if rule.span_days:
        words += f", first and last {rule.span_days} days apart"
    if rule.corroborators:
        words += f", confirmed by {counted(rule.corroborators, 'colleague', 'colleagues')}"
    if rule.min_kinds > 1:
        words += f", of {rule.min_kinds} kinds"
    return words


def left_out_words(found: Sufficiency) -> str:
    """Return why linked pieces do not count: 1 piece is too old, 1 was withdrawn."""
    reasons = {
        Reason.TOO_OLD: ("is too old", "are too old"),
        Reason.WITHDRAWN: ("was withdrawn", "were withdrawn"),
        Reason.SET_ASIDE: ("was set aside", "were set aside"),
        Reason.UNCONFIRMED: ("waits for the mentee’s word", "wait for the mentee’s word"),
        Reason.KIND: ("is of a kind that does not count", "are of kinds that do not count"),
        Reason.FUTURE: ("lies ahead", "lie ahead"),
        Reason.DRAFT: ("is a draft", "are drafts"),
    }
    parts = []
    for reason, (one, many) in reasons.items():
        if number := sum(left.reason is reason for left in found.left_out):
            parts.append(f"{number} {plural(number, one, many)}")
    return join_words(parts)


def explanation(standing: Standing, names: Names, on: date, level: str) -> str:
    """Return why an expectation has its status, in whole sentences. `level` is the level held."""
    found = standing.sufficiency
    if standing.status is Status.WAIVED and standing.waiver is not None:
        return f"Does not apply, as manager and HR agreed: {standing.waiver.reason}"
    if standing.status is Status.BANKED:
        words = f"Covered by {level}, which is held"
        old = standing.rating
        return f"{words}; last rated {quoted(old)} on {said_on(old.given_on, on)}." if old else f"{words}."
    if standing.rating is None:
        return _why_unassessed(standing, names, on, own=False)
    words = rated(standing.rating, names, on)
    if standing.is_slipped:
        words += f", after {level} was granted"
    if standing.status is Status.UNPROVEN:
        words += f", but {lacking(found, names, on)}"
    elif found.counted:
        words += f"; {counting(found, names, on)}"
    return f"{words}."


def verdict_lead(report: Readiness) -> str:
    """Return the sentence under a verdict: 17 of 20 required expectations up to L3 hold; three are missing."""
    words = f"{report.met} of {counted(report.of, 'required expectation', 'required expectations')}"
    words += f" up to {report.target.id} {plural(report.of, 'is', 'are')} met."
    if report.verdict is Verdict.READY:
        return f"{words} Nothing is missing."
    unmet = len(report.blockers)
    is_unknown = report.verdict is Verdict.CANNOT_TELL
    tail = plural(unmet, "has", "have") + " not been rated" if is_unknown else plural(unmet, "is", "are") + " missing"
    each = plural(unmet, "it says", "each says")
    return f"{words} {number_word(unmet).capitalize()} {tail}; {each} what would show it."


def confirmed_by(people: Collection[uuid.UUID], names: Names) -> str:
    """Return who confirmed a piece, for a citation; empty when nobody has."""
    return f"confirmed by {join_words(sorted(named(one, names) for one in people))}" if people else ""


def part_words(part: Missing) -> str:
    """Return one part of an evidence rule with how far it is fulfilled.

    >>> part_words(Missing(Lack.PIECES, 3, 2)), part_words(Missing(Lack.SPAN, 41, 90))
    ('3 pieces, 2 are asked', '41 of 90 days from first to last')
    """
    if part.lack is Lack.PIECES and part.have < part.need:
        return part.phrase
    if part.lack is Lack.PIECES:
        return f"{counted(part.have, 'piece', 'pieces')}, {part.need} {plural(part.need, 'is', 'are')} asked"
    if part.lack is Lack.SPAN and part.have < part.need:
        return f"{part.have} of {part.need} days from first to last"
    if part.lack is Lack.SPAN:
        return f"{part.have} days from first to last, {part.need} are asked"
    if part.lack is Lack.CORROBORATION:
        have = part.have if part.have < part.need else counted(part.have, "colleague", "colleagues")
        rest = f"of {counted(part.need, 'colleague', 'colleagues')}" if part.have < part.need else ""
        return f"confirmed by {have} {rest}".strip()
    return f"{part.have} of {counted(part.need, 'kind', 'kinds')}"
