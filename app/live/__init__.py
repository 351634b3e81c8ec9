"""Telling sockets that something changed."""

from app.live.hub import Frame, Hub, Subscriber
from app.live.pipes import Pipe, Text

__all__ = ["Frame", "Hub", "Pipe", "Subscriber", "Text"]
