# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes docs/images/qpwgraph.png anew: the demo's rack while it plays, as qpwgraph shows it.

Usage: patchbay.py BUILD_DIRECTORY PICTURE.png. Needs qpwgraph and Xvfb; nothing of it is seen on the user's screen.
"""

import pathlib
import struct
import sys
import time

sys.dont_write_bytecode = True

import numpy
from matplotlib import image

from run import PLAYER, SAMPLER, SYNTH, install_plugins, start_rack, wine_prefix
from session import ROOT, DemoError, PrivateSession, wait_until

SIZE = (1660, 400)

# Where the nodes are by their titles, from the left to the right as the sound goes.
PLACES = {
    f"pw-midiplay/{PLAYER}": (0, 60),
    "Sine (Windows synth)": (400, 0),
    "Gain (Windows effect)": (860, 0),
    "Strings (sampler)": (640, 130),
    "Test sink": (1320, 60),
}


def place_nodes(session):
    """Writes what qpwgraph remembers of the last time: points of two floats, as Qt has them in its settings."""

    def key(title):
        letters = (each if each.isalnum() or each in "-_." else f"%{ord(each):02X}" for each in title)
        return "".join(letters).replace("%2F", "\\")

    def point(place):
        return "".join(f"\\x{byte:x}" for byte in struct.pack(">Idd", 0x1A, *place))

    file = session.directory / "config/rncbc.org/qpwgraph.conf"
    file.parent.mkdir()
    lines = [f"{key(title)}=@Variant({point(place)})" for title, place in PLACES.items()]
    file.write_text("\n".join(["[GraphNodePos]", *lines, ""]), encoding="ascii")


def read_screen(framebuffer):
    """The pixels of Xvfb's memory, a file in the format of xwd: rows of red, green and blue."""
    data = framebuffer.read_bytes()
    header = struct.unpack(">25I", data[:100])
    header_size, width, height, stride, colours = header[0], header[4], header[5], header[12], header[19]
    rows = numpy.frombuffer(data, numpy.uint8, stride * height, header_size + 12 * colours)
    return rows.reshape(height, stride)[:, : 4 * width].reshape(height, width, 4)[:, :, 2::-1]


def start_screen(session):
    """Returns the file that shows what is on it."""
    number = next(each for each in range(90, 200) if not pathlib.Path(f"/tmp/.X11-unix/X{each}").exists())
    session.spawn(
        "xvfb", "Xvfb", f":{number}", "-screen", 0, f"{SIZE[0]}x{SIZE[1]}x24", "-nolisten", "tcp",
        "-fbdir", session.directory,
    )  # fmt: skip
    session.environment |= {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
    framebuffer = session.directory / "Xvfb_screen0"
    wait_until(framebuffer.exists, 20, lambda: f"Xvfb did not start.\n{session.last_words()}")
    return framebuffer


def settled_picture(framebuffer):
    """What is on the screen when it has not changed for a second, and is not one colour."""
    before = read_screen(framebuffer)

    def settled():
        nonlocal before
        time.sleep(1)
        before, last = read_screen(framebuffer).copy(), before
        return len(numpy.unique(before.reshape(-1, 3), axis=0)) > 50 and (before == last).all()

    wait_until(settled, 30, "qpwgraph does not come to rest")
    return before


def main(build, picture):
    with wine_prefix() as prefix, PrivateSession(build) as session:
        synth, effect = install_plugins(build, prefix)
        session.start()
        start_rack(session, build, synth, effect)
        session.spawn(
            "pw-midiplay", "pw-midiplay", "--target", 0, "-P", f"{{ node.name = {PLAYER} }}",
            ROOT / "config/demo/score.mid",
        )  # fmt: skip
        for instrument in (SYNTH, SAMPLER):
            session.connect(PLAYER, instrument)
        framebuffer = start_screen(session)
        place_nodes(session)
        session.spawn("qpwgraph", "qpwgraph", "-qwindowgeometry", f"{SIZE[0]}x{SIZE[1]}+0+0")
        image.imsave(picture, settled_picture(framebuffer))


if __name__ == "__main__":
    try:
        main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]))
    except DemoError as error:
        sys.exit(f"patchbay: {error}")
