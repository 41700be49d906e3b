"""READ FIRST: the stages in order, each as load → stage → save. Only this module joins rooms.

Every function takes an open `Store`, `Settings` and plain values, and returns a frozen dataclass. Time is passed in.
"""

from __future__ import annotations
