"""What FFmpeg's libraries say while they work: counted, and the first words kept."""

from __future__ import annotations

import av.logging

_capture = av.logging.Capture(local=False)
_listening = _capture.logs


# What the H.264 decoder says only in passing when frames that others build on are missing: it goes on with pictures
# that are wrong, and marks none of them.
LOST = "Frame num gap"
_LOSES_IN_PASSING = "h264"


def listen() -> None:
    """Keep from now on what the libraries of this process say, in whichever thread."""
    av.logging.set_skip_repeated(False)
    _capture.__enter__()


class Ear:
    """What demuxer and decoder of one clip said. Scaling and other libraries are not counted."""

    def __init__(self) -> None:
        _listening.clear()
        av.logging.set_level(av.logging.WARNING)
        self.warnings = 0
        self.first: str | None = None
        # The last error of any library: why a file could not be opened.
        self.last_error: str | None = None
        self._errors: dict[str, list[str]] = {}

    def attend(self, *speakers: str) -> None:
        """Count from now on what these say, and what they said before; errors before are only counted."""
        self._errors = {speaker: [] for speaker in speakers}
        self.forget_errors()
        if _LOSES_IN_PASSING in speakers:
            av.logging.set_level(av.logging.DEBUG)

    def errors_of(self, speaker: str) -> list[str]:
        """Errors that one of the speakers said since the last such look."""
        self._listen()
        said, self._errors[speaker] = self._errors[speaker], []
        return said

    def forget_errors(self) -> None:
        """Count what was said, and look at no error of it."""
        self._listen()
        self._errors = {speaker: [] for speaker in self._errors}

    def rewind(self, heard: int) -> None:
        """What follows was heard before: count on from `heard` warnings."""
        self._listen()
        self._errors = {speaker: [] for speaker in self._errors}
        self.warnings = heard

    def _listen(self) -> None:
        for level, speaker, text in _listening:
            lost = text.startswith(LOST)
            if level > av.logging.WARNING and not lost:
                continue
            words = text.strip()
            error = lost or level <= av.logging.ERROR
            if error:
                self.last_error = words
            if speaker not in self._errors:
                continue
            self.warnings += 1
            self.first = self.first or words
            if error:
                self._errors[speaker].append(words)
        _listening.clear()
