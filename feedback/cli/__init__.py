"""The command line: one file per verb; options in, typed call, result out.

Only this room prints. Heavy imports happen inside the verbs, so that `--help` is quick.
"""

from feedback.cli.app import main

__all__ = ["main"]
