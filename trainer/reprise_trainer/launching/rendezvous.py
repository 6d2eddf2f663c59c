"""Where the processes of one machine find each other: a store that listens on loopback only.

torch's own listens on every interface, and takes a port that was free a moment ago.
"""

from __future__ import annotations

import socket

from torch.distributed import TCPStore
from torch.distributed.elastic.rendezvous import (
    RendezvousHandler,
    RendezvousInfo,
    RendezvousParameters,
    rendezvous_handler_registry,
)
from torch.distributed.elastic.rendezvous.static_tcp_rendezvous import StaticTCPRendezvous

NAME = "reprise-loopback"
ADDRESS = "127.0.0.1"
TIMEOUT_SECONDS = 600


class Loopback(StaticTCPRendezvous):
    """torch's static rendezvous, on a listener of our own."""

    def get_backend(self) -> str:
        """The name it is registered under: torch insists."""
        return NAME

    def next_rendezvous(self) -> RendezvousInfo:
        """Open the store at the first call; torch's own code then finds it open."""
        if self._store is None:
            listener = socket.create_server((ADDRESS, 0))
            self.master_port = listener.getsockname()[1]
            self._store = TCPStore(
                ADDRESS,
                self.master_port,
                is_master=True,
                timeout=self.timeout,
                wait_for_workers=False,
                master_listen_fd=listener.detach(),
            )
        return super().next_rendezvous()


def register() -> None:
    """Make it known to `accelerate launch --rdzv_backend`. One machine: its agent is number 0 of 1."""

    def create(parameters: RendezvousParameters) -> RendezvousHandler:
        return Loopback(ADDRESS, 0, 0, 1, parameters.run_id, TIMEOUT_SECONDS)

    rendezvous_handler_registry.register(NAME, create)
