"""Keep an index of what people wrote, in the database itself, so that no change can pass it by."""

import sqlite3
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SOURCES = (
    # table, column that names the object the words belong to, columns of words
    ("person", "id", ("name",)),
    ("evidence", "id", ("title", "narrative")),
    ("evidence_link", "evidence_id", ("url",)),
    ("evidence_claim", "evidence_id", ("line",)),
    ("assessment_answer", "id", ("comment",)),
    ("assessment_note", "id", ("words",)),
    ("growth_goal", "id", ("words",)),
    ("growth_action", "id", ("words",)),
)
# Punctuation that parts words, so that both databases part them alike: ASCII's, Latin-1's, and the typographic signs.
PARTING = r"[\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\xa9\xab-\xb1\xb4\xb6-\xb8\xbb\xbf\u2000-\u206f\u3000-\u3003]+"
# PostgreSQL's `lower` knows the capitals of the database's language; in a database of language C those of ASCII alone.
CAPITALS = "".join(
    sign
    for sign in map(chr, range(0x80, 0x530))
    if sign.lower() != sign and len(sign.lower()) == 1 and unicodedata.normalize("NFD", sign) == sign
)
FIRST_WITH_SECURE_DELETE = (3, 42, 0)


def upgrade() -> None:
    """Make the index, fill it, and let triggers keep it."""
    is_postgres = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "search_text",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_text")),
        sa.UniqueConstraint("source", "part_id", name=op.f("uq_search_text_source_part_id")),
    )
    op.create_index("ix_search_text_object_id", "search_text", ["object_id"])
    if is_postgres:
        _index_in_postgres()
    else:
        _index_in_sqlite()
    for table, owner, columns in SOURCES:
        if is_postgres:
            _follow_in_postgres(table, owner, columns)
        else:
            _follow_in_sqlite(table, owner, columns)
        _run(
            f"INSERT INTO search_text (source, object_id, part_id, words) "
            f"SELECT '{table}', {owner}, id, {_said(columns)} FROM {table} WHERE {_said(columns)} <> ''"
        )


def _run(statement: str) -> None:
    # Straight to the driver's dialect: a colon inside is no parameter.
    op.get_bind().exec_driver_sql(statement)


def _said(columns: tuple[str, ...], row: str = "") -> str:
    return " || ' ' || ".join(f"{row}{column}" for column in columns)


def _index_in_postgres() -> None:
    """Index folded words: without accents, in small letters, parted at punctuation."""
    _run(
        "CREATE FUNCTION belay_keep_folded(said text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS "
        r"$$ SELECT translate(lower(regexp_replace(regexp_replace(normalize(said, NFD), '[\u0300-\u036f]', '', 'g'), "
        f"'{PARTING}', ' ', 'g')), '{CAPITALS}', '{CAPITALS.lower()}') $$"
    )
    _run(
        "ALTER TABLE search_text ADD COLUMN lexemes tsvector GENERATED ALWAYS AS "
        "(to_tsvector('simple'::regconfig, belay_keep_folded(words))) STORED"
    )
    _run("CREATE INDEX ix_search_text_lexemes ON search_text USING gin (lexemes)")


def _index_in_sqlite() -> None:
    """Index the words by reference: the index itself holds no text, only which word stands where.

    A library that cannot wipe single entries keeps words that are gone until the index is written anew. Triggers leave
    that to the worker: it takes as long for one piece as for a thousand.
    """
    _run(
        "CREATE VIRTUAL TABLE search_index USING fts5(words, content='search_text', content_rowid='id', "
        "tokenize='unicode61 remove_diacritics 2')"
    )
    if sqlite3.sqlite_version_info >= FIRST_WITH_SECURE_DELETE:
        _run("INSERT INTO search_index (search_index, rank) VALUES ('secure-delete', 1)")
    _run(
        "CREATE TRIGGER search_text_insert AFTER INSERT ON search_text BEGIN "
        "INSERT INTO search_index (rowid, words) VALUES (NEW.id, NEW.words); END"
    )
    _run(
        "CREATE TRIGGER search_text_delete AFTER DELETE ON search_text BEGIN "
        "INSERT INTO search_index (search_index, rowid, words) VALUES ('delete', OLD.id, OLD.words); END"
    )


def _follow_in_postgres(table: str, owner: str, columns: tuple[str, ...]) -> None:
    _run(
        f"CREATE FUNCTION belay_keep_found_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP <> 'INSERT' THEN DELETE FROM search_text WHERE source = '{table}' AND part_id = OLD.id; END IF; "
        f"IF TG_OP <> 'DELETE' THEN INSERT INTO search_text (source, object_id, part_id, words) "
        f"SELECT '{table}', NEW.{owner}, NEW.id, {_said(columns, 'NEW.')} WHERE {_said(columns, 'NEW.')} <> ''; "
        f"END IF; RETURN NULL; END $$"
    )
    changed = ", ".join(dict.fromkeys(("id", owner, *columns)))
    _run(
        f"CREATE TRIGGER search_{table} AFTER INSERT OR DELETE OR UPDATE OF {changed} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION belay_keep_found_{table}()"
    )


def _follow_in_sqlite(table: str, owner: str, columns: tuple[str, ...]) -> None:
    # A trigger names no other table than its own and the index: SQLite refuses to rename a table while a trigger
    # elsewhere speaks of it, which is how a later migration changes a table.
    away = f"DELETE FROM search_text WHERE source = '{table}' AND part_id = OLD.id;"
    put = (
        f"INSERT INTO search_text (source, object_id, part_id, words) "
        f"SELECT '{table}', NEW.{owner}, NEW.id, {_said(columns, 'NEW.')} WHERE {_said(columns, 'NEW.')} <> '';"
    )
    changed = ", ".join(dict.fromkeys(("id", owner, *columns)))
    _run(f"CREATE TRIGGER search_{table}_insert AFTER INSERT ON {table} BEGIN {put} END")
    _run(f"CREATE TRIGGER search_{table}_update AFTER UPDATE OF {changed} ON {table} BEGIN {away} {put} END")
    _run(f"CREATE TRIGGER search_{table}_delete AFTER DELETE ON {table} BEGIN {away} END")


def downgrade() -> None:
    """Take the index away; the words themselves stay where they were written."""
    if op.get_bind().dialect.name == "postgresql":
        for table, _, _ in SOURCES:
            op.execute(f"DROP FUNCTION belay_keep_found_{table} CASCADE")
        op.drop_table("search_text")
        op.execute("DROP FUNCTION belay_keep_folded")
        return
    for table, _, _ in SOURCES:
        for event in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER search_{table}_{event}")
    op.execute("DROP TABLE search_index")
    op.drop_table("search_text")
