"""The company's policies: the numbers and choices that the handbook calls house rules.

Owns the table `policy_value`. May use audit, access, infra and domain. What policies there are, with their defaults and
limits, stands in `domain/policies.py`; features read a value, the pages under /admin change it with a reason.
"""

from flask import Flask


def register(app: Flask) -> None:
    """Join policies."""
    del app
