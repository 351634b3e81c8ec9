"""The bench: the live core measured beside bare baselines, run in turns, so that ratios hold on a noisy machine.

Everything it starts listens on loopback, is bounded in count and time, and is stopped before the command ends.
"""

from app.bench.command import add_arguments, main

__all__ = ["add_arguments", "main"]
