"""Why a file gives no frames, in a few words that say what was seen."""

from __future__ import annotations

import os
from pathlib import Path

# Enough to tell text from a container's first boxes.
HEAD = 512
_TEXTS = (
    (b"version https://git-lfs", "it is a Git LFS pointer, not the video: run 'git lfs pull'"),
    (b"<!doctype html", "it is an HTML page, not a video"),
    (b"<html", "it is an HTML page, not a video"),
    (b"#extm3u", "it is a playlist that names other files"),
    (b"ffconcat version", "it is a playlist that names other files"),
)
_ARCHIVES = (
    (b"PK\x03\x04", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "RAR"),
)
# Among the flags of an extended WebP file.
_ANIMATION = 2
# Its header is a line, and pictures may read as text, too.
_Y4M = b"YUV4MPEG2 "


class Refused(Exception):
    """The clip cannot be used; the message says what was seen."""


def refuse_no_media(path: str) -> None:
    """Refuse what needs no decoder to tell: folders, empty files, pointers, pages and other text."""
    if os.path.isdir(path):
        raise Refused("it is a folder")
    try:
        with Path(path).open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise Refused(f"it cannot be read: {error.strerror}") from error
    if not head:
        raise Refused("it has 0 bytes")
    if head.startswith(b"RIFF") and head[8:16] == b"WEBPVP8X" and len(head) > 20 and head[20] & _ANIMATION:
        raise Refused("it is an animated WebP, which FFmpeg cannot decode here: write it as a video")
    for beginning, word in _ARCHIVES:
        if head.startswith(beginning):
            raise Refused(f"it is an archive ({word}), not a video: unpack it")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for beginning, word in _TEXTS:
        if start.startswith(beginning):
            raise Refused(word)
    if _is_text(head) and not head.startswith(_Y4M):
        line = head.decode("utf-8", "ignore").strip().split("\n")[0][:40]
        raise Refused(f"it is text, not a video: '{line}'")


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        # A character that the end of the sample cuts is none.
        if len(head) < HEAD or error.start < HEAD - 3:
            return False
        text = head[: error.start].decode("utf-8")
    return all(letter.isprintable() or letter in "\t\r\n\f" for letter in text)


def frames(count: int, noun: str = "frame") -> str:
    """`count` with its noun."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
