"""A QR code as SVG."""

from __future__ import annotations

import io

import segno

QUIET_MODULES = 4


def svg(text: str) -> str:
    """Black on white with its quiet zone, as large as whoever shows it makes it.

    The least error correction: what a telephone shows is not torn or dirty, and fewer squares are larger squares, which a camera
    reads from farther away. See tests/unit/test_faces_qr.py.
    """
    drawn = io.BytesIO()
    code = segno.make(text, error="l", boost_error=True, micro=False)
    code.save(drawn, kind="svg", border=QUIET_MODULES, xmldecl=False, omitsize=True, light="#fff", dark="#000", nl=False)
    return drawn.getvalue().decode()
