// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/key-tuning.hpp"

#include "nodes/sampler/problem.hpp"
#include "nodes/sampler/text-file.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <fmt/format.h>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace decant::sampler
{
namespace
{

constexpr std::size_t most_text = 1 << 20;
constexpr int most_degrees = 4096;
constexpr double most_cents = 1e6;
constexpr double octave = 1200; // cents
constexpr double semitone = 100;
constexpr double concert_pitch = 440; // Hz
constexpr double concert_key = 69;
constexpr int keys = 128;

constexpr bool is_blank(char c) noexcept
{
    return c == ' ' || c == '\t';
}

// The lines of a file of Scala's that are no comments.
class ScalaLines
{
    std::string name_;
    std::string text_;
    std::string_view rest_;
    unsigned line_ = 0;

public:
    explicit ScalaLines(const std::filesystem::path& file)
        : name_(file.string()), text_(read_text_file(file, most_text)), rest_(text_)
    {
    }
    ScalaLines(const ScalaLines&) = delete;
    ScalaLines& operator=(const ScalaLines&) = delete;

    /// Null at the end of the file.
    std::optional<std::string_view> next()
    {
        while (!rest_.empty()) {
            const std::size_t end = std::min(rest_.find_first_of("\r\n"), rest_.size());
            std::string_view line = rest_.substr(0, end);
            rest_.remove_prefix(end);
            if (!rest_.empty())
                rest_.remove_prefix(rest_.starts_with("\r\n") ? 2 : 1);
            ++line_;
            if (line.starts_with('!'))
                continue;
            while (!line.empty() && is_blank(line.front()))
                line.remove_prefix(1);
            return line;
        }
        return std::nullopt;
    }

    /// The first word of the next line. What stands behind it is a remark.
    std::string_view word(std::string_view what)
    {
        const auto line = next();
        if (!line)
            fail(fmt::format("the file ends where {} should be; add it", what));
        return line->substr(0, line->find_first_of(" \t!"));
    }

    int integer(std::string_view what, int lowest, int highest)
    {
        const std::string_view text = word(what);
        int number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc() || end != text.data() + text.size() || number < lowest || number > highest)
            fail(fmt::format("'{}' is no {}; write a whole number from {} to {}", shown(text), what, lowest,
                             highest));
        return number;
    }

    [[noreturn]] void fail(std::string_view text) const
    {
        throw std::runtime_error(fmt::format("{}:{}: {}", name_, std::max(line_, 1U), text));
    }
};

std::optional<double> number_of(std::string_view text)
{
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number))
        return std::nullopt;
    return number;
}

// Cents have a point; all else is a ratio, or a whole number for one over 1.
std::optional<double> cents_of(std::string_view text)
{
    if (text.starts_with('+'))
        text.remove_prefix(1);
    if (text.find('.') != std::string_view::npos)
        return number_of(text);
    const std::size_t line = text.find('/');
    const auto above = number_of(text.substr(0, line));
    const auto below = line == std::string_view::npos ? 1.0 : number_of(text.substr(line + 1));
    if (!above || !below || !(*above > 0) || !(*below > 0))
        return std::nullopt;
    return octave * std::log2(*above / *below);
}

// The degrees above the first, in cents; the last is where the scale begins again.
using Scale = std::vector<double>;

Scale equal_temperament()
{
    Scale scale;
    for (int degree = 1; degree <= 12; ++degree)
        scale.push_back(semitone * degree);
    return scale;
}

Scale read_scale(const std::filesystem::path& file)
{
    ScalaLines lines(file);
    if (!lines.next())
        lines.fail("the file is empty; its first line describes the scale, the second says how many notes it "
                   "has");
    const int count = lines.integer("number of notes", 1, most_degrees);
    Scale scale;
    for (int degree = 1; degree <= count; ++degree) {
        const std::string_view text = lines.word(fmt::format("note {} of {}", degree, count));
        const auto cents = cents_of(text);
        if (!cents || std::abs(*cents) > most_cents)
            lines.fail(fmt::format(
                "'{}' is no pitch; write cents with a point, as 701.955, or a ratio, as 3/2", shown(text)));
        scale.push_back(*cents);
    }
    return scale;
}

double pitch_of(const Scale& scale, int degree)
{
    const auto size = static_cast<int>(scale.size());
    const int times = degree >= 0 ? degree / size : -((size - 1 - degree) / size);
    const int within = degree - times * size;
    return times * scale.back() + (within == 0 ? 0.0 : scale[static_cast<std::size_t>(within - 1)]);
}

struct KeyboardMap {
    int first = 0;
    int last = keys - 1;
    int middle = 60; // the key of the first degree
    int reference_key = 60;
    double reference = concert_pitch * std::exp2((60 - concert_key) * semitone / octave); // Hz
    int octave_degree = 0; // 0: that of the scale
    std::vector<std::optional<int>>
        degrees; // from the middle key on, again and again; empty: each key the next
};

// Cents above that of the middle key; null where the key plays nothing.
std::optional<double> pitch_of(const KeyboardMap& map, const Scale& scale, int key)
{
    const int from_middle = key - map.middle;
    if (map.degrees.empty())
        return pitch_of(scale, from_middle);
    const auto size = static_cast<int>(map.degrees.size());
    const int times = from_middle >= 0 ? from_middle / size : -((size - 1 - from_middle) / size);
    const auto degree = map.degrees[static_cast<std::size_t>(from_middle - times * size)];
    if (!degree)
        return std::nullopt;
    const double period = map.octave_degree == 0 ? scale.back() : pitch_of(scale, map.octave_degree);
    return times * period + pitch_of(scale, *degree);
}

KeyboardMap read_keyboard_map(const std::filesystem::path& file, const Scale& scale)
{
    ScalaLines lines(file);
    KeyboardMap map;
    const int size = lines.integer("size of the map", 0, most_degrees);
    map.first = lines.integer("first key", 0, keys - 1);
    map.last = lines.integer("last key", 0, keys - 1);
    map.middle = lines.integer("middle key", -most_degrees, most_degrees);
    map.reference_key = lines.integer("key of the reference frequency", 0, keys - 1);
    const std::string_view text = lines.word("the reference frequency");
    const auto frequency = number_of(text);
    if (!frequency || !(*frequency >= 1 && *frequency <= 30'000))
        lines.fail(fmt::format("'{}' is no frequency; write one in Hz, as 440.0", shown(text)));
    map.reference = *frequency;
    map.octave_degree = lines.integer("degree of the octave", 0, most_degrees);
    map.degrees.resize(static_cast<std::size_t>(size));
    for (auto& degree : map.degrees) {
        const auto line = lines.next(); // those that are left out play nothing
        if (!line || line->empty())
            break;
        const std::string_view word = line->substr(0, line->find_first_of(" \t!"));
        if (word == "x" || word == "X")
            continue;
        int number = 0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
        if (error != std::errc() || end != word.data() + word.size() || number < 0 || number > most_degrees)
            lines.fail(fmt::format("'{}' is no degree of the scale; write its number, or x for a key that "
                                   "plays nothing",
                                   shown(word)));
        degree = number;
    }
    if (!pitch_of(map, scale, map.reference_key))
        lines.fail(fmt::format("key {}, which has the reference frequency, plays nothing by this map; name "
                               "one that does",
                               map.reference_key));
    return map;
}

} // namespace

KeyTuning load_key_tuning(const std::filesystem::path& scale_file, const std::filesystem::path& map_file)
{
    const Scale scale = scale_file.empty() ? equal_temperament() : read_scale(scale_file);
    const KeyboardMap map = map_file.empty() ? KeyboardMap() : read_keyboard_map(map_file, scale);
    const double reference = concert_key * semitone + octave * std::log2(map.reference / concert_pitch) -
                             pitch_of(map, scale, map.reference_key).value_or(0);
    KeyTuning tuning;
    for (int key = 0; key < keys; ++key) {
        const auto pitch = pitch_of(map, scale, key);
        const auto index = static_cast<std::size_t>(key);
        tuning.mapped[index] = pitch.has_value() && key >= map.first && key <= map.last;
        tuning.cents[index] = std::clamp(reference + pitch.value_or(0), -most_cents, most_cents);
    }
    return tuning;
}

} // namespace decant::sampler
