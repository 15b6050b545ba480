// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/sfz-parser.hpp"

#include "nodes/sampler/line-ruler.hpp"
#include "nodes/sampler/sfz-includes.hpp"
#include "nodes/sampler/sfz-words.hpp"
#include "nodes/sampler/text-file.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

namespace decant::sampler
{
namespace
{

namespace fs = std::filesystem;

constexpr std::size_t longest_name = 128; // of a variable
constexpr std::size_t longest_value = 4096;
constexpr std::size_t longest_line = 1 << 20; // after replacing variables
constexpr std::size_t most_text = 256 << 20;  // of all files
constexpr std::size_t most_values = 32 << 20; // put in for variables, which multiply a small text without end

class Parser
{
    const SfzVisitor& visit_;
    ProblemLog& problems_;
    SfzIncludes includes_;
    std::map<std::string, std::string, std::less<>> variables_;
    std::set<std::string, std::less<>> undefined_; // already reported
    Place place_{};
    LineRuler line_; // that is being read, as it stands in the file
    std::size_t text_left_ = most_text;
    std::size_t values_left_ = most_values;
    bool stopped_ = false; // by one of these
    std::optional<SfzHeader> header_;

public:
    Parser(const fs::path& file, const SfzVisitor& visit, ProblemLog& problems, FileFinder& files)
        : visit_(visit), problems_(problems), includes_(file, files)
    {
    }

    void run(std::string text, const fs::path& file)
    {
        parse_file(std::move(text), file);
        finish_header();
    }

private:
    void problem(std::string_view text) { problems_.add(place_, text); }

    static bool spend(std::size_t bytes, std::size_t& left)
    {
        if (bytes > left)
            return false;
        left -= bytes;
        return true;
    }

    // Nothing further is read.
    void stop(std::string_view why)
    {
        if (!std::exchange(stopped_, true))
            problem(why);
    }

    void finish_header()
    {
        if (header_)
            visit_(*header_);
        header_.reset();
    }

    void parse_file(std::string text, const fs::path& file)
    {
        const LineRuler line = line_;
        const Place includer =
            std::exchange(place_, Place{.file = std::make_shared<std::string>(file.string()), .line = 1});
        parse_lines(std::move(text));
        place_ = includer;
        line_ = line;
    }

    void parse_lines(std::string text)
    {
        if (!spend(text.size(), text_left_))
            return stop(fmt::format("the files together are longer than {} MiB; the rest is left out",
                                    most_text >> 20));
        const auto unclosed = blank_out_comments(text);
        std::string_view rest = text;
        if (rest.starts_with("\xef\xbb\xbf"))
            rest.remove_prefix(3);
        while (!rest.empty() && !stopped_) {
            const std::size_t end = std::min(rest.find_first_of("\r\n"), rest.size());
            const std::string_view line = rest.substr(0, end);
            line_ = LineRuler(line);
            place_.column = 0;
            parse_line(line.substr(0, std::min(line.find("//"), line.size())));
            if (unclosed && line.data() <= text.data() + *unclosed &&
                text.data() + *unclosed <= line.data() + end)
                problem("the comment that starts with /* here is not closed; end it with */");
            rest.remove_prefix(end);
            if (!rest.empty())
                rest.remove_prefix(rest.starts_with("\r\n") ? 2 : 1);
            ++place_.line;
        }
    }

    // A #define holds from where it stands, so the text before it is replaced and parsed first.
    void parse_line(std::string_view line)
    {
        while (!line.empty()) {
            std::size_t define = line.find("#define");
            while (define != std::string_view::npos && define != 0 && !is_blank(line[define - 1]))
                define = line.find("#define", define + 1);
            const std::string_view before = line.substr(0, define);
            if (before.find('$') == std::string_view::npos) {
                parse_words(before);
            } else {
                const std::string text = replaced(before);
                parse_words(text == before ? before : text); // the line's own text has columns
            }
            if (define == std::string_view::npos)
                return;
            line.remove_prefix(define + std::string_view("#define").size());
            line.remove_prefix(parse_define(line));
        }
    }

    // Returns the length of what it has read behind #define.
    std::size_t parse_define(std::string_view text)
    {
        const auto word = [&](std::size_t at) {
            std::size_t end = at;
            while (end < text.size() && !is_blank(text[end]))
                ++end;
            return end;
        };
        const std::size_t name = skip(text, 0, is_blank);
        const std::size_t name_end = word(name);
        const std::size_t value = skip(text, name_end, is_blank);
        const std::size_t value_end = word(value);
        const std::string_view wanted = text.substr(name, name_end - name);
        if (wanted.size() < 2 || wanted.front() != '$' || skip(wanted, 1, is_name) != wanted.size()) {
            problem(fmt::format("#define needs a name such as $KEY and a value, here stands '{}'",
                                shown(wanted)));
            return name_end;
        }
        std::string content = replaced(text.substr(value, value_end - value));
        report_undefined(content);
        if (wanted.size() > longest_name || content.size() > longest_value) {
            problem(fmt::format("the variable '{}' is left out: a name has at most {} characters, a value {}",
                                shown(wanted), longest_name - 1, longest_value));
            return value_end;
        }
        variables_.insert_or_assign(std::string(wanted.substr(1)), std::move(content));
        return value_end;
    }

    std::string replaced(std::string_view text)
    {
        std::string out;
        while (!text.empty()) {
            const std::size_t dollar = std::min(text.find('$'), text.size());
            out.append(text.substr(0, dollar));
            text.remove_prefix(dollar);
            if (text.empty())
                break;
            const std::size_t end = skip(text, 1, is_name);
            std::size_t length = std::min(end - 1, longest_name);
            auto variable = variables_.end();
            while (length != 0 && (variable = variables_.find(text.substr(1, length))) == variables_.end())
                --length;
            if (variable == variables_.end()) {
                out.append(text.substr(0, end));
                text.remove_prefix(end);
                continue;
            }
            out += variable->second;
            text.remove_prefix(length + 1);
            if (!spend(variable->second.size(), values_left_)) {
                stop(
                    fmt::format("more than {} MiB were put in for variables; the rest is left out; see which "
                                "#define is made of others again and again",
                                most_values >> 20));
                break;
            }
            if (out.size() > longest_line) {
                problem("the variables of this line make it too long; the rest of it is left out");
                break;
            }
        }
        return out;
    }

    // Of text whose variables are replaced.
    void report_undefined(std::string_view text)
    {
        while (undefined_.size() < 1000) {
            const std::string_view name = first_variable(text);
            if (name.empty())
                return;
            if (undefined_.emplace(name.substr(0, 60)).second)
                problem(
                    fmt::format("the variable '{}' is not defined; put a #define before it", shown(name)));
            text.remove_prefix(static_cast<std::size_t>(name.data() - text.data()) + name.size());
        }
    }

    void parse_words(std::string_view text)
    {
        std::size_t at = skip(text, 0, is_blank);
        while (at < text.size()) {
            // Text that variables were put into has no column.
            place_.column = line_.column_of(text.data() + at).value_or(0);
            const std::size_t start = at;
            if (text[at] == '<')
                at = parse_header(text, at);
            else if (text.substr(at).starts_with("#include"))
                at = parse_include(text, at);
            else
                at = parse_opcode(text, at);
            // Names of files may have a $ in them: whoever does not find one says so.
            if (const auto word = text.substr(start, at - start); !has_file_name(word))
                report_undefined(word);
            at = skip(text, at, is_blank);
        }
    }

    std::size_t parse_header(std::string_view text, std::size_t at)
    {
        const std::size_t end = skip(text, at + 1, is_name);
        if (end == text.size() || text[end] != '>' || end == at + 1) {
            problem(fmt::format("'{}' is no header; write it as <region>", shown(trimmed(text.substr(at)))));
            std::size_t next = text.find('<', at + 1);
            while (next != std::string_view::npos && !starts_something(text, next))
                next = text.find('<', next + 1);
            return std::min(next, text.size());
        }
        finish_header();
        header_.emplace(SfzHeader{
            .name = std::string(text.substr(at + 1, end - at - 1)), .place = place_, .opcodes = {}});
        return end + 1;
    }

    std::size_t parse_opcode(std::string_view text, std::size_t at)
    {
        const std::size_t equals = skip(text, at, is_name);
        if (equals == at || equals == text.size() || text[equals] != '=') {
            std::size_t end = at + 1;
            while (end < text.size() && !(is_blank(text[end - 1]) && starts_something(text, end)) &&
                   !(text[end] == '<' && starts_something(text, end)))
                ++end;
            problem(fmt::format(
                "'{}' is not understood; an opcode is written as name=value, without blanks around the =",
                shown(trimmed(text.substr(at, end - at)))));
            return end;
        }
        const std::string_view name = text.substr(at, equals - at);
        std::size_t end = equals + 1;
        while (end < text.size()) {
            if (text[end] == '<' && starts_something(text, end))
                break;
            if (is_blank(text[end])) {
                const std::size_t next = skip(text, end, is_blank);
                const bool unfinished =
                    name == "sample" && !names_a_file(text.substr(equals + 1, end - equals - 1));
                if (next == text.size() ||
                    (starts_something(text, next) && !(unfinished && is_name(text[next]))))
                    break;
                end = next;
            } else {
                ++end;
            }
        }
        if (!header_) {
            problem(fmt::format(
                "'{}' stands before the first header and is left out; put it behind <global>, <group> or "
                "<region>",
                shown(name)));
            return end;
        }
        header_->opcodes.push_back({.name = std::string(name),
                                    .value = std::string(trimmed(text.substr(equals + 1, end - equals - 1))),
                                    .place = place_});
        return end;
    }

    std::size_t parse_include(std::string_view text, std::size_t at)
    {
        const std::size_t open = skip(text, at + std::string_view("#include").size(), is_blank);
        const std::size_t close =
            open < text.size() && text[open] == '"' ? text.find('"', open + 1) : std::string_view::npos;
        if (close == std::string_view::npos) {
            problem("#include needs a file name between two \"");
            return text.size();
        }
        include(std::string(text.substr(open + 1, close - open - 1)));
        return close + 1;
    }

    void include(const std::string& name)
    {
        if (includes_.ended())
            return;
        IncludedText included = includes_.open(name, most_text);
        if (!included.problem.empty())
            problem(included.problem);
        if (!included.file)
            return;
        parse_file(std::move(included.text), *included.file);
        includes_.close();
    }
};

} // namespace

void parse_sfz(const fs::path& file, const SfzVisitor& visit, ProblemLog& problems, FileFinder& files)
{
    Parser(file, visit, problems, files).run(read_text_file(file, most_text), file);
}

void parse_sfz_text(std::string_view text, const fs::path& file, const SfzVisitor& visit,
                    ProblemLog& problems, FileFinder& files)
{
    Parser(file, visit, problems, files).run(std::string(text), file);
}

} // namespace decant::sampler
