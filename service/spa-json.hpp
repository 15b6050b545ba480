// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// PipeWire's relaxed JSON as a tree that remembers where in the text each value stands, so that a message
/// can name line and column. The text is taken apart by PipeWire's own tokenizer.
namespace decant::service
{

struct TextPosition {
    int line = 1; ///< both from one
    int column = 1;
    bool operator==(const TextPosition&) const = default;
};

/// Where `offset` is. [any]
[[nodiscard]] TextPosition position_of(std::string_view text, std::size_t offset) noexcept;

struct JsonMember;

struct JsonValue {
    enum class Kind {
        word,   ///< without quotes: true, null, 0.5, plugin
        string, ///< in quotes
        array,
        object
    };

    Kind kind = Kind::word;
    std::size_t offset = 0;          ///< in the text
    std::size_t length = 0;          ///< in the text, with quotes or brackets
    TextPosition position;           ///< of `offset`
    std::string text;                ///< of a word or string, escapes resolved
    std::vector<JsonValue> items;    ///< of an array
    std::vector<JsonMember> members; ///< of an object, in the order of the text

    [[nodiscard]] bool is_text() const noexcept { return kind == Kind::word || kind == Kind::string; }
};

struct JsonMember {
    std::string key;
    TextPosition position; ///< of the key
    JsonValue value;
};

/// The text is no JSON, not even of the relaxed kind.
class JsonError : public std::runtime_error
{
    TextPosition position_;

public:
    JsonError(const std::string& what, TextPosition position) : std::runtime_error(what), position_(position)
    {
    }

    [[nodiscard]] TextPosition position() const noexcept { return position_; }
};

/// Parses an object; its braces may be missing, as in PipeWire's configuration files. `start` is where the
/// text stands in its file. Throws JsonError. [any]
[[nodiscard]] JsonValue parse_json_object(std::string_view text, TextPosition start = {});

} // namespace decant::service
