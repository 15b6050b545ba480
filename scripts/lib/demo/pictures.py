# SPDX-FileCopyrightText: The Decant authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws the patch and the recording."""

import html
import subprocess

import matplotlib

matplotlib.use("Agg")
import numpy
from matplotlib import pyplot
from matplotlib.patches import Rectangle

AUDIO = "#2b6cb0"
MIDI = "#c05621"
NODE = {"plugin": "#ebf4ff", "sampler": "#f0fff4", "": "#f7f7f7"}
PART_COLOURS = {1: "#ffd166", 2: "#7bdff2"}


def _nodes(dump):
    """{id: (properties, inputs, outputs)} of the nodes that are linked; ports are (id, name, is MIDI)."""
    linked = set()
    used = set()
    for link in _links(dump):
        linked |= {link["output-node-id"], link["input-node-id"]}
        used |= {link["output-port-id"], link["input-port-id"]}
    ports = {}
    for each in dump:
        if each["type"] == "PipeWire:Interface:Port":
            properties = each["info"]["props"]
            if properties.get("port.monitor") and each["id"] not in used:
                continue
            midi = "midi" in properties.get("format.dsp", "") or "UMP" in properties.get("format.dsp", "")
            direction = properties["port.direction"]
            ports.setdefault(properties["node.id"], {"in": [], "out": []})[direction].append(
                (each["id"], properties["port.name"], midi)
            )
    return {
        each["id"]: (each["info"]["props"], *ports.get(each["id"], {"in": [], "out": []}).values())
        for each in dump
        if each["type"] == "PipeWire:Interface:Node" and each["id"] in linked
    }


def _links(dump):
    return [each["info"] for each in dump if each["type"] == "PipeWire:Interface:Link" and each["info"]]


def _label(properties, inputs, outputs, kind):
    def cell(port):
        number, name, midi = port
        colour = MIDI if midi else AUDIO
        return f'<td port="p{number}" bgcolor="white" color="{colour}"><font color="{colour}">{html.escape(name)}</font></td>'

    rows = []
    for at in range(max(len(inputs), len(outputs))):
        left = cell(inputs[at]) if at < len(inputs) else '<td border="0"></td>'
        right = cell(outputs[at]) if at < len(outputs) else '<td border="0"></td>'
        rows.append(f'<tr>{left}<td border="0" width="24"></td>{right}</tr>')
    title = html.escape(properties.get("node.description") or properties["node.name"])
    name = html.escape(properties["node.name"])
    return (
        f'<<table border="1" color="#4a5568" cellborder="1" cellspacing="5" cellpadding="4" bgcolor="{kind}" style="rounded">'
        f'<tr><td border="0" colspan="3"><b>{title}</b></td></tr>'
        f'<tr><td border="0" colspan="3"><font point-size="10" color="#718096">{name}</font></td></tr>'
        + "".join(rows)
        + "</table>>"
    )


def draw_graph(dump, kinds, path):
    """Writes the linked nodes of a pw-dump as SVG. `kinds` is {node.name: "plugin" or "sampler"}."""
    nodes = _nodes(dump)
    midi_ports = {number for _, ins, outs in nodes.values() for number, _, midi in ins + outs if midi}
    lines = [
        "digraph patch {",
        'rankdir=LR; ranksep=1.1; nodesep=0.35; bgcolor="white"; pad=0.3; fontname="sans-serif"; fontsize=18;',
        f'labelloc=t; label=<Decant: the patch of the demo &#160; <font color="{AUDIO}">audio</font>'
        f' &#160; <font color="{MIDI}">MIDI</font>>;',
        'node [shape=plain, fontname="sans-serif", fontsize=12]; edge [penwidth=1.8, arrowsize=0.6];',
    ]
    for number, (properties, inputs, outputs) in nodes.items():
        colour = NODE.get(kinds.get(properties["node.name"], ""), NODE[""])
        lines.append(f"n{number} [label={_label(properties, inputs, outputs, colour)}];")
    for link in _links(dump):
        source, target = link["output-node-id"], link["input-node-id"]
        colour = MIDI if link["output-port-id"] in midi_ports else AUDIO
        lines.append(
            f'n{source}:p{link["output-port-id"]}:e -> n{target}:p{link["input-port-id"]}:w [color="{colour}"];'
        )
    lines.append("}")
    subprocess.run(["dot", "-Tsvg", "-o", str(path)], input="\n".join(lines), text=True, check=True)


def draw_recording(samples, rate, findings, shift, parts, path):
    """Writes waveform and spectrogram as PNG, with the notes of the score on top. `parts` is {channel: name}."""
    seconds = len(samples) / rate
    figure, (wave, spectrum) = pyplot.subplots(
        2, 1, sharex=True, figsize=(13, 8), height_ratios=(1, 2.4), layout="constrained"
    )
    figure.suptitle(
        f"demo.wav: {', '.join(parts.values())}, as the sink heard them ({rate / 1000:g} kHz, {seconds:.1f} s)"
    )

    time = numpy.arange(len(samples)) / rate
    peak = max(float(abs(samples).max()), 0.05)
    names = ("left", "right") if samples.shape[1] == 2 else range(samples.shape[1])
    for index, (name, colour) in enumerate(zip(names, ("#2b6cb0", "#dd6b20"))):
        wave.plot(time, samples[:, index], linewidth=0.4, color=colour, alpha=0.7, label=name)
    wave.set_ylim(-1.1 * peak, 1.1 * peak)
    wave.set_ylabel("amplitude")
    wave.grid(alpha=0.3)
    for line in wave.legend(loc="upper right", ncols=2).get_lines():
        line.set_linewidth(2)

    # Long windows: the lowest notes are eight hertz apart.
    size = 8192
    power, frequencies, times = matplotlib.mlab.specgram(samples.mean(axis=1), size, rate, noverlap=size - 1024)
    level = 10 * numpy.log10(numpy.maximum(power, 1e-14))
    image = spectrum.pcolormesh(
        times, frequencies[1:], level[1:], shading="nearest", cmap="magma", vmin=level.max() - 75, rasterized=True
    )
    spectrum.set_facecolor("black")
    spectrum.set_yscale("log")
    spectrum.set_ylim(100, 3000)
    ticks = (100, 130.8, 261.6, 440, 523.3, 1046.5, 2000, 3000)
    labels = ("100", "131 (C3)", "262 (C4)", "440 (A4)", "523 (C5)", "1047 (C6)", "2000", "3000")
    spectrum.set_yticks(ticks, labels)
    spectrum.minorticks_off()
    spectrum.set_ylabel("frequency in Hz")
    spectrum.set_xlabel("time in s")
    spectrum.set_xlim(0, seconds)
    for finding in findings:
        note = finding.note
        low, high = note.hertz * 2 ** (-0.6 / 12), note.hertz * 2 ** (0.6 / 12)
        spectrum.add_patch(
            Rectangle(
                (note.start + shift, low),
                note.end - note.start,
                high - low,
                fill=False,
                linewidth=1.2,
                linestyle=":" if finding.complaint else "-",
                edgecolor="#ff4d4d" if finding.complaint else PART_COLOURS.get(note.channel, "white"),
            )
        )
    handles = [Rectangle((0, 0), 1, 1, fill=False, edgecolor=PART_COLOURS.get(c, "white")) for c in parts]
    legend = [f"score: {name} (channel {channel})" for channel, name in parts.items()]
    if any(finding.complaint for finding in findings):
        handles.append(Rectangle((0, 0), 1, 1, fill=False, edgecolor="#ff4d4d", linestyle=":"))
        legend.append("not found")
    spectrum.legend(handles, legend, loc="upper right", facecolor="#222222", labelcolor="white")
    figure.colorbar(image, ax=spectrum, label="dB", pad=0.01)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
