"""Telling sockets that something changed."""

from app.live.hub import Frame, Hub, Subscriber

__all__ = ["Frame", "Hub", "Subscriber"]
