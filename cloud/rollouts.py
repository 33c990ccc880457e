"""Rollouts as they run: once a second a step of each, from what is in SQL, and what is due goes to the broker. The rules are in cloud/domain/.

Everything is written before and after it is sent, and may be sent twice: a process that is killed goes on where it was.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cloud.adapters.db.documents import SqlDocuments
from cloud.adapters.db.rollouts import SqlRollouts
from cloud.configs import CityConfigs, known
from cloud.domain import rollout_acts, waves
from cloud.domain.configs import DocumentRow
from cloud.domain.rollout import CLOUD, LIVE, Entry, Options, Rollout, RolloutState, Step, again, leaving, step
from cloud.domain.rollout_acts import Act
from cloud.domain.seats import Paper, Seat, Sight, many, sent
from cloud.domain.uploads import Upload, printable, seat
from cloud.errors import RolloutRefused, RolloutUnknown
from cloud.judges import Judge
from cloud.ports import AuditBook, Outgoing, Roots
from contract.topics import Leaf, topic
from contract.trust import PAGE, Bundle

log = logging.getLogger(__name__)

TICK_S = 1.0
AT_ONCE = 200
"""Documents in one breath; between breaths a person may pause it."""
IN_FLIGHT = 20
"""Documents that the broker need not have taken yet when the next leaves: so many may have left, or not, when the line is cut."""
OLD_MS = 5_000
"""So often rollouts that are over are looked at, for stations that come back."""


@dataclass(frozen=True)
class Shelves:
    """Where everything about rollouts is kept."""

    rollouts: SqlRollouts
    documents: SqlDocuments
    configs: CityConfigs
    judge: Judge


class CityRollouts:
    """See `cloud.domain.configs.Rollouts`; `tick` is for one thread. `marked` is told what happened, for the time series; it must not raise."""

    def __init__(
        self, shelves: Shelves, roots: Roots, outgoing: Outgoing, audit: AuditBook, clock_ms: Callable[[], int],
        marked: Callable[[Rollout, Sequence[Entry], int], None] = lambda rollout, entries, now_ms: None,
    ) -> None:  # fmt: skip
        self._in, self._roots, self._outgoing, self._audit, self._clock_ms, self._marked = shelves, roots, outgoing, audit, clock_ms, marked
        self._one_at_a_time = threading.Lock()
        self._connected_ms: int | None = None
        self._looked_ms: dict[str, int] = {}
        self._written: dict[str, Rollout] = {}
        """Those that run, as they were last written: nobody else writes them."""

    def all(self) -> list[tuple[Rollout, dict[str, int]]]:
        """The newest first, without their seats, but how many are in which state."""
        return self._in.rollouts.all()

    def one(self, number: str) -> tuple[Rollout, list[Entry]]:
        """With its history. Raises: RolloutUnknown."""
        return self._known(number), self._in.rollouts.history(number)

    def draft(self, who: str, name: str, reason: str, release: str, options: Options) -> Rollout:
        """Raises: RolloutRefused."""
        waves.checked(options.waves)
        with self._one_at_a_time:
            name, reason, release = map(printable, (name, reason, release))
            fresh = Rollout(self._in.rollouts.next_id(), name, who, reason, release, options, self._clock_ms())
            self._in.rollouts.save(fresh, None, [Entry(fresh.made_ms, who, "draft", reason, f"release {release}")])
        self._note(who, "rollout.draft", fresh, reason, "")
        return fresh

    def put(self, number: str, uploads: Sequence[Upload], who: str = CLOUD) -> Rollout:
        """Raises: RolloutUnknown, RolloutRefused: nothing of this request was kept."""
        with self._one_at_a_time:
            before = self._known(number)
            if before.state is not RolloutState.DRAFT:
                raise RolloutRefused("state", before.state.value, f"rollout {number} is {before.state.value}", "documents go into a draft only", True)
            seats, rows = self._checked(before, uploads)
            after = before.with_seats(seats)
            self._in.documents.put(rows)
            self._save(after, before)
        self._note(who, "rollout.documents", after, "", f"{many(len(uploads))}, {uploads[0].station} to {uploads[-1].station}")
        return after

    def act(self, number: str, what: Act, who: str, why: str, dry_run: bool) -> tuple[Rollout, Step]:
        """Raises: RolloutUnknown, RolloutRefused."""
        why = printable(why)

        def made(before: Rollout) -> Step:
            if what is Act.START:
                self._must_be_free(before, list(before.seats))
            return self._free(before, rollout_acts.act(before, what, who, why, self._now(before)))

        return self._acted(number, made, who, f"rollout.{what.value}", why, dry_run)

    def cancel(self, number: str, station: str, who: str, why: str, dry_run: bool) -> tuple[Rollout, Step]:
        """Raises: RolloutUnknown, RolloutRefused."""
        why = printable(why)

        def made(before: Rollout) -> Step:
            return self._free(before, rollout_acts.cancel(before, station, who, why, self._now(before)))

        return self._acted(number, made, who, "rollout.cancel", f"{station}: {why}", dry_run)

    def tick(self) -> bool:
        """A step of each; whether there is more to do at once. Nothing happens while the broker is away: nobody can be heard. Raises: LedgerDown."""
        connected_ms = self._outgoing.connected_ms
        if connected_ms is None:
            return False
        returned = connected_ms != self._connected_ms
        more, active = False, self._in.rollouts.active()
        with self._one_at_a_time:
            self._written = {number: one for number, one in self._written.items() if number in active}
        for number in active:
            with self._one_at_a_time:
                more |= self._step(number, connected_ms, returned)
        self._connected_ms = connected_ms
        return more

    def _acted(self, number: str, made: Callable[[Rollout], Step], who: str, what: str, why: str, dry_run: bool) -> tuple[Rollout, Step]:
        with self._one_at_a_time:
            before = self._known(number)
            done = made(before)
            if dry_run:
                return before, done
            self._note(who, what, before, why, "; ".join(entry.result for entry in done.entries)[:500])
            self._save(done.rollout, before, done.entries)
        self._marked(done.rollout, done.entries, self._clock_ms())
        return before, done

    def _step(self, number: str, connected_ms: int, returned: bool) -> bool:
        now_ms = self._clock_ms()
        before = self._written.get(number) or self._in.rollouts.one(number)
        if before is None or not (returned or self._due(before, now_ms)):
            return False
        rollout = again(before) if returned else before
        shelf = self._in.documents
        sight = Sight(shelf.told(rollout.seats), shelf.online(), connected_ms, shelf.newest(rollout.seats))
        done = step(rollout, sight, self._in.judge.verdict(rollout, now_ms), now_ms)
        if done.rollout is not before:
            self._save(done.rollout, before, done.entries)
            self._tell(before, done)
        moved = (done.rollout.wave, done.rollout.line and done.rollout.line.state) != (before.wave, before.line and before.line.state)
        return self._send(done.rollout) or moved

    def _save(self, after: Rollout, before: Rollout, entries: Sequence[Entry] = ()) -> None:
        self._written.pop(after.id, None)  # a commit that fails may have been one: look again
        self._in.rollouts.save(after, before, entries)
        self._written[after.id] = after

    def _due(self, rollout: Rollout, now_ms: int) -> bool:
        if rollout.state in LIVE or any(one.due is not Paper.NONE for one in rollout.seats.values()):
            return True
        if 0 <= now_ms - self._looked_ms.get(rollout.id, -OLD_MS) < OLD_MS:
            return False
        self._looked_ms[rollout.id] = now_ms
        return True

    def _send(self, rollout: Rollout) -> bool:
        """Some of what is due; whether there is more. What the broker did not take stays due."""
        due = leaving(rollout)
        if not due:
            return False
        these, roots = due[:AT_ONCE], self._roots.chain()
        signed = self._in.documents.signed(rollout.id, [(one.station, one.due) for one in these])
        done = list[Seat]()
        for at in range(0, len(these), IN_FLIGHT):
            lot = these[at : at + IN_FLIGHT]
            bundles = [(topic(one.station, Leaf.CFG_DESIRED), Bundle(roots=roots, document=signed[one.station, one.due])) for one in lot]
            taken = self._outgoing.deliver_each([(name, bundle.model_dump_json().encode()) for name, bundle in bundles], 1, True)
            done += [one for one, here in zip(lot, taken, strict=True) if here]
            if not all(taken):
                break
        if not done:
            return False
        now_ms = self._clock_ms()
        self._in.documents.published(rollout.id, [(one.station, one.due) for one in done], now_ms)
        self._save(rollout.with_seats([sent(one, now_ms) for one in done]), rollout)
        return len(due) > len(done) == min(len(due), AT_ONCE)

    def _tell(self, before: Rollout, done: Step) -> None:
        for entry in done.entries:
            log.info("rollout %s: %s: %s; %s", before.id, entry.what, entry.why, entry.result)
        if done.rollout.state is not before.state:
            last = done.entries[-1] if done.entries else Entry(self._clock_ms(), CLOUD, done.rollout.state.value, "", "")
            self._note(CLOUD, f"rollout.{done.rollout.state.value}", before, last.why, last.result)
        self._marked(done.rollout, done.entries, self._clock_ms())

    def _checked(self, rollout: Rollout, uploads: Sequence[Upload]) -> tuple[list[Seat], list[DocumentRow]]:
        root, roots = self._roots.current(), self._roots.chain()
        if root is None:
            text = "no_root: the cloud knows no root, so it can not tell who may sign"
            raise RolloutRefused("trust", "no_root", text, f"PUT /trust/roots first; see {PAGE}", True)
        names = [upload.station for upload in uploads]
        self._must_be_free(rollout, names)
        now = datetime.fromtimestamp(self._clock_ms() / 1000, UTC)
        rows, seats, found = self._in.configs.of(names), list[Seat](), list[DocumentRow]()
        for upload in uploads:
            fresh, new, undo = seat(upload, known(rows[upload.station]), root, roots, now)
            seats.append(fresh)
            found.append(DocumentRow(rollout.id, upload.station, Paper.NEW, new.version, upload.document.sha256, printable(new.release), upload.document))
            found.append(DocumentRow(rollout.id, upload.station, Paper.UNDO, undo.version, upload.undo.sha256, printable(undo.release), upload.undo))
        return seats, found

    def _free(self, before: Rollout, done: Step) -> Step:
        """Whoever is sent something by this has no part in another one: a wave that follows there would meet a version that it does not know."""
        self._must_be_free(before, [name for name, one in done.rollout.seats.items() if one.due is not Paper.NONE and one != before.seats[name]])
        return done

    def _must_be_free(self, rollout: Rollout, names: Sequence[str]) -> None:
        held = self._in.rollouts.held(set(names), rollout.id)
        if held:
            station, other = min(held.items())
            text = f"{station} is in rollout {other}, which is not over; {many(len(held))} of this one {'is' if len(held) == 1 else 'are'} held so"
            raise RolloutRefused(station, other, text, f"wait for {other}, abort it, or cancel the station there", True)

    def _now(self, rollout: Rollout) -> rollout_acts.Now:
        return rollout_acts.Now(self._clock_ms(), self._in.documents.online(), self._in.documents.newest(rollout.seats))

    def _known(self, number: str) -> Rollout:
        found = self._written.get(number) or self._in.rollouts.one(number)
        if found is None:
            raise RolloutUnknown(f"there is no rollout {number!r}")
        return found

    def _note(self, who: str, what: str, rollout: Rollout, why: str, result: str) -> None:
        detail = {"rollout": rollout.name, "release": rollout.release, "reason": why, "result": result}
        self._audit.note(who, what, rollout.id, json.dumps(detail, ensure_ascii=False))
