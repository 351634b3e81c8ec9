"""The receiving end of a request: a connection that says nothing, or only half of what it wants, is let go.

It rests on internals of uvicorn 0.54, as `pipes` does.
"""

from asyncio import TimerHandle, Transport

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

ASK_WITHIN = 5.0  # seconds to send the head of a request, which carries the token
SEND_WITHIN = 20.0  # seconds more to send its body, which is small: a slow wifi is no crime


class PromptRequests(HttpToolsProtocol):
    """uvicorn's HTTP protocol, with an end to its patience. Between two requests its own keep-alive limit holds."""

    deadline: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect(ASK_WITHIN)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._expect(ASK_WITHIN)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._expect(SEND_WITHIN)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._expect(None)

    def handle_websocket_upgrade(self) -> None:
        self._expect(None)
        super().handle_websocket_upgrade()

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect(None)
        super().connection_lost(exc)

    def _expect(self, within: float | None) -> None:
        """Cut the connection unless the next part comes so soon; None waits for nothing more."""
        if self.deadline is not None:
            self.deadline.cancel()
        self.deadline = None if within is None else self.loop.call_later(within, self.transport.abort)
