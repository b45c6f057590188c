"""`belay backup` and `belay restore`: one complete, checked copy of everything that Belay keeps.

Owns the format of a copy and no table. A copy is taken while the server writes, and holds rows in a form that belongs
to neither database, so that a copy of SQLite can be restored into PostgreSQL and the other way round. See
docs/decisions/0009-one-backup-format-for-both-databases.md.
"""
