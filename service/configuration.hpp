// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/sampler/quality.hpp"
#include "service/node-setting.hpp"
#include "wine-host/protocol/channel-layout.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What the user wants the rack to be: the sections decant.properties, decant.nodes and decant.rules of the
/// configuration files, as typed values. Pure: texts in, values and problems out.
namespace decant::service
{

/// A configuration file and what is in it.
struct ConfigurationText {
    std::filesystem::path file;
    std::string text;
};

enum class NodeType { plugin, sampler };

/// When a plugin node hands on what the plugin makes of a block: in the same cycle, or in the next one.
enum class BridgeMode { sync, pipelined };

/// Where the thread runs that a plugin node's host plays on.
enum class Placement {
    automatic, ///< as the service has found to be quicker on this machine
    core,      ///< on the CPU of the node's data loop
    free,      ///< on any
};

/// How that thread waits for its blocks.
enum class Wake {
    automatic,  ///< awake in time where that costs nobody else's time and is worth it
    sleep,      ///< until it is woken
    anticipate, ///< awake in time, if there is a CPU for it
};

/// A plugin of several in series.
struct ChainPart {
    std::string name;           ///< precedes the names of its parameters; different from the others'
    std::filesystem::path path; ///< absolute, symbolic links as written
    std::string plugin_class;   ///< inside the file; empty for the first

    bool operator==(const ChainPart&) const = default;
};

/// What a node is made from; two nodes that compare equal need not be told apart, so an unchanged one plays
/// on.
struct NodeConfig {
    std::string name;
    std::filesystem::path file; ///< of the configuration, in which the node is written
    NodeType type = NodeType::plugin;
    std::filesystem::path path; ///< absolute, symbolic links as written; of a chain its first plugin's
    std::string description;    ///< for people; the file's name if there is none
    bool enabled = true;

    BridgeMode mode = BridgeMode::sync;
    Placement placement = Placement::automatic;
    Wake wake = Wake::automatic;
    std::string plugin_class;                    ///< inside the file; empty for the first
    std::vector<ChainPart> chain;                ///< empty for a single plugin
    std::optional<std::filesystem::path> prefix; ///< Wine prefix; found from `path` if there is none
    bool host_spare = true;               ///< whether a host waits for the next plugin that needs one like it
    std::string host_group;               ///< plugins of one group share a host; empty: a host of its own
    std::map<std::string, double> params; ///< values of parameters by name

    /// What the main input and output consist of. In a chain the input is the first plugin's, and all behind
    /// it is as the output.
    protocol::ChannelLayout input_channels = protocol::ChannelLayout::own;
    protocol::ChannelLayout output_channels = protocol::ChannelLayout::own;

    double editor_scale = 0; ///< how large the editor is drawn; zero: as Wine's dots per inch say

    double tempo = 120; ///< beats per minute, for a plugin in a graph that has none

    std::uint32_t polyphony = 256; ///< voices
    double volume = 0;             ///< dB
    sampler::Quality quality = sampler::Quality::four_point;
    std::filesystem::path tuning;       ///< a scale of Scala's; empty: the equal temperament
    std::filesystem::path keyboard_map; ///< which keys play its degrees; empty: from key 60 on

    std::vector<std::string> midi_from;   ///< names or "~" and regular expressions of nodes or ports
    std::vector<std::string> input_from;  ///< as midi_from, or "default"
    std::vector<std::string> output_to;   ///< nodes, or "default"
    std::uint16_t midi_channels = 0xffff; ///< one bit per channel, channel 1 is bit 0
    bool midi_programs = false; ///< program changes select the plugin's programs, and do not reach it

    std::map<std::string, std::string> properties; ///< node.* for PipeWire, decant.* for the policy
    std::map<std::string, std::string> wine;       ///< wine.*, environment of the plugin's host

    bool operator==(const NodeConfig&) const = default;
};

/// Something in the configuration that is wrong, and what to do about it.
struct ConfigurationProblem {
    Location where;
    std::string text;
    std::string node;                ///< that it is about; empty if it is about none
    bool fatal;                      ///< the node, or the file if it is about none, is left out because of it
    std::filesystem::path missing{}; ///< what would have to be there, if that is what is wrong
};

/// "file:line:column: what is wrong" [any]
[[nodiscard]] std::string to_text(const ConfigurationProblem& problem);

/// A node as it is written, with the defaults and what rules have made of it.
struct WrittenSettings {
    Location where;
    NodeSettings settings;
};

struct Configuration {
    std::vector<NodeConfig> nodes;                  ///< in the order of the files, names are unique
    std::map<std::string, WrittenSettings> written; ///< where values come from, by name; refused nodes, too
    std::optional<double> sampler_memory;           ///< MiB, for the samples of all nodes together
    std::optional<std::uint32_t> dma_latency = 0;   ///< µs for /dev/cpu_dma_latency; nothing: not held
    std::vector<ConfigurationProblem> problems;
};

/// The nodes that are in the rack already. Whatever sorts before them, they keep their names.
using NameHolders = std::map<std::string, NodeConfig>;

/// Reads the files in their order: a later one adds nodes and rules, and its properties win. Of several nodes
/// of one name that counts which has it in `holders`, else the first. What is wrong in a node costs that
/// node, a syntax error its file; everything else stands. `home` replaces a leading "~" and $HOME; a relative
/// path starts at the directory of its file. Looks into the file system only to see whether paths exist.
[[nodiscard]] Configuration parse_configuration(const std::vector<ConfigurationText>& files,
                                                const std::filesystem::path& home,
                                                const NameHolders& holders = {});

} // namespace decant::service
