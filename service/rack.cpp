// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/rack.hpp"

#include "service/log.hpp"
#include "service/preset-exchange.hpp"
#include "service/unknown-names.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <unistd.h>
#include <utility>

namespace decant::service
{

namespace
{

void add_line(std::string& text, const std::string& line)
{
    text += (text.empty() ? "" : "\n") + line;
}

} // namespace

Rack::Rack(ContentMaker make_content, DataLoops& loops)
    : make_content_(std::move(make_content)), loops_(loops), balance_(nodes_, loops)
{
}

Rack::~Rack()
{
    leave();
}

NameHolders Rack::configs() const
{
    NameHolders configs;
    for (const auto& [name, node] : nodes_)
        configs.emplace(name, node->config());
    return configs;
}

void Rack::apply(Configuration configuration)
{
    names_checked_ = 0;
    problems_ = std::move(configuration.problems);
    refused_.clear();
    std::set<std::string> wanted;
    for (const auto& config : configuration.nodes)
        wanted.insert(config.name);
    std::map<std::string, std::string> hints;
    std::map<std::filesystem::path, std::string> broken_files;
    for (const auto& problem : problems_) {
        const auto text = to_text(problem);
        log(problem.fatal ? Severity::error : Severity::warning, text, problem.node);
        if (problem.fatal && wanted.contains(problem.node))
            continue; // it is about another one that wants the name
        if (!problem.node.empty())
            add_line(hints[problem.node], text);
        else if (problem.fatal)
            broken_files.emplace(problem.where.file, text);
    }

    // Old nodes go before new ones come: a name is free by then, and so are memory and CPU.
    auto before = std::exchange(nodes_, {});
    for (const auto& config : configuration.nodes)
        if (const auto old = before.find(config.name); old != before.end() && old->second->change(config))
            nodes_.insert(before.extract(old));
    keep_misspelt(before, wanted, hints, broken_files);
    for (const auto& [name, node] : before)
        node->leave();
    before.clear();

    for (const auto& config : configuration.nodes) {
        auto& node = nodes_[config.name];
        if (node)
            continue;
        node = std::make_unique<RackNode>(config, make_content_, loops_);
        if (core_ != nullptr)
            node->enter(core_);
    }
    for (const auto& [name, node] : nodes_)
        node->set_hint(hints[name]);
    for (const auto& problem : problems_) {
        if (!problem.fatal || problem.node.empty() || nodes_.contains(problem.node))
            continue;
        auto& status = refused_[problem.node];
        status.state = NodeState::failed;
        add_line(status.message, to_text(problem));
    }
}

void Rack::keep_misspelt(Nodes& before, const std::set<std::string>& wanted,
                         std::map<std::string, std::string>& hints,
                         const std::map<std::filesystem::path, std::string>& broken_files)
{
    for (auto old = before.begin(); old != before.end();) {
        const auto current = old++;
        if (wanted.contains(current->first))
            continue; // to be made anew
        if (const auto broken = broken_files.find(current->second->config().file);
            broken != broken_files.end())
            hints.emplace(current->first, broken->second);
        if (hints.contains(current->first))
            nodes_.insert(before.extract(current));
    }
}

void Rack::enter(pw_core* core)
{
    core_ = core;
    for (const auto& [name, node] : nodes_)
        node->enter(core);
    balance_.enter(core);
}

void Rack::let_go(std::uint32_t node, std::uint64_t since) noexcept
{
    for (const auto& [name, each] : nodes_)
        each->let_go(node, since);
}

void Rack::leave() noexcept
{
    core_ = nullptr;
    balance_.leave();
    for (const auto& [name, node] : nodes_)
        node->leave();
}

namespace
{

/// Collects what becomes of something that many do in their own time; tells it when the last lets go.
class Collection
{
    Reply reply_;
    std::function<void(Reply)> done_;

public:
    explicit Collection(std::string id, std::function<void(Reply)> done)
        : reply_{std::move(id), {}}, done_(std::move(done))
    {
    }
    Collection(const Collection&) = delete;
    Collection& operator=(const Collection&) = delete;
    ~Collection() { done_(std::move(reply_)); }

    void add(const std::string& name, const std::string& problem)
    {
        add(fmt::format("node '{}': {}", name, problem));
    }
    void add(std::string problem) { reply_.problems.push_back(std::move(problem)); }
    void answer(std::vector<std::string> lines) { reply_.answer = std::move(lines); }
};

/// Throws std::runtime_error, or std::logic_error from a number that is none.
PresetWish preset_wish_of(const Request& request)
{
    switch (request.verb) {
    case RequestVerb::save_preset:
        return SavePreset{exchanged_preset(request.argument)};
    case RequestVerb::load_preset:
        return LoadPreset{exchanged_preset(request.argument), request.file};
    default:
        return SelectProgram{static_cast<std::uint32_t>(std::stoul(request.argument))};
    }
}

/// Nothing for "toggle". Throws std::runtime_error.
std::optional<bool> switch_of(const Request& request)
{
    if (request.argument == "toggle")
        return std::nullopt;
    if (request.argument != "on" && request.argument != "off")
        throw std::runtime_error("a bypass can be on, off or toggle, and not '" + request.argument + "'");
    return request.argument == "on";
}

/// Throws std::runtime_error.
EditorAction editor_action_of(const Request& request)
{
    const auto blank = request.argument.find(' ');
    const auto word = request.argument.substr(0, blank);
    EditorAction action;
    if (blank != std::string::npos)
        action.part = request.argument.substr(blank + 1);
    if (word == "open")
        action.kind = EditorAction::Kind::open;
    else if (word == "close")
        action.kind = EditorAction::Kind::close;
    else if (word != "toggle")
        throw std::runtime_error("an editor can be told to open, close or toggle, and not to '" + word + "'");
    return action;
}

} // namespace

void Rack::obey(const Request& request, std::function<void(Reply)> done)
{
    const auto collection = std::make_shared<Collection>(request.id, std::move(done));
    if (request.verb == RequestVerb::balance)
        return balance_.ask([collection](std::vector<std::string> lines, std::string problem) {
            collection->answer(std::move(lines));
            if (!problem.empty())
                collection->add(std::move(problem));
        });
    std::vector<std::string> names;
    if (request.nodes.empty() && (request.verb == RequestVerb::save || request.verb == RequestVerb::panic))
        for (const auto& [name, node] : nodes_)
            if (node->state() == NodeState::running)
                names.push_back(name);
    for (const auto& name : request.nodes)
        if (nodes_.contains(name))
            names.push_back(name);
        else
            collection->add(name, "there is none of that name, or its configuration is wrong; 'decant list' "
                                  "shows what there is, 'decant reload' reads what was corrected");
    for (const auto& name : names) {
        auto& node = *nodes_.at(name);
        const auto collect = [collection, name](const std::string& problem) {
            if (!problem.empty())
                collection->add(name, problem);
        };
        switch (request.verb) {
        case RequestVerb::enable:
            enable(name);
            break;
        case RequestVerb::restart:
            if (node.state() == NodeState::disabled)
                collect(
                    fmt::format("it is disabled; 'decant enable {}' or enabled = true makes it play", name));
            else
                restart(name);
            break;
        case RequestVerb::panic:
            node.panic();
            break;
        case RequestVerb::reload:  // the session's
        case RequestVerb::balance: // the whole rack's
            break;
        case RequestVerb::save:
            node.save(collect);
            break;
        case RequestVerb::list_programs:
            if (auto programs = node.programs())
                collection->answer(std::move(*programs));
            else
                collect("only plugins have presets");
            break;
        case RequestVerb::editor:
            try {
                node.ask(editor_action_of(request), [collection, collect, &node](const std::string& problem) {
                    collect(problem);
                    if (problem.empty()) // else the node may be about to go
                        collection->answer({node.editor()});
                });
            } catch (const std::exception& error) {
                collect(error.what());
            }
            break;
        case RequestVerb::bypass:
            try {
                node.bypass(switch_of(request));
                collection->answer({node.bypassed() ? "bypassed" : "heard"});
            } catch (const std::exception& error) {
                collect(error.what());
            }
            break;
        case RequestVerb::select_program:
        case RequestVerb::save_preset:
        case RequestVerb::load_preset:
            try {
                node.ask(preset_wish_of(request), collect);
            } catch (const std::exception& error) {
                collect(error.what());
            }
            break;
        }
    }
}

void Rack::enable(const std::string& name)
{
    if (!nodes_.at(name)->enable())
        make_anew(name);
}

void Rack::restart(const std::string& name)
{
    if (!nodes_.at(name)->restart())
        make_anew(name);
}

void Rack::make_anew(const std::string& name)
{
    auto& node = nodes_.at(name);
    const NodeConfig config = node->config();
    const std::string hint = node->hint();
    node->leave();
    node.reset(); // the name is free by then, and its state kept
    node = std::make_unique<RackNode>(config, make_content_, loops_);
    node->set_hint(hint);
    if (core_ != nullptr)
        node->enter(core_);
}

void Rack::tick()
{
    for (const auto& [name, node] : nodes_)
        node->tick();
    balance_.tick();
}

bool Rack::plays()
{
    bool plays = false;
    for (const auto& [name, node] : nodes_)
        plays |= node->has_run();
    return plays;
}

void Rack::check_names(const GraphNames& graph)
{
    const auto before = std::exchange(names_checked_, graph.version());
    if (before == graph.version())
        return;
    // Of a new configuration it may be a slip. Later somebody has left, and may come back.
    const auto severity = before == 0 ? Severity::warning : Severity::info;
    KnownNames known{{}, graph.midi_sources(), graph.targets(), graph.sound_sources()};
    for (const auto& [name, node] : nodes_)
        known.rack.push_back(name);
    for (const auto& [name, status] : refused_)
        known.rack.push_back(name);
    for (const auto& [name, node] : nodes_)
        node->set_warnings(complaints_about_names(node->config(), known), severity);
}

void Rack::publish(StatusBoard& board)
{
    std::set<std::string> keys{service_key};
    const auto publish_node = [&](const std::string& name, const NodeStatus& status) {
        auto key = std::string(node_prefix) + name;
        board.set(key, to_json(status));
        keys.insert(std::move(key));
    };
    for (const auto& [name, node] : nodes_)
        publish_node(name, node->take_status());
    for (const auto& [name, status] : refused_)
        publish_node(name, status);

    auto problems = nlohmann::json::array();
    for (const auto& problem : problems_)
        problems.push_back(to_text(problem));
    const nlohmann::json service{
        {"version", DECANT_VERSION}, {"pid", ::getpid()}, {"problems", std::move(problems)}};
    board.set(service_key, service.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));

    for (const auto& key : published_)
        if (!keys.contains(key))
            board.remove(key);
    published_ = std::move(keys);
}

std::set<std::filesystem::path> Rack::lost_files() const
{
    std::set<std::filesystem::path> files;
    for (const auto& [name, node] : nodes_)
        files.merge(node->lost_files());
    return files;
}

std::string Rack::summary() const
{
    const auto failed =
        refused_.size() +
        static_cast<std::size_t>(std::count_if(nodes_.begin(), nodes_.end(), [](const auto& each) {
            return each.second->state() == NodeState::failed;
        }));
    const auto all = nodes_.size() + refused_.size();
    return fmt::format("{} node{}{}", all, all == 1 ? "" : "s",
                       failed == 0 ? "" : fmt::format(", {} failed: see 'decant list'", failed));
}

} // namespace decant::service
