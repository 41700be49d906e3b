"""One tree of exceptions; each carries a hint and the exit code that the command line returns.

FeedbackError                1  a fault of ours, or the base of those below
├── UsageError               2  wrong options or values
├── InputError               4  input that cannot be used
│   ├── UnreadableFile          missing, empty, damaged, of an unknown format
│   ├── MissingColumn           a table without a column that is needed
│   ├── BadLexicon              a lexicon file breaks its format
│   ├── BadSettings             feedback.toml breaks its format
│   ├── BadModel                a model file cannot be used
│   └── NothingToDo             the store holds no records that the verb could work on
└── StoreError               5
    ├── StoreBusy               another process holds the store
    ├── StoreTooNew             written by a newer version
    └── StoreDamaged            not a store, or broken
"""

from __future__ import annotations


class FeedbackError(Exception):
    """A fault that a person can act on: `message` says what and where, `hint` what to do."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message

    def __reduce__(self) -> tuple[object, ...]:
        # Raised in worker processes too: without this a keyword-only argument breaks unpickling.
        return (_rebuild, (type(self), self.message, self.hint))


def _rebuild(kind: type[FeedbackError], message: str, hint: str | None) -> FeedbackError:
    return kind(message, hint=hint)


class UsageError(FeedbackError):
    """Wrong options or values."""

    exit_code = 2


class InputError(FeedbackError):
    """Input that cannot be used."""

    exit_code = 4


class UnreadableFile(InputError):
    """A file that is missing, empty, damaged or of an unknown format."""


class MissingColumn(InputError):
    """A table lacks a column that is needed."""


class BadLexicon(InputError):
    """A lexicon file breaks its format; the message names file and entry."""


class BadSettings(InputError):
    """The settings file breaks its format; the message names the key."""


class BadModel(InputError):
    """A model file cannot be used."""


class NothingToDo(InputError):
    """The store holds no records that the verb could work on."""


class StoreError(FeedbackError):
    """The store cannot be used."""

    exit_code = 5


class StoreBusy(StoreError):
    """Another process holds the store."""


class StoreTooNew(StoreError):
    """The store was written by a newer version of this program."""


class StoreDamaged(StoreError):
    """The file is not a store, or is broken."""
