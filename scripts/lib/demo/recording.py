# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks for the notes of a score in a recording."""

import dataclasses
import struct

import numpy

# A note counts as played if a peak stands at its pitch, rises there at its time, and is no whisper.
PITCH_TOLERANCE = 25  # cents
TIME_TOLERANCE = 0.045  # seconds
LEAST_RISE = 6  # dB, against the same frequency before the note
LEAST_LEVEL = -50  # dB of full scale
SILENCE = -70  # dB of full scale

MOST_COMPLAINTS = 5  # per part


@dataclasses.dataclass
class Finding:
    note: object
    level: float  # dB of full scale, of the partial at the note's pitch
    rise: float  # dB
    cents: float  # off the pitch
    late: float  # seconds

    @property
    def complaint(self):
        """What is wrong with it; empty if nothing is."""
        if self.level < LEAST_LEVEL:
            return f"is missing: {self.level:.0f} dB at its pitch"
        if self.rise < LEAST_RISE:
            return f"does not begin: {self.level:.0f} dB at its pitch, {self.rise:+.1f} dB against before"
        if abs(self.cents) > PITCH_TOLERANCE:
            return f"is out of tune by {self.cents:+.0f} cents"
        if abs(self.late) > TIME_TOLERANCE:
            return f"comes {self.late * 1000:+.0f} ms off its time"
        return ""


def read_wav(path):
    """(rate, samples as float, one row per frame) of a WAV file of 16, 24 or 32 bit or of floating point."""
    data = path.read_bytes()
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise ValueError(f"{path} is no WAV file")
    at = 12
    form = None
    while at + 8 <= len(data):
        kind, size = struct.unpack("<4sI", data[at : at + 8])
        content = data[at + 8 : at + 8 + size]
        if kind == b"fmt ":
            form = struct.unpack("<HHIIHH", content[:16])
            encoding = struct.unpack("<H", content[24:26])[0] if form[0] == 0xFFFE else form[0]
        elif kind == b"data":
            break
        at += 8 + size + size % 2
    else:
        raise ValueError(f"{path} holds no sound")
    _, channels, rate, _, _, bits = form
    content = content[: len(content) // (channels * bits // 8) * (channels * bits // 8)]
    if encoding == 3:
        samples = numpy.frombuffer(content, f"<f{bits // 8}").astype(float)
    elif bits == 24:
        bytes_of = numpy.frombuffer(content, numpy.uint8).reshape(-1, 3).astype(numpy.int32)
        samples = ((bytes_of[:, 2] << 24 | bytes_of[:, 1] << 16 | bytes_of[:, 0] << 8) >> 8) / 2.0**23
    else:
        samples = numpy.frombuffer(content, f"<i{bits // 8}") / 2.0 ** (bits - 1)
    return rate, samples.reshape(-1, channels)


def decibel(amplitude):
    return 20 * numpy.log10(numpy.maximum(amplitude, 1e-9))


def _amplitude(sound, rate, start, end, hertz):
    """Amplitude of each of the partials `hertz` between two times, by a windowed Fourier sum."""
    segment = sound[max(0, round(start * rate)) : max(0, round(end * rate))]
    if segment.size < 16:
        return numpy.zeros(len(hertz))
    window = numpy.hanning(segment.size)
    phase = numpy.outer(hertz, numpy.arange(segment.size) * (-2j * numpy.pi / rate))
    return 2 * abs(numpy.exp(phase) @ (segment * window)) / window.sum()


def _lateness(sound, rate, note, start):
    """Seconds from the note's time to where its partial has half risen."""
    width = max(0.05, 6 / note.hertz)
    centres = numpy.arange(start - 0.15, start + 0.2, 0.004)
    levels = numpy.array([_amplitude(sound, rate, c - width / 2, c + width / 2, [note.hertz])[0] for c in centres])
    before = levels[centres < start - 0.1].mean()
    after = centres[levels > (before + levels[centres > start - 0.05].max()) / 2]
    after = after[after > start - 0.1]
    return after[0] - start if after.size else 0.2


def first_sound(samples, rate):
    """When it first is louder than silence, or None if it never is."""
    loud = numpy.flatnonzero(abs(samples).max(axis=1) > 10 ** (SILENCE / 20))
    return loud[0] / rate if loud.size else None


def find_notes(samples, rate, notes, shift):
    """A Finding for each of the notes, whose times are `shift` seconds later in the recording."""
    sound = samples.mean(axis=1)
    cents = numpy.arange(-60, 61, 2)
    findings = []
    for note in notes:
        start = note.start + shift
        # Long enough to tell neighbouring keys apart, and not into the next note of the same part.
        end = start + min(0.4, max(0.2, note.end - note.start))
        spectrum = _amplitude(sound, rate, start + 0.01, end, note.hertz * 2 ** (cents / 1200))
        best = int(spectrum.argmax())
        before = _amplitude(sound, rate, start - (end - start) - 0.02, start - 0.02, [note.hertz])[0]
        findings.append(
            Finding(
                note,
                level=float(decibel(spectrum[best])),
                rise=float(decibel(spectrum[best]) - decibel(before)),
                cents=float(cents[best]),
                late=float(_lateness(sound, rate, note, start)),
            )
        )
    return findings


def find_score(samples, rate, notes):
    """(shift, findings): how much later than in the score the notes are in the recording, and a Finding for each.

    What sounds first is the first note of some part; which part, shows in how many notes are found. So a part that is
    silent does not throw the others out of time.
    """
    start = first_sound(samples, rate)
    best = None
    for first in sorted({note.channel: note for note in sorted(notes, reverse=True)}.values()):
        shift = (start or 0) - first.start
        findings = find_notes(samples, rate, notes, shift)
        wrong = sum(bool(finding.complaint) for finding in findings)
        if best is None or wrong < best[0]:
            best = (wrong, shift, findings)
        if start is None or not wrong:
            break
    return best[1:]


def complaints_of(part, findings):
    """Sentences about the notes of one part that are not as the score says."""
    wrong = [finding for finding in findings if finding.complaint]
    if wrong and len(wrong) == len(findings):
        return [f"{part}: none of its {len(wrong)} notes is heard"]
    shown = [f"{part}: {each.note.name} at {each.note.start:.2f} s {each.complaint}" for each in wrong[:MOST_COMPLAINTS]]
    return shown + ([f"{part}: and {len(wrong) - len(shown)} more"] if len(wrong) > len(shown) else [])
