"""A root that came with a roster: the station says at once that it believes it now, not only at its next configuration or connection."""

from pathlib import Path

from contract.signing import Kind, canonical, sign_text
from contract.trust import SignedRoster
from edge.domain.messages import RosterReceived
from tests.contract.signed_examples import ROOT, ROOT_KEYS, SIGNED_ROOT
from tests.scenarios.configs import people, rooted


def test_the_root_of_a_roster_is_reported_at_once(tmp_path: Path) -> None:
    bench = rooted(tmp_path)
    bench.after(6.0)
    assert [report.root for report in bench.cloud.reports] == [1]
    second = sign_text(Kind.ROOT, canonical(ROOT.model_copy(update={"version": 2}).model_dump(mode="json")), *ROOT_KEYS[:2])
    sent = SignedRoster.model_validate_json(people()).model_copy(update={"roots": (SIGNED_ROOT, second)})
    bench.post(RosterReceived(sent.model_dump_json().encode()))
    bench.after(1.0)
    assert [report.root for report in bench.cloud.reports] == [1, 2]
    bench.after(30.0)
    assert len(bench.cloud.reports) == 2
    bench.close()
