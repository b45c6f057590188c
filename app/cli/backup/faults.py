"""What can be wrong with a copy or with the place it goes to."""


class BackupError(Exception):
    """A copy cannot be made or restored. The message is a whole sentence for the person at the command line."""


class DamagedError(BackupError):
    """The copy is not what was written: truncated, altered, or no copy at all."""


class OtherVersionError(BackupError):
    """The copy was made by an older or a newer Belay. The message names both and how to go on."""


class InUseError(BackupError):
    """A server, a worker or another program uses the database."""


class NotEmptyError(BackupError):
    """There is a database already, and nobody said that it is to be replaced."""
