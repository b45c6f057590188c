"""A small ladder without a fault, which tests break in one place at a time."""

SMALL = """\
schema: ladder/1
ladder: small
version: 1.0.0
title: Small
axes:
  - {id: breadth, name: Breadth}
competencies:
  - id: craft
    name: Craft
levels:
  - id: L1
    rank: 1
    next: [L2]
  - id: L2
    rank: 2
    descriptors: {breadth: A team}
expectations:
  - id: one
    competency: craft
    step: 1
    text: Finishes small tasks.
    origin: org
  - id: two
    competency: craft
    step: 2
    text: Finishes large tasks.
    axes: [breadth]
    origin: document
    evidence:
      kinds: [pull_request, incident]
      min_count: 2
    sources:
      - file: handbook.txt
        quote: finishes large tasks
aggregation:
  overrides:
    - {competency: craft, level: L2, rule: k_of_n, k: 1}
escalation:
  - from: L1
    to: L2
    text: It is too hard.
    origin: org
examples:
  - id: release
    title: A release
    lines:
      - level: L1
        text: Tests it.
retired: [zero]
"""

SOURCES = {"handbook.txt": "Whoever is at L2\nfinishes “large”  Tasks. It’s so. She finishes large\n tasks."}


def broken(*changes: tuple[str, str]) -> str:
    """Return the small ladder with each first text replaced, where it occurs first, by the second."""
    text = SMALL
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text
