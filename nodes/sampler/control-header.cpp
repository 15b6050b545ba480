// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What stands under <control> and <curve>.

#include "nodes/sampler/instrument-builder.hpp"
#include "nodes/sampler/opcode-values.hpp"
#include "nodes/sampler/sfz-names.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

namespace decant::sampler
{
namespace
{

// Controllers 120 to 127 are mode messages, such as all-notes-off.
bool is_control(unsigned number)
{
    return number < 120 || (number > 127 && number < controller::all);
}

template <class T>
void replace(std::vector<T>& entries, T entry)
{
    std::erase_if(entries, [&](const T& known) { return known.control == entry.control; });
    entries.push_back(std::move(entry));
}

} // namespace

void InstrumentBuilder::apply_control(const SfzHeader& header)
{
    int notes = 0;
    int octaves = 0;
    bool moved = false;
    for (const SfzOpcode& opcode : header.opcodes) {
        const auto read = [&](int& target, int limit) {
            const auto number = read_number(opcode.value, -limit, limit);
            if (number.number)
                target = static_cast<int>(*number.number);
            if (number.result.outcome != OpcodeResult::Outcome::applied)
                report(opcode, number.result.message);
            moved = true;
        };
        if (opcode.name == "default_path" || opcode.name == "prefix_sfz_path")
            default_path_ = opcode.value;
        else if (opcode.name == "note_offset")
            read(notes, 127);
        else if (opcode.name == "octave_offset")
            read(octaves, 10);
        else if (!apply_control_default(opcode) && !is_remark(opcode.name))
            unsupported_.count(opcode.name, opcode.place);
    }
    if (moved)
        key_offset_ = notes + 12 * octaves;
}

// set_ccN with its relatives, and label_ccN. False if it is none of them.
bool InstrumentBuilder::apply_control_default(const SfzOpcode& opcode)
{
    struct Form {
        std::string_view prefix;
        double full;
    };
    constexpr std::array forms{Form{"set_cc", 127}, Form{"set_hdcc", 1}, Form{"set_realcc", 1}};
    for (const Form& form : forms) {
        const auto control = number_behind(opcode.name, form.prefix);
        if (!control)
            continue;
        const auto number = read_number(opcode.value, 0, form.full);
        if (!is_control(*control) || !number.number ||
            number.result.outcome != OpcodeResult::Outcome::applied)
            report(opcode, fmt::format("the controller is a number from 0 to 119 or from 128 to {} and its "
                                       "value one from 0 to {}; it is left out",
                                       controller::all - 1, form.full));
        else
            replace(parts_.controls, ControlDefault{.control = static_cast<std::uint16_t>(*control),
                                                    .value = static_cast<float>(*number.number / form.full)});
        return true;
    }
    if (const auto control = number_behind(opcode.name, "label_cc")) {
        if (*control < controller::all)
            replace(parts_.labels,
                    ControlLabel{.control = static_cast<std::uint16_t>(*control), .label = opcode.value});
        return true;
    }
    return false;
}

void InstrumentBuilder::add_curve(const SfzHeader& header)
{
    std::optional<std::uint8_t> index;
    std::map<int, float> points;
    for (const SfzOpcode& opcode : header.opcodes) {
        const bool is_index = opcode.name == "curve_index";
        const auto point = number_behind(opcode.name, "v");
        if (!is_index && (!point || *point > 127)) {
            unsupported_.count(opcode.name, opcode.place);
            continue;
        }
        const auto read = is_index ? read_number(opcode.value, 0, 255) : read_number(opcode.value, -1, 1);
        if (read.result.outcome != OpcodeResult::Outcome::applied)
            report(opcode, read.result.message);
        if (!read.number)
            continue;
        if (is_index)
            index = static_cast<std::uint8_t>(*read.number);
        else
            points[static_cast<int>(*point)] = static_cast<float>(*read.number);
    }
    if (!index)
        index = curves_.unused();
    if (index)
        curves_.define(*index, curve_through({points.begin(), points.end()}));
}

} // namespace decant::sampler
