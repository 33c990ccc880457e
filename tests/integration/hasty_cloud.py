"""`python -m tests.integration.hasty_cloud`: the cloud, sabotaged: it acknowledges what it heard before it has committed it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence

import cloud.app
from cloud.__main__ import main
from cloud.ingest import Message, Step
from contract.envelope import Ack
from contract.packing import unpack
from contract.topics import Leaf, parse, topic

DISK_S = 0.3
"""A disk that takes its time: what makes the mistake show soon."""


class HastyStep(Step):
    """Acknowledges, waits, commits."""

    def __call__(self, messages: Sequence[Message]) -> None:
        for one in messages:
            station, leaf = parse(one.topic)
            if leaf in (Leaf.EVT, Leaf.ALARM, Leaf.TELE):
                said = json.loads(unpack(one.payload))
                ack = Ack(epoch=said["epoch"], upto=said["seq"])
                self._outgoing.publish(topic(station, Leaf.ACK), ack.model_dump_json().encode(), 1, False)
        time.sleep(DISK_S)
        super().__call__(messages)


if __name__ == "__main__":
    setattr(cloud.app, "Step", HastyStep)  # noqa: B010  only here: the cloud itself offers no such choice
    sys.exit(main([]))
