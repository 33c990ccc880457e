"""How many people are enrolled here, and whether that is more than a face alone may tell apart. Says so; `identity.decide` acts on it."""

from contract.config import IdentityConfig
from contract.facts import FaultCode
from edge.domain.faults import Faults
from edge.domain.identity import face_alone
from edge.domain.messages import Effects


class GallerySize:
    """`people` as last heard: from the vault, or with a comparison."""

    def __init__(self, config: IdentityConfig, faults: Faults) -> None:
        self._config, self._faults = config, faults
        self.people = 0

    def tick(self, now: float) -> Effects:
        """A fault stands while there are more people than the engine's table of limits was calibrated for. It blocks nothing else."""
        if face_alone(self._config, self.people):
            return self._faults.clear(FaultCode.GALLERY_TOO_LARGE, "", now)
        most = self._config.galleries[-1].gallery
        words = f"{self.people} people, the engine's table supports {most}: phone digits are asked too; recalibrate for more, or enrol fewer"
        return self._faults.raise_(FaultCode.GALLERY_TOO_LARGE, "", words, now)
