"""`belay` on SQLite with synchronous=NORMAL: the control of the power cut, which must lose acknowledged writes.

No setting of Belay does this. The listener is joined after Belay's own, and so has the last word.
"""

from sqlalchemy import Engine, event

from app.cli import main

if __name__ == "__main__":

    @event.listens_for(Engine, "connect")
    def _weaken(connection, _entry):
        connection.execute("PRAGMA synchronous=NORMAL")

    main()
