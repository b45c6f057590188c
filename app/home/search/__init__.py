"""Full-text search over what somebody may read: people, ladders, evidence, comments, joint notes and growth plans.

Owns no table of a model: the index belongs to the database, and its triggers keep it (migration 0013). Every row is
fetched under the condition of the policy that opens its page, in the same select that looks for the words.
"""

from app.home.search import tidying


def register() -> None:
    """Join the page to the blueprint of the start page, and let the worker tidy the index."""
    from app.home.search import views  # noqa: F401, PLC0415 - views need the registered policy

    tidying.register()
