"""Real uvicorn servers on 127.0.0.1, in threads of the test's process."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager


@contextmanager
def uvicorned(app, **config):
    """Serve an ASGI application until the block is left. Yields its origin."""
    import uvicorn

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="critical", lifespan="off", ws="none", timeout_graceful_shutdown=1, **config)
        )
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(10)
