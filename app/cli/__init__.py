"""The `belay` command. Exit status 0: done, 1: the input has faults, 2: wrong usage or it cannot start.

Owns no rule: every command calls the actions and queries that the pages call. What is done here is audited with the
actor `cli:<system user>`.
"""

from app.cli.main import main

__all__ = ["main"]
