"""Charging: what sockets are fitted with and their limits, and what happened at them. Power in W, energy in Wh."""

from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from contract.fridge import ProbeConfig
from contract.model import LIVE, LOWER, Model, Name, PersonId, SessionId
from contract.pins import AnyOutputPin, Use, any_output
from contract.words import Amount, Count, FaultCode, Refusal, Stop, Text


class SocketConfig(Model):
    """A charging socket: relay and current sensor."""

    name: Name = Field(..., description="name of the socket, for example 1")
    relay_pin: AnyOutputPin = Field(..., description="relay; on = live")
    relay_active_high: bool = Field(True, description="whether the relay is on at a high level")
    adc_channel: int = Field(..., strict=True, ge=0, le=7, description="MCP3008 channel of the current sensor (true RMS)")
    amps_per_v: float = Field(1.0, gt=0, le=100, description="A per V at the converter")
    zero_v: float = Field(0.0, ge=0, le=3.3, description="V at no current")
    mains_v: float = Field(230, ge=3, le=250, description="V of the socket; power is V x A, so the power factor is taken as 1")
    cap_w: float = Field(200, ge=5, le=3000, json_schema_extra=LIVE | LOWER, description="W; above it for 1 s the socket is cut off and must be looked at")
    max_s: float = Field(28_800, ge=60, le=86_400, json_schema_extra=LOWER, description="s of one charge at most")
    low_w: float = Field(2, ge=0, le=100, json_schema_extra=LIVE, description="W below which a device counts as full or gone")
    low_s: float = Field(900, ge=10, le=7200, json_schema_extra=LIVE, description="s below low_w until the charge ends")
    ebike_w: float = Field(
        120, ge=20, le=3000, json_schema_extra=LIVE | LOWER,
        description="W; above it for ebike_s a load counts as the battery of an e-bike; above cap_w: never"
    )
    ebike_s: float = Field(60, ge=5, le=3600, json_schema_extra=LIVE | LOWER, description="s above ebike_w until the charge ends")
    ebike_wh: float = Field(
        200, ge=50, le=10_000, json_schema_extra=LIVE | LOWER, description="Wh of one charge; above it no phone or computer is likely, and the charge ends"
    )
    temperature_probe: Name | None = Field(None, description="name of the thermometer of charging.probes on its strip; null: none fitted")
    hot_c: float = Field(
        70, ge=40, le=90, json_schema_extra=LIVE | LOWER, description="degrees Celsius of the probe above which the socket is cut off and must be looked at"
    )

    def pins(self) -> list[Use]:
        """What it is joined to."""
        return any_output(f"sockets.{self.name}.relay_pin", self.relay_pin)


class ChargingConfig(Model):
    """What all sockets share: who comes next when they are taken."""

    hold_s: float = Field(60, ge=10, le=600, description="s a socket that became free is held for the first who waits")
    shared_max_s: float = Field(7200, ge=600, le=86_400, description="s after which a charge may be ended while somebody waits")
    warning_s: float = Field(300, ge=30, le=1800, description="s before such an end at which it is told")
    refused_s: float = Field(900, ge=0, le=86_400, json_schema_extra=LIVE, description="s without a socket for who plugged in the battery of an e-bike")
    probes: tuple[ProbeConfig, ...] = Field((), max_length=4, description="thermometers on the socket strips: name and id; sockets name theirs")

    @model_validator(mode="after")
    def _told_before_it_ends(self) -> Self:
        if self.warning_s > self.shared_max_s:
            raise ValueError(f"warning_s {self.warning_s:g}: above shared_max_s ({self.shared_max_s:g}) a charge would end by a warning alone")
        return self


class ChargeStarted(Model):
    kind: Literal["charge_started"] = "charge_started"
    charge: SessionId
    visit: SessionId
    person: PersonId
    socket: Name
    reserved_min: Count


class ChargeEnded(Model):
    kind: Literal["charge_ended"] = "charge_ended"
    charge: SessionId
    person: PersonId
    socket: Name
    energy_wh: Amount | None = Field(description="null when nobody could read the meter (power cut)")
    lasted_s: Amount | None
    charged_min: Count
    stop: Stop


class ChargeRefused(Model):
    kind: Literal["charge_refused"] = "charge_refused"
    socket: Text
    reason: Refusal


class QueueEnd(StrEnum):
    """Why somebody waits no longer for a socket."""

    SERVED = "served"
    PERSON = "person"
    MISSED = "missed"
    VISIT_ENDED = "visit_ended"


class QueueJoined(Model):
    kind: Literal["queue_joined"] = "queue_joined"
    person: PersonId
    place: Count = Field(description="1 is next")


class QueueLeft(Model):
    kind: Literal["queue_left"] = "queue_left"
    person: PersonId
    reason: QueueEnd
    waited_s: Amount


class SocketHeld(Model):
    kind: Literal["socket_held"] = "socket_held"
    person: PersonId
    socket: Name
    hold_s: Amount


ChargingFact = ChargeStarted | ChargeEnded | ChargeRefused | QueueJoined | QueueLeft | SocketHeld

# ---- the same in the words of OCPP 1.6 (StopTransaction.req, StatusNotification.req), for systems that speak it


class OcppReason(StrEnum):
    """Reasons of that protocol that occur here."""

    LOCAL = "Local"
    POWER_LOSS = "PowerLoss"
    OTHER = "Other"


class OcppError(StrEnum):
    """Error codes of that protocol that occur here."""

    NO_ERROR = "NoError"
    OVER_CURRENT = "OverCurrentFailure"
    HIGH_TEMPERATURE = "HighTemperature"
    POWER_METER = "PowerMeterFailure"
    POWER_SWITCH = "PowerSwitchFailure"
    LOCK = "ConnectorLockFailure"
    INTERNAL = "InternalError"
    OTHER = "OtherError"


_REASONS = {
    Stop.REACHED: OcppReason.LOCAL,
    Stop.PERSON: OcppReason.LOCAL,
    Stop.VISIT_ENDED: OcppReason.LOCAL,
    Stop.INTERRUPTED: OcppReason.POWER_LOSS,
    Stop.LOW_POWER: OcppReason.OTHER,
    Stop.TIME_LIMIT: OcppReason.OTHER,
    Stop.POWER_LIMIT: OcppReason.OTHER,
    Stop.EBIKE_SUSPECTED: OcppReason.OTHER,
    Stop.OTHERS_WAIT: OcppReason.OTHER,
    Stop.FAULT: OcppReason.OTHER,
}
"""LOW_POWER is not EVDisconnected: nobody can tell a full device from one that was unplugged. Leaving is the visitor's own act."""

_ERRORS = {
    FaultCode.OVER_POWER: OcppError.OVER_CURRENT,
    FaultCode.OVER_TEMPERATURE: OcppError.HIGH_TEMPERATURE,
    FaultCode.METER_LOST: OcppError.POWER_METER,
    FaultCode.RELAY_STUCK: OcppError.POWER_SWITCH,
    FaultCode.AMENITY_STUCK: OcppError.POWER_SWITCH,
    FaultCode.SLOT_STUCK: OcppError.LOCK,
    FaultCode.STORE_LOW: OcppError.INTERNAL,
    FaultCode.STORE_FULL: OcppError.INTERNAL,
    FaultCode.GUARD_LOST: OcppError.INTERNAL,
    FaultCode.EXPANDER_LOST: OcppError.INTERNAL,
}


def ocpp_reason(stop: Stop) -> OcppReason:
    """Of every reason to end; what the protocol has no word for is Other."""
    return _REASONS.get(stop, OcppReason.OTHER)


def ocpp_error(fault: FaultCode | None) -> OcppError:
    """Of every fault, and of none; what the protocol has no word for is OtherError."""
    return OcppError.NO_ERROR if fault is None else _ERRORS.get(fault, OcppError.OTHER)
