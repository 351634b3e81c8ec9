"""Telling sockets that something changed."""

from app.live.hub import Frame, Hub, Subscriber
from app.live.pipes import Pipe, Text
from app.live.relay import LocalRelay, NotifyRelay, Relay

__all__ = ["Frame", "Hub", "LocalRelay", "NotifyRelay", "Pipe", "Relay", "Subscriber", "Text"]
