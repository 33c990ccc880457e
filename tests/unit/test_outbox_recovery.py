"""How soon a row is sent again that a killed cloud or broker took with it: when it was overtaken, and when the cloud comes back."""

from __future__ import annotations

from cloud.domain.progress import Progress, answers, commit
from edge.domain.outbox import OVERTAKEN_S, RETRY_S, Outbox
from edge.domain.pace import Pace

EPOCH = "0000000a"


def outbox(rows: int, alarms: tuple[int, ...] = ()) -> Outbox:
    """Connected, everything handed over at time 0."""
    box = Outbox(EPOCH, 1, 0)
    box.link(True)
    for seq in range(1, rows + 1):
        box.stored(seq, seq in alarms)
    hand_over(box, 0.0)
    return box


def hand_over(box: Outbox, now: float) -> list[int]:
    seqs = box.wanted(now)
    for seq in seqs:
        box.sent(seq, now)
    return seqs


def more(box: Outbox, seq: int, now: float, alarm: bool = False) -> None:
    box.stored(seq, alarm)
    assert hand_over(box, now) == [seq]


def test_what_was_overtaken_is_sent_again_at_once() -> None:
    box = outbox(3)
    more(box, 4, 2.0)
    box.acknowledged(EPOCH, 0, [(4, 4)], 2.1)
    assert box.deadline() <= 2.1
    assert hand_over(box, 2.1) == [1, 2, 3]


def test_what_went_out_together_may_be_acknowledged_in_pieces() -> None:
    box = outbox(4)
    box.acknowledged(EPOCH, 0, [(3, 4)], 0.1)
    assert hand_over(box, RETRY_S - 0.1) == []


def test_an_alarm_overtakes_nothing_but_alarms() -> None:
    box = outbox(2)
    more(box, 3, 2.0, alarm=True)
    box.acknowledged(EPOCH, 0, [(3, 3)], 2.1)
    assert hand_over(box, 2.2) == []
    more(box, 4, 3.0)
    box.acknowledged(EPOCH, 0, [(3, 4)], 3.1)
    assert hand_over(box, 3.1) == [1, 2]


def test_an_alarm_that_waits_does_not_hide_what_was_overtaken() -> None:
    box = outbox(2, alarms=(1,))
    more(box, 3, 2.0)
    box.acknowledged(EPOCH, 0, [(3, 3)], 2.1)
    assert hand_over(box, 2.1) == [2]


def test_a_row_sent_again_is_given_its_time() -> None:
    box = outbox(1)
    more(box, 2, 2.0)
    box.acknowledged(EPOCH, 0, [(2, 2)], 2.1)
    assert hand_over(box, 2.1) == [1]
    assert hand_over(box, 2.1 + OVERTAKEN_S) == []


def test_a_cloud_that_comes_back_is_sent_what_was_under_way() -> None:
    box = outbox(2)
    more(box, 3, 9.0)
    box.rewind(sent_before=8.0)
    assert hand_over(box, 9.5) == [1, 2]


def test_alarms_that_the_cloud_can_not_name_all_at_once_hold_up_nothing() -> None:
    """A station that was away for long, restarted: alarms lie scattered in its backlog, and an acknowledgement names a few ranges only."""
    rows, alarms = 4000, tuple(range(5, 4000, 10))
    box = Outbox(EPOCH, 1, rows, alarms, Pace(200))
    box.link(True)
    cloud, now = Progress(), 0.0
    while box.waiting() and now < 120:
        seqs = box.wanted(now, 16)
        for seq in seqs:
            box.sent(seq, now)
        if seqs:
            cloud = commit(cloud, box.first, seqs)
            for ahead in answers(cloud, seqs):
                box.acknowledged(EPOCH, cloud.upto, ahead, now)
        now += 0.05
    assert not box.waiting(), f"{box.waiting()} rows never went, the cloud has {cloud.upto}"



def test_alarms_leave_room_for_the_oldest_rows() -> None:
    box = Outbox(EPOCH, 1, 1000, range(2, 1001, 2))
    box.link(True)
    assert set(range(1, 20, 2)) <= set(hand_over(box, 0.0))
