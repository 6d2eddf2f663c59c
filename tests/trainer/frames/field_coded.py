"""An H.264 stream in which each frame is coded as two fields, one packet each (PAFF): no encoder at hand writes it.

All macroblocks are raw samples (I_PCM), so that nothing but headers has to be coded. Clauses of ITU-T H.264.
"""

from __future__ import annotations

import numpy as np
from films import picture

BLOCK = 16
GROUP = 8
WIDTH, HEIGHT = 64, 64
NEUTRAL = bytes([128]) * 128


def ue(value: int) -> str:
    """Exp-Golomb code (9.1)."""
    digits = f"{value + 1:b}"
    return "0" * (len(digits) - 1) + digits


def packed(bits: str) -> bytes:
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def ended(bits: str) -> bytes:
    """With rbsp_trailing_bits (7.3.2.11)."""
    bits += "1"
    return packed(bits + "0" * (-len(bits) % 8))


def unit(header: int, payload: bytes) -> bytes:
    """A NAL unit behind a start code, with emulation prevention (7.4.1)."""
    out = bytearray(b"\0\0\0\1" + bytes([header]))
    zeros = 0
    for byte in payload:
        if zeros == 2 and byte <= 3:
            out.append(3)
            zeros = 0
        out.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes(out)


def headers() -> bytes:
    """Main profile, level 3, order by frame number, one reference frame, frame_mbs_only_flag 0; and a plain PPS."""
    size = ue(WIDTH // BLOCK - 1) + ue(HEIGHT // BLOCK // 2 - 1)
    sps = f"{77:08b}{0:08b}{30:08b}" + ue(0) + ue(0) + ue(2) + ue(1) + "0" + size + "0" + "0" + "1" + "0" + "0"
    pps = ue(0) + ue(0) + "0" + "0" + ue(0) + ue(0) + ue(0) + "0" + "00" + ue(0) + ue(0) + ue(0) + "1" + "0" + "0"
    return unit(0x67, ended(sps)) + unit(0x68, ended(pps))


def field(lines: np.ndarray, bottom: bool, key: bool, frame: int, turn: int) -> bytes:
    """One field as an I slice (7.3.3): its lines, half of the frame's."""
    bits = ue(0) + ue(7) + ue(0) + f"{frame:04b}" + "1" + str(int(bottom))
    bits += ue(turn) + "00" if key else "0"
    bits += ue(0) + ue(1)
    body = b""
    for top in range(0, HEIGHT // 2, BLOCK):
        for left in range(0, WIDTH, BLOCK):
            # mb_type 25 and zero bits up to the next byte.
            bits += ue(25)
            body += packed(bits + "0" * (-len(bits) % 8))
            body += lines[top : top + BLOCK, left : left + BLOCK].tobytes() + NEUTRAL
            bits = ""
    return unit(0x65 if key else 0x61, body + b"\x80")


def field_coded(count: int) -> bytes:
    """`count` numbered frames; each eighth begins anew (IDR)."""
    out = b""
    for number in range(count):
        lines = picture(number, WIDTH, HEIGHT)[:, :, 0]
        place, turn = number % GROUP, number // GROUP % 2
        delimiter = unit(9, b"\x10")
        out += delimiter + (headers() if place == 0 else b"")
        out += field(lines[0::2], bottom=False, key=place == 0, frame=place, turn=turn)
        out += delimiter + field(lines[1::2], bottom=True, key=False, frame=place, turn=turn)
    return out
