"""The sockets to serve: bound here or inherited; one for each worker where the kernel shares out between them."""

import os
import socket
import sys

FIRST_FROM_SYSTEMD = 3  # sd_listen_fds(3)


def sockets(host: str, port: int, workers: int = 1, fd: int | None = None) -> list[socket.socket]:
    """Sockets on one address, bound but not yet listening: one, or one for each worker. Raises OSError.

    On Linux the kernel spreads new connections over sockets that share a port; elsewhere workers share one socket.
    """
    if fd is None and os.environ.get("LISTEN_PID") == str(os.getpid()):
        fd = FIRST_FROM_SYSTEMD
    if fd is not None:
        return [_tuned(socket.socket(fileno=fd))]
    share = workers > 1 and sys.platform == "linux"
    first = _bound(host, port, share)
    return [first, *(_bound(host, first.getsockname()[1], share) for _ in range(workers - 1 if share else 0))]


def place(listening: socket.socket, host: str, port: int) -> tuple[str, int]:
    """Host and port a socket can be reached at; for a socket without them, those given."""
    if listening.family in (socket.AF_INET, socket.AF_INET6):
        host, port = listening.getsockname()[:2]
    return host, port


def _bound(host: str, port: int, share: bool) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = _tuned(socket.socket(family, socket.SOCK_STREAM))
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if share:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listening.bind((host, port))
    return listening


def _tuned(listening: socket.socket) -> socket.socket:
    """Linux cuts what a phone has not taken for so long; nobody else can."""
    if hasattr(socket, "TCP_USER_TIMEOUT") and listening.family in (socket.AF_INET, socket.AF_INET6):
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 15_000)
    return listening
