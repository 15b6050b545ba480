#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plucks the strings of the demo's instrument (Karplus and Strong, 1983): usage: make-strings.py DIRECTORY NAME...

A NAME says note and layer, as in "60-soft.wav". The same sound comes out every time.
"""

import math
import pathlib
import random
import struct
import sys
import wave

RATE = 44100
SECONDS = 2.5

# How bright the pluck is (the share of the noise that is smoothed away per pass), and how loud.
LAYERS = {"soft": (6, 0.35), "loud": (1, 0.8)}


def pluck(note, layer):
    passes, level = LAYERS[layer]
    period = RATE / (440 * 2 ** ((note - 69) / 12))
    # The mean of two neighbours delays by half a sample, an all-pass of the first order by the rest.
    length = int(period - 0.6)
    delay = period - 0.5 - length
    allpass = (1 - delay) / (1 + delay)

    noise = random.Random(note)
    string = [noise.uniform(-1, 1) for _ in range(length)]
    for _ in range(passes):
        string = [(string[i - 1] + string[i]) / 2 for i in range(length)]
    mean = sum(string) / length
    string = [sample - mean for sample in string]

    # Half as loud after half a second at the lowest string, sooner the higher.
    damping = 0.5 ** (period / RATE / (0.9 * 2 ** ((48 - note) / 24)))
    result = []
    last = last_in = last_out = 0.0
    for i in range(round(RATE * SECONDS)):
        at = i % length
        sample = string[at]
        result.append(sample)
        mean = damping * (sample + last) / 2
        last = sample
        last_out = allpass * (mean - last_out) + last_in
        last_in = mean
        string[at] = last_out

    peak = max(map(abs, result))
    fade = round(0.05 * RATE)
    for i in range(fade):
        result[-1 - i] *= i / fade
    return [level * sample / peak for sample in result]


def write(path, samples):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"".join(struct.pack("<h", math.floor(sample * 32767)) for sample in samples))


directory = pathlib.Path(sys.argv[1])
for name in sys.argv[2:]:
    note, layer = pathlib.Path(name).stem.split("-")
    write(directory / name, pluck(int(note), layer))
