// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/match-rules.hpp"

#include "nodes/nearest-word.hpp"
#include "service/configuration.hpp"
#include "service/node-status.hpp"
#include "service/pipewire-handles.hpp"

#include <fmt/format.h>
#include <pipewire/conf.h>

#include <algorithm>
#include <array>
#include <exception>
#include <regex.h>

namespace decant::service
{

namespace
{

constexpr std::string_view action_name = "update-props";

const JsonValue* member(const JsonValue& object, std::string_view key)
{
    const auto found = std::find_if(object.members.begin(), object.members.end(),
                                    [key](const JsonMember& each) { return each.key == key; });
    return found == object.members.end() ? nullptr : &found->value;
}

/// Collects what is wrong in the rules of one text.
class Check
{
    const ConfigurationText& source_;
    std::vector<RuleProblem> problems_;

    void complain(TextPosition position, std::string text)
    {
        problems_.push_back({{source_.file, position}, std::move(text)});
    }

    void check_expression(const JsonValue& value)
    {
        std::string_view text = value.text;
        if (text.starts_with('!'))
            text.remove_prefix(1);
        if (!text.starts_with('~'))
            return;
        regex_t expression;
        const std::string pattern(text.substr(1));
        const int error = regcomp(&expression, pattern.c_str(), REG_EXTENDED | REG_NOSUB);
        if (error == 0)
            return regfree(&expression);
        std::array<char, 128> reason{};
        regerror(error, nullptr, reason.data(), reason.size());
        complain(value.position,
                 fmt::format("'{}' is no regular expression: {}; the rule matches nothing until it is "
                             "corrected",
                             value.text, reason.data()));
    }

    void check_matches(const JsonValue& rule)
    {
        const auto* matches = member(rule, "matches");
        if (matches == nullptr || matches->kind != JsonValue::Kind::array || matches->items.empty())
            return complain(rule.position,
                            "a rule needs matches, as in matches = [ { name = bass } ]; this one "
                            "matches nothing");
        for (const auto& match : matches->items) {
            if (match.kind != JsonValue::Kind::object)
                complain(match.position, "each of matches must be an object, as in { name = bass }");
            for (const auto& condition : match.members)
                if (condition.value.is_text())
                    check_expression(condition.value);
        }
    }

    void check_actions(const JsonValue& rule)
    {
        const auto* actions = member(rule, "actions");
        if (actions == nullptr || actions->kind != JsonValue::Kind::object || actions->members.empty())
            return complain(rule.position, "a rule needs actions, as in actions = { update-props = { group = "
                                           "keys } }; this one changes nothing");
        constexpr std::array<std::string_view, 1> known{action_name};
        for (const auto& action : actions->members)
            if (action.key != action_name)
                complain(action.position,
                         fmt::format("there is no action '{}'{}", action.key, suggestion(action.key, known)));
            else if (action.value.kind != JsonValue::Kind::object)
                complain(action.value.position, "update-props must be an object of keys and values");
    }

public:
    explicit Check(const ConfigurationText& source) : source_(source) {}

    std::vector<RuleProblem> run(const JsonValue& rules)
    {
        constexpr std::array<std::string_view, 2> known{"matches", "actions"};
        for (const auto& rule : rules.items) {
            if (rule.kind != JsonValue::Kind::object) {
                complain(rule.position, "a rule must be an object: { matches = [ … ] actions = { … } }");
                continue;
            }
            for (const auto& [key, position, value] : rule.members)
                if (std::find(known.begin(), known.end(), key) == known.end())
                    complain(position, fmt::format("a rule has no key '{}'{}", key, suggestion(key, known)));
            check_matches(rule);
            check_actions(rule);
        }
        return std::move(problems_);
    }
};

/// A node that a rule changes.
struct Subject {
    const ConfigurationText* source;
    NodeSettings* settings;
};

int apply_action(void* data, const char*, const char* action, const char* text, std::size_t length) noexcept
try {
    const auto& subject = *static_cast<Subject*>(data);
    if (action != action_name)
        return 0;
    const auto start = static_cast<std::size_t>(text - subject.source->text.data());
    const auto position = position_of(subject.source->text, start);
    for (const auto& [key, place, value] : parse_json_object({text, length}, position).members)
        (*subject.settings)[key] = {value, {subject.source->file, place}, SettingOrigin::rule};
    return 0;
} catch (const std::exception&) {
    return 0; // update-props that is no object changes nothing
}

} // namespace

std::vector<RuleProblem> MatchRules::add(const ConfigurationText& source, const JsonValue& value)
{
    sections_.push_back({&source, value.offset, value.length});
    return Check(source).run(value);
}

void MatchRules::apply(NodeSettings& settings, std::string_view type) const
{
    if (sections_.empty())
        return;
    const Properties properties(pw_properties_new(nullptr, nullptr));
    if (!type.empty())
        pw_properties_set(properties.get(), "type", std::string(type).c_str());
    for (const auto& [key, setting] : settings)
        if (setting.value.is_text())
            pw_properties_set(properties.get(), key.c_str(), setting.value.text.c_str());
    if (const auto name = settings.find("name"); name != settings.end())
        pw_properties_setf(properties.get(), PW_KEY_NODE_NAME, "%s%s", std::string(node_prefix).c_str(),
                           name->second.value.text.c_str());
    for (const auto& section : sections_) {
        Subject subject{section.source, &settings};
        pw_conf_match_rules(section.source->text.data() + section.offset, section.length,
                            section.source->file.c_str(), &properties->dict, apply_action, &subject);
    }
}

} // namespace decant::service
