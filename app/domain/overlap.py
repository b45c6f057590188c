"""Whether two tables of the same people may stand side by side: of two groupings that overlap, a difference may tell.

Source of the rules: domain specification, section 5.3. A team of ten and a competency that those ten and one more rated
are both large enough, and what lies between them is one person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from itertools import combinations

from app.domain.suppression import SMALLEST_GROUP


def may_stand_together(people: Mapping[frozenset[Hashable], int], k: int = SMALLEST_GROUP) -> bool:
    """Say whether no sum or difference of lines that are shown is about fewer than k people.

    `people` says how many stand in which lines, of one table or of the other; each is in one line of the first and in
    one or more of the second. Whoever stands in lines that go into a sum alike takes no part in it. So lines that share
    k people must go in alike or tell of these k, and are taken for one; when nothing is left that shares people, there
    is nothing to tell. Where it cannot be seen so, the answer is no.

    >>> may_stand_together({frozenset({"team", "skill"}): 4}), may_stand_together({frozenset({"team", "skill"}): 5})
    (False, True)
    """
    stands_for: dict[Hashable, Hashable] = {}
    left = Counter(people)
    while True:
        shared: Counter[frozenset[Hashable]] = Counter()
        for lines, number in left.items():
            for pair in combinations(lines, 2):
                shared[frozenset(pair)] += number
        alike = [pair for pair, number in shared.items() if number >= k]
        if not alike:
            return not shared
        for one, other in alike:
            first, second = _root(stands_for, one), _root(stands_for, other)
            if first != second:
                stands_for[second] = first
        left = _merged(left.items(), stands_for)


def _root(stands_for: Mapping[Hashable, Hashable], line: Hashable) -> Hashable:
    while line in stands_for:
        line = stands_for[line]
    return line


def _merged(
    people: Iterable[tuple[frozenset[Hashable], int]], stands_for: Mapping[Hashable, Hashable]
) -> Counter[frozenset[Hashable]]:
    merged: Counter[frozenset[Hashable]] = Counter()
    for lines, number in people:
        merged[frozenset(_root(stands_for, line) for line in lines)] += number
    return merged
