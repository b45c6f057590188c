"""Pages for those who look after Belay: accounts, policies, jobs, health, and the record of who did what.

Owns no tables. May use every feature below. Technical power opens no personnel record: an administrator sees that
something happened, not what it says.
"""

from flask import Flask


def register(app: Flask) -> None:
    """Join administration."""
    from app.admin import housekeeping  # noqa: PLC0415 - it joins a queue that is there by now
    from app.admin.views import bp, probes  # noqa: PLC0415 - views need the registered policy

    housekeeping.register()
    app.register_blueprint(bp)
    app.register_blueprint(probes.bp)
