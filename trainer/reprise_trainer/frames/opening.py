"""Opening a video, and choosing the stream that is the film."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import av
from av.stream import Disposition

from .logs import Ear
from .refusals import Refused, frames, refuse_no_media

# FFmpeg goes by the content. Playlists, lists, numbered pictures (a name with %d), devices and streams read other files
# than the one that was looked at: what holds its film itself is named here. Pictures and sound are, too, so that they
# are told as such.
_FILMS = (
    "mov,matroska,avi,mpegts,mpeg,flv,live_flv,kux,ogg,asf,asf_o,mxf,gxf,lxf,nut,nuv,wtv,rm,dv,ivf,obu,av1,h261,h263,h264,"
    "hevc,vvc,evc,m4v,mpegvideo,vc1,vc1test,dirac,dnxhd,avs,avs2,avs3,cavsvideo,yuv4mpegpipe,mjpeg,mjpeg_2000,smjpeg,mpjpeg,"
    "gif,apng,swf,dhav,ty,pva,pmp,nsv,r3d,roq,flic,smk,bink,vivo,vividas"
)
_NO_FILMS = (
    "jpeg_pipe,jpegxl_anim,jpegxl_pipe,png_pipe,webp_pipe,bmp_pipe,tiff_pipe,gif_pipe,"
    "mp3,aac,ac3,eac3,flac,wav,w64,aiff,amr,caf"
)
_OPTIONS = {"format_whitelist": f"{_FILMS},{_NO_FILMS}", "protocol_whitelist": "file"}

_PICTURES_BESIDE = Disposition.attached_pic | Disposition.timed_thumbnails


@dataclass
class Film:
    """An open video: its container, the stream that is taken, and what is to be said about that."""

    path: str
    container: Any
    stream: Any
    notes: list[str] = field(default_factory=list)

    @property
    def start(self) -> float:
        """The file's start on the clock of its time stamps, in seconds: times of frames are counted from it."""
        return (self.container.start_time or 0) / 1_000_000

    def seconds(self, pts: int) -> float:
        """A time stamp of the stream, in seconds from the file's start."""
        return float(pts * self.stream.time_base) - self.start

    def close(self) -> None:
        """Give the file free."""
        self.container.close()

    def again(self) -> Film:
        """The same stream, opened anew: for another decoder, or to read from the beginning."""
        container = _open(self.path)
        stream = container.streams[self.stream.index]
        _bound(stream)
        return Film(self.path, container, stream, self.notes)


def open_film(path: str, ear: Ear) -> Film:
    """Open a file and choose its film. Refuses what is no video, with what it is instead."""
    refuse_no_media(path)
    try:
        container = _open(path)
    except (av.FFmpegError, ValueError, OSError) as error:
        # The last error says the cause, such as "moov atom not found"; the exception only "Invalid data".
        ear.forget_errors()
        if "whitelist" in (ear.last_error or ""):
            raise Refused(
                "it is not of a kind that holds a film itself: a playlist, a list or numbered pictures name other files"
            ) from error
        raise Refused(ear.last_error or getattr(error, "strerror", None) or str(error)) from error
    try:
        stream, notes = _choose(container, path)
        _bound(stream)
        ear.attend(container.format.name, stream.codec_context.name)
        return Film(path, container, stream, notes)
    except BaseException:
        container.close()
        raise


def _open(path: str) -> Any:
    # Tags in another encoding are no reason to refuse a video.
    return av.open(path, options=_OPTIONS, metadata_errors="replace")


def _bound(stream: Any) -> None:
    """One thread a decoder: clips are cut side by side, and more threads only hold more frames in memory."""
    stream.codec_context.thread_type = "NONE"
    stream.codec_context.thread_count = 1


def _choose(container: Any, path: str) -> tuple[Any, list[str]]:
    videos = container.streams.video
    films = [stream for stream in videos if not stream.disposition & _PICTURES_BESIDE]
    if not films:
        raise Refused("it has no video, only a cover picture" if videos else "it has no video")
    readable = [stream for stream in films if stream.codec_context is not None]
    if not readable:
        raise Refused("its video is of a kind that FFmpeg has no decoder for")
    if len(films) == 1:
        return readable[0], []
    with _open(path) as other:
        counts = Counter(packet.stream_index for packet in other.demux() if packet.size)
    moving = [stream for stream in readable if counts[stream.index] > 1] or readable
    chosen = max(
        moving,
        key=lambda stream: (
            bool(stream.disposition & Disposition.default),
            stream.codec_context.width * stream.codec_context.height,
            -stream.index,
        ),
    )
    if len(moving) == 1:
        return chosen, []
    each = ", ".join(
        f"{stream.index} of {stream.codec_context.width}x{stream.codec_context.height}"
        f" with {frames(counts[stream.index])}{' (default)' if stream.disposition & Disposition.default else ''}"
        for stream in moving
    )
    return chosen, [f"it has {len(moving)} video streams ({each}): {chosen.index} is taken"]
