"""The queue between the broker and the ingest: bounded by number and bytes; full means wait."""

from __future__ import annotations

import threading

from cloud.ingest import Inbox, Message


def message(size: int = 1) -> Message:
    return Message("t", b"x" * size, False, 0.0)


def blocked(inbox: Inbox, one: Message) -> threading.Thread:
    thread = threading.Thread(target=inbox.put, args=(one,), daemon=True)
    thread.start()
    thread.join(0.05)
    assert thread.is_alive()
    return thread


def test_a_full_inbox_makes_the_sender_wait_until_there_is_room() -> None:
    inbox = Inbox(most=2)
    assert inbox.put(message()) and inbox.put(message())
    waiting = blocked(inbox, message())
    assert len(inbox.take(1, 0, 0)) == 1
    waiting.join(2)
    assert (waiting.is_alive(), len(inbox)) == (False, 2)


def test_bytes_count_too_but_one_message_always_fits() -> None:
    inbox = Inbox(most_bytes=10)
    assert inbox.put(message(50))
    waiting = blocked(inbox, message(5))
    assert [len(one.payload) for one in inbox.take(9, 0, 0)] == [50]
    waiting.join(2)
    assert len(inbox) == 1


def test_closing_lets_everybody_go() -> None:
    inbox = Inbox(most=1)
    inbox.put(message())
    waiting = blocked(inbox, message())
    inbox.close()
    waiting.join(2)
    assert not waiting.is_alive() and not inbox.put(message())


def test_nothing_comes_out_of_an_empty_inbox() -> None:
    assert Inbox().take(10, 0, 0.01) == []
