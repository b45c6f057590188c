"""`belay` that kills itself with signal 9 at the nth step; BELAY_DIE_AT says which, BELAY_DIE_IN what counts as a step.

`statements`: what is sent to the database. `files`: what is opened, renamed, removed or cut below the data folder.
"""

import os
import signal
import sys

from sqlalchemy import Engine, event

from app.cli import main

FILE_EVENTS = frozenset({"open", "os.rename", "os.remove", "os.truncate", "sqlite3.connect"})


class Steps:
    """Counts steps, and ends the process at one of them."""

    def __init__(self, last: int) -> None:
        """Take the number of the last step."""
        self.left = last

    def one(self) -> None:
        """Count a step."""
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    steps = Steps(int(os.environ["BELAY_DIE_AT"]))
    if os.environ["BELAY_DIE_IN"] == "statements":
        event.listen(Engine, "before_cursor_execute", lambda *_: steps.one())
    else:
        folder = os.environ["BELAY_DATA"]

        def look(name, arguments):
            if name in FILE_EVENTS and str(arguments[0]).startswith(folder):
                steps.one()

        sys.addaudithook(look)
    main()
