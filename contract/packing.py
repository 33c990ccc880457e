"""Payloads of `tele` are gzip-compressed JSON; a plain JSON payload is understood too. Bounded: a small payload that unpacks to a huge one is refused."""

import gzip
import zlib

from contract.errors import ContractError

MAGIC = b"\x1f\x8b"
MOST_BYTES = 1024 * 1024
"""Of an unpacked payload: 200 instants of 64 columns of ten letters are an eighth of it."""
LEVEL = 6


class PackingRefused(ContractError):
    """Not what it claims to be, or too large unpacked."""


def pack(raw: bytes) -> bytes:
    """The same bytes for the same content: no time and no name in the header."""
    return gzip.compress(raw, LEVEL, mtime=0)


def unpack(payload: bytes, most: int = MOST_BYTES) -> bytes:
    """The content of a payload; one that is not compressed is its own content.

    Raises:
        PackingRefused: damaged, cut short, with something behind its end, or more than `most` bytes unpacked.
    """
    if not payload.startswith(MAGIC):
        return payload
    inflate = zlib.decompressobj(wbits=31)
    try:
        content = inflate.decompress(payload, most + 1)
    except zlib.error as error:
        raise PackingRefused(f"{len(payload)} bytes of damaged gzip: {error}") from None
    if len(content) > most:
        raise PackingRefused(f"{len(payload)} bytes unpack to more than {most}")
    if not inflate.eof or inflate.unused_data:
        raise PackingRefused(f"{len(payload)} bytes of gzip end early or have something behind their end")
    return content
