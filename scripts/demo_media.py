"""Draws the people of the demo's recorded meetings: `python3 scripts/demo_media.py`, needs ffmpeg.

Writes src/app/demo/media/{clerk,officer}.{vp8,opus}: ten seconds each that can be repeated, in IVF
(the container is trivial to read; Opus packets stand in it like frames). Nobody real is seen or heard:
a drawn head that moves its mouth to a hum.
"""

import math
import struct
import subprocess
from pathlib import Path

WIDTH, HEIGHT, RATE, SECONDS = 320, 240, 10, 10
HERE = Path("src/app/demo/media")
PEOPLE = {
    # background, clothes, skin, hair, pitch of the hum in Hz, seconds of its breath
    "clerk": ((206, 214, 222), (150, 90, 80), (231, 196, 170), (52, 40, 36), 210, 2.5),
    "officer": ((188, 200, 196), (24, 42, 74), (224, 186, 158), (30, 28, 30), 130, 2.0),
}


def voice(second: float, breath: float) -> float:
    """How loud somebody hums at a time, 0 to 1: in breaths, silent between them."""
    return max(0.0, math.sin(2 * math.pi * second / breath)) * (0.6 + 0.4 * math.sin(2 * math.pi * 5 * second))


def frame(number: int, look) -> bytes:
    back, clothes, skin, hair, _, breath = look
    second = number / RATE
    sway = 5 * math.sin(2 * math.pi * second / SECONDS * 2)
    mouth = 2 + 7 * max(0.0, voice(second, breath))
    blink = number % 37 < 2
    cx, cy = WIDTH / 2 + sway, 108
    picture = bytearray()
    for y in range(HEIGHT):
        shade = 1 - 0.12 * y / HEIGHT
        for x in range(WIDTH):
            colour = tuple(int(part * shade) for part in back)
            if ((x - WIDTH / 2 - sway / 2) / 105) ** 2 + ((y - 262) / 98) ** 2 < 1:
                colour = clothes
            if abs(x - cx) < 17 and 140 < y < 180:
                colour = tuple(int(part * 0.92) for part in skin)
            if ((x - cx) / 52) ** 2 + ((y - cy + 6) / 66) ** 2 < 1:
                colour = hair
            if ((x - cx) / 45) ** 2 + ((y - cy - 6) / 56) ** 2 < 1:
                colour = skin
            for eye in (-17, 17):
                if ((x - cx - eye) / 5) ** 2 + ((y - cy + 2) / (1 if blink else 4)) ** 2 < 1:
                    colour = (40, 36, 36)
            if ((x - cx) / 14) ** 2 + ((y - cy - 34) / mouth) ** 2 < 1:
                colour = (140, 60, 60)
            picture += bytes(colour)
    return bytes(picture)


def sound(look) -> bytes:
    pitch, breath = look[4], look[5]
    samples = bytearray()
    for number in range(48_000 * SECONDS):
        second = number / 48_000
        tone = sum(math.sin(2 * math.pi * pitch * part * second) / part for part in (1, 2, 3))
        samples += struct.pack("<h", int(3_500 * voice(second, breath) * tone))
    return bytes(samples)


def ogg_packets(data: bytes) -> list[bytes]:
    """The packets of an Ogg stream, without the two of its head (RFC 3533, RFC 7845)."""
    packets, unfinished, at = [], b"", 0
    while at < len(data):
        lacing = data[at + 27 : at + 27 + data[at + 26]]
        at += 27 + len(lacing)
        for size in lacing:
            unfinished += data[at : at + size]
            at += size
            if size < 255:
                packets.append(unfinished)
                unfinished = b""
    return packets[2:]


def ivf(code: bytes, rate: int, frames: list[bytes]) -> bytes:
    head = struct.pack("<4sHH4sHHIIII", b"DKIF", 0, 32, code, WIDTH, HEIGHT, rate, 1, len(frames), 0)
    return head + b"".join(struct.pack("<IQ", len(one), number) + one for number, one in enumerate(frames))


def ffmpeg(arguments: str, stdin: bytes) -> bytes:
    command = ["ffmpeg", "-v", "error", *arguments.split(), "-"]
    return subprocess.run(command, input=stdin, stdout=subprocess.PIPE, check=True).stdout


def main():
    HERE.mkdir(parents=True, exist_ok=True)
    for name, look in PEOPLE.items():
        pictures = b"".join(frame(number, look) for number in range(RATE * SECONDS))
        raw = f"-f rawvideo -pix_fmt rgb24 -s {WIDTH}x{HEIGHT} -r {RATE} -i -"
        # One keyframe at the beginning: the ten seconds are repeated as a whole.
        video = ffmpeg(f"{raw} -c:v libvpx -b:v 60k -g 1000 -auto-alt-ref 0 -f ivf", pictures)
        (HERE / f"{name}.vp8").write_bytes(video)
        opus = "-c:a libopus -b:a 16k -ac 1 -frame_duration 20 -f ogg"
        packets = ogg_packets(ffmpeg(f"-f s16le -ar 48000 -ac 1 -i - {opus}", sound(look)))
        (HERE / f"{name}.opus").write_bytes(ivf(b"OPUS", 50, packets))


if __name__ == "__main__":
    main()
