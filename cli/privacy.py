"""A draft of the privacy impact assessment, with a station's own configuration filled in. `kiosk doctor --privacy` prints it."""

from __future__ import annotations

from contract.config import IdentityConfig, StationConfig
from edge.adapters.kiosk_web.notice import sharing_version, version
from edge.domain.consent import QUIET_DAYS

OPEN = "**to be filled in**"


def assessment(config: StationConfig) -> str:
    """Markdown: what the configuration says, and what only the operator can say."""
    return "\n\n".join(["# Personal information protection impact assessment (draft)", _scope(config), _facts(config), _judgement()]) + "\n"


def _scope(config: StationConfig) -> str:
    handler = config.identity.handler or f"{OPEN}: set `identity.handler`, so that the notice names it"
    return "\n".join(
        [
            "## Who and where",
            f"- Handler: {handler}",
            f"- Station: {config.station} ({config.name}), {config.district}, {config.city}",
            f"- Person in charge, date, reviewer: {OPEN}",
        ]
    )


def _facts(config: StationConfig) -> str:
    face = config.identity
    clear = f"not encrypted: set `link.ca_file` unless {config.link.host} is this device"
    kept = f"one sealed template a person, mean of at least 3 images, compared as means of {face.frames} frames; no image"
    rows = [
        ("Face recognition", "yes, at the door" if config.camera else "no: this station has no camera"),
        ("What a face must bring along", face.assurance.value),
        ("Other ways in, of equal rank", "number and PIN; QR code"),
        ("Purpose", "opening the door of this station; nothing else is computed from a face"),
        ("Notice in force", f"version {version()}, in Chinese and English, shown in full before consent"),
        ("Consent", "separate and explicit, after the notice; 16 or older; withdrawable at the screen and at the desk"),
        ("After a refusal", f"not asked again for {QUIET_DAYS} days"),
        ("What is kept", kept),
        ("Where", "in the device; the cloud holds consents and receipts only"),
        ("How long", f"until withdrawn, until the right ends, or {face.keep_days} days without a visit"),
        ("Given to other stations", _shared(face)),
        ("Connection to the cloud", "TLS" if config.link.ca_file else clear),
        ("Erasure", "key and seal, with a receipt; within 60 s where the station is online"),
    ]
    return "\n".join(["## What this station does", "| question | answer |", "| --- | --- |", *(f"| {ask} | {answer} |" for ask, answer in rows)])


def _shared(face: IdentityConfig) -> str:
    if not face.template_sharing:
        return "no (`identity.template_sharing` is off)"
    return f"by hand, one copy for one station, after a second consent on paper (sharing notice {sharing_version()}); who decides for whom: {OPEN}"


def _judgement() -> str:
    asks = [
        "Is a face necessary here, and why do number, PIN and QR code not serve the same people as well?",
        "Who uses the station (age, disability, dependence on it), and can they really say no?",
        "Which error rates were measured for these people, in particular for groups that the engine confuses? See docs/face.md.",
        "What harm does a false acceptance do here, a false refusal, a stolen device? What was decided about each?",
        "Who has tokens for the cloud, who has keys to the device, and how is that checked?",
        "How long are facts and logs kept, and who deletes them?",
        "How many people are enrolled in all (see /api/v1/health), and is a filing due?",
        "Conclusion, measures, and when this is reviewed next (keep for three years):",
    ]
    return "\n\n".join(["## What only you can answer", *(f"**{ask}**\n\n{OPEN}" for ask in asks)])
