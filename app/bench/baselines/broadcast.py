"""The library's own way to tell everybody: `broadcast()` of websockets, one frame to every socket.

A socket that connects to /trigger sends a text, and everybody else gets it. Prints its port.
"""

import asyncio

from websockets.asyncio.server import ServerConnection, broadcast, serve

watching: set[ServerConnection] = set()


async def handle(socket: ServerConnection) -> None:
    if socket.request is not None and socket.request.path == "/trigger":
        async for text in socket:
            broadcast(watching, text)
        return
    watching.add(socket)
    await socket.send("{}")
    try:
        await socket.wait_closed()
    finally:
        watching.discard(socket)


async def main() -> None:
    async with serve(handle, "127.0.0.1", 0, compression=None, backlog=4096) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


try:
    import uvloop
except ImportError:
    asyncio.run(main())
else:
    uvloop.run(main())
