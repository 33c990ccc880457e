"""Errors of the cloud. A class exists only where somebody catches it."""


class CloudError(Exception):
    """Root of all: the text says what, where, the value and what to do."""


class SettingsRefused(CloudError):
    """The environment asks for something that cannot be; nothing was started."""


class LedgerDown(CloudError):
    """The database did not commit. Nothing was acknowledged, so stations keep and resend everything."""


class SeriesDown(CloudError):
    """The time-series store did not take the points."""


class PersonRefused(CloudError):
    """A change of people that would break the roster; nothing was changed. `where` names the field."""

    def __init__(self, where: str, value: str, text: str, hint: str) -> None:
        super().__init__(text)
        self.where, self.value, self.hint = where, value, hint


class PersonUnknown(CloudError):
    """Nobody of this name is in the roster."""


class CodeWrong(CloudError):
    """Number and PIN do not match; which of them is not said, and not known by how long it took."""


class SignedOut(CloudError):
    """No session: never begun, over, or ended."""


class TooManyTries(CloudError):
    """Wait `wait_s`."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"too many tries: wait {wait_s} s")
        self.wait_s = wait_s


class RolloutRefused(CloudError):
    """A rollout, or something that was asked of one, that can not be; nothing was changed. `where` names the field or the station.
    `conflict`: what was sent is sound, and does not fit how things stand now."""

    def __init__(self, where: str, value: str, text: str, hint: str, conflict: bool = False) -> None:
        super().__init__(text)
        self.where, self.value, self.hint, self.conflict = where, value, hint, conflict


class RolloutUnknown(CloudError):
    """There is no rollout of this number, or no such station in it."""


class PasswordWrong(CloudError):
    """Name and password do not match; which of them is not said, and not known by how long it took."""


class UserRefused(PersonRefused):
    """A change of users that would not do; nothing was changed."""


class AccessRefused(CloudError):
    """A request that whoever sent it may not make. `kind`: empty, step_up_needed, human_needed, role_too_low, not_your_district, not_in_table."""

    def __init__(self, status: int, kind: str, text: str, hint: str) -> None:
        super().__init__(text)
        self.status, self.kind, self.hint = status, kind, hint


class OrderImpossible(CloudError):
    """An order that is not even written down; `hint` says what to do first."""

    def __init__(self, text: str, hint: str) -> None:
        super().__init__(text)
        self.hint = hint
