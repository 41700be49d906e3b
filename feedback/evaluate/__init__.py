"""Gold against verdicts, without knowing any judge: gold records and verdicts in, measures with intervals out."""

from feedback.evaluate.gold import GoldRecord, read_gold
from feedback.evaluate.measures import Evaluation, evaluate

__all__ = ["Evaluation", "GoldRecord", "evaluate", "read_gold"]
