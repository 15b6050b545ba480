// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/spa-json.hpp"

#include <spa/utils/json.h>

#include <algorithm>

namespace decant::service
{

namespace
{

/// Deeper than any configuration; the recursion below stays small.
constexpr int deepest = 64;

class Parser
{
    std::string_view text_;
    TextPosition start_;
    // The last position that was asked for: the next one is counted from there.
    std::size_t offset_ = 0;
    TextPosition position_;

    [[nodiscard]] std::size_t offset_of(const char* place) const noexcept
    {
        return static_cast<std::size_t>(place - text_.data());
    }

    TextPosition position_at(std::size_t offset)
    {
        if (offset < offset_) {
            offset_ = 0;
            position_ = start_;
        }
        const auto passed = position_of(text_.substr(offset_), offset - offset_);
        position_.column = passed.line == 1 ? position_.column + passed.column - 1 : passed.column;
        position_.line += passed.line - 1;
        offset_ = offset;
        return position_;
    }

    /// The next token; false at the end of the container.
    bool next(spa_json& iterator, const char*& token, int& length)
    {
        length = spa_json_next(&iterator, &token);
        if (length >= 0)
            return length > 0;
        spa_error_location error{};
        // Looks no further than the iterator stands.
        if (spa_json_get_error(&iterator, text_.data(),
                               &error)) // NOLINT(bugprone-suspicious-stringview-data-usage)
            throw JsonError(error.reason, {error.line, error.col});
        throw JsonError("syntax error", position_at(offset_of(token)));
    }

    [[nodiscard]] std::string unquote(const char* token, int length)
    {
        std::string text(static_cast<std::size_t>(length) + 1, '\0');
        if (spa_json_parse_stringn(token, length, text.data(), length + 1) <= 0)
            throw JsonError("damaged string", position_at(offset_of(token)));
        text.resize(text.find('\0'));
        return text;
    }

    JsonValue value(spa_json& iterator, const char* token, int length, int depth)
    {
        JsonValue value;
        value.offset = offset_of(token);
        value.position = position_at(value.offset);
        if (depth > deepest)
            throw JsonError("nested too deeply", value.position);
        if (spa_json_is_container(token, length) != 0) {
            spa_json inside{};
            spa_json_enter(&iterator, &inside);
            if (spa_json_is_object(token, length) != 0) {
                value.kind = JsonValue::Kind::object;
                read_members(inside, value, depth);
            } else {
                value.kind = JsonValue::Kind::array;
                read_items(inside, value, depth);
            }
            value.length = offset_of(iterator.cur) + 1 - value.offset; // the tokenizer stands on the bracket
            return value;
        }
        value.kind = spa_json_is_string(token, length) ? JsonValue::Kind::string : JsonValue::Kind::word;
        value.text = unquote(token, length);
        value.length = static_cast<std::size_t>(length);
        return value;
    }

    void read_items(spa_json& iterator, JsonValue& array, int depth)
    {
        const char* token = nullptr;
        int length = 0;
        while (next(iterator, token, length))
            array.items.push_back(value(iterator, token, length, depth + 1));
    }

    void read_members(spa_json& iterator, JsonValue& object, int depth)
    {
        const char* token = nullptr;
        int length = 0;
        while (next(iterator, token, length)) {
            const auto position = position_at(offset_of(token));
            std::string key = unquote(token, length);
            if (!next(iterator, token, length))
                throw JsonError("'" + key + "' has no value", position);
            object.members.push_back({std::move(key), position, value(iterator, token, length, depth + 1)});
        }
    }

public:
    Parser(std::string_view text, TextPosition start) : text_(text), start_(start), position_(start) {}

    JsonValue object()
    {
        JsonValue object;
        object.kind = JsonValue::Kind::object;
        spa_json iterator{};
        if (spa_json_begin_object_relax(&iterator, text_.data(), text_.size()) <= 0) {
            // Nothing, or nothing but comments, is an empty object; an array is none.
            spa_json_init(&iterator, text_.data(), text_.size());
            const char* token = nullptr;
            int length = 0;
            if (next(iterator, token, length))
                throw JsonError("expected an object", position_at(offset_of(token)));
            return object;
        }
        read_members(iterator, object, 0);
        return object;
    }
};

} // namespace

TextPosition position_of(std::string_view text, std::size_t offset) noexcept
{
    const auto before = text.substr(0, std::min(offset, text.size()));
    const auto newline = before.rfind('\n');
    const std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
    return {static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
            static_cast<int>(before.size() - start) + 1};
}

JsonValue parse_json_object(std::string_view text, TextPosition start)
{
    return Parser(text, start).object();
}

} // namespace decant::service
