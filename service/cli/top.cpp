// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/daemon-client.hpp"
#include "service/cli/rack-screen.hpp"
#include "service/cli/raw-terminal.hpp"
#include "service/cli/verbs.hpp"
#include "service/loop-sources.hpp"
#include "service/request.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <spa/utils/string.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <unistd.h>

namespace decant::cli
{

namespace
{

using service::RequestVerb;

/// The rack while it is looked at, and what somebody does to it meanwhile.
class Top
{
    RackScreen screen_;
    std::unique_ptr<RawTerminal> terminal_;
    DaemonClient client_;
    std::string asked_; ///< the id of the last request
    unsigned requests_ = 0;
    bool ended_ = false;

    void take_entry(std::string_view key, const char* text)
    {
        if (key == service::reply_key && text != nullptr) {
            take_reply(text);
        } else if (key.starts_with(service::node_prefix)) {
            const std::string name(key.substr(service::node_prefix.size()));
            const auto status = text != nullptr ? service::parse_node_status(text) : std::nullopt;
            if (status)
                screen_.nodes[name] = *status;
            else if (text == nullptr)
                screen_.nodes.erase(name);
        }
    }

    void take_reply(const char* text)
    {
        const auto reply = service::parse_reply(text);
        if (!reply || reply->id != asked_)
            return;
        asked_.clear();
        if (!reply->problems.empty())
            screen_.notice = fmt::format("{}", fmt::join(reply->problems, "; "));
        else
            screen_.notice = reply->answer.empty() ? "done" : reply->answer.front();
        draw();
    }

    void ask(RequestVerb verb, std::string_view what, bool all = false, std::string argument = {})
    {
        if (!all && screen_.selected.empty()) {
            screen_.notice = "select a node first, with the cursor keys";
            return;
        }
        service::Request request;
        request.id = asked_ = fmt::format("top.{}.{}", ::getpid(), ++requests_);
        request.verb = verb;
        request.argument = std::move(argument);
        if (!all)
            request.nodes = {screen_.selected};
        screen_.notice = fmt::format("{} {} …", what, all ? "all" : screen_.selected);
        client_.write(service::request_key, to_json(request));
    }

    void obey(const std::string& key)
    {
        if (key == "q" || key == "\x03")
            end();
        else if (key == "down" || key == "j")
            screen_.select_next();
        else if (key == "up" || key == "k")
            screen_.select_previous();
        else if (key == "r")
            ask(RequestVerb::restart, "restart");
        else if (key == "e")
            ask(RequestVerb::enable, "enable");
        else if (key == "p")
            ask(RequestVerb::panic, "panic");
        else if (key == "P")
            ask(RequestVerb::panic, "panic", true);
        else if (key == "s")
            ask(RequestVerb::save, "save");
        else if (key == "o")
            ask(RequestVerb::editor, "editor of", false, "toggle");
        else if (key == "b")
            ask(RequestVerb::bypass, "bypass of", false, "toggle");
    }

    void draw()
    {
        if (!terminal_)
            return;
        std::tie(screen_.columns, screen_.rows) = terminal_->size();
        terminal_->show(screen_.lines(), screen_.selected_line());
    }

    void end()
    {
        ended_ = true;
        client_.stop();
    }

public:
    Top()
        : client_({.entry = [this](const char* key, const char* text) {
              take_entry(key, text);
          }})
    {
        client_.look_around();
    }
    Top(const Top&) = delete;
    Top& operator=(const Top&) = delete;

    [[nodiscard]] const RackScreen& screen() const noexcept { return screen_; }

    void run()
    {
        terminal_ = std::make_unique<RawTerminal>();
        auto* loop = client_.loop();
        service::Timer tick(loop, [this] { draw(); });
        const service::InputWatch keyboard(loop, STDIN_FILENO, [this] {
            for (const auto& key : terminal_->keys())
                obey(key);
            draw();
        });
        const service::SignalWatch terminate(loop, SIGTERM, [this] { end(); });
        tick.start(std::chrono::milliseconds(1), std::chrono::milliseconds(500));
        while (!ended_)
            (void)client_.listen(std::chrono::hours(1));
    }
};

void print_json(const RackScreen& screen)
{
    auto nodes = nlohmann::ordered_json::array();
    for (const auto& [name, status] : screen.nodes) {
        nlohmann::ordered_json entry{{"name", name}};
        entry.update(nlohmann::ordered_json::parse(to_json(status)));
        nodes.push_back(std::move(entry));
    }
    fmt::print("{}\n", nodes.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

void print_once(RackScreen screen)
{
    screen.columns = 400;
    screen.rows = screen.nodes.size() + 4;
    auto lines = screen.lines();
    lines.resize(lines.size() - 2); // the keys
    for (auto& line : lines) {
        line.erase(line.find_last_not_of(' ') + 1);
        fmt::print("{}\n", line);
    }
}

} // namespace

void add_top(CLI::App& application)
{
    auto* verb = application.add_subcommand("top", "Watch the rack live: loads, round trips, voices, memory");
    const auto once = std::make_shared<bool>(false);
    const auto json = std::make_shared<bool>(false);
    verb->add_flag("--once", *once, "Print it once");
    verb->add_flag("--json", *json, "Print it once, as JSON");
    verb->footer(
        "LOAD is the part of the period that a node takes, of the last second; TRIP the way to the plugin "
        "and back,\n"
        "the median and the longest; MiB what the plugin's process has for itself, or an instrument's "
        "samples.\n"
        "Plugins of a group share a process, and each shows all of it.\n\n"
        "Keys: up and down select, o opens the editor or closes it, b bypasses, r restarts, e enables, p "
        "panic,\n"
        "P panic for all, s saves, q quits.\n\n"
        "Examples:\n  decant top\n  decant top --json | jq 'map(.load) | add'");
    verb->callback([once, json] {
        Top top;
        if (*json)
            print_json(top.screen());
        else if (*once)
            print_once(top.screen());
        else
            top.run();
    });
}

} // namespace decant::cli
