"""A dress rehearsal: simulated people and a facilitator play a made day against a running server, as real phones would.

Speaks only the public protocol of docs/protocol.md and knows nothing of the server's insides.
"""

from app.rehearsal.command import add_arguments, main
from app.rehearsal.play import Plan, run

__all__ = ["Plan", "add_arguments", "main", "run"]
