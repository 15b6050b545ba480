// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The host's half of the bridge as a native program, for tests without Wine.
//
// fake-host --region PATH [--version-number N] [--state-bytes N] [--mute] [--save-hangs]
// [--tells-gain] [--id ID]: claims to speak version N of the protocol, has a plugin state of N bytes, never
// says hello, hangs when asked for its state, says when it is activated that its gain was moved to what it
// is, and that its latency is 64, and has plugins with this id. What it loads is said in
// fake-host-plugin.hpp; besides, the names "crash-on-load", "hang-on-load", "refuse" and "not-a-plugin" do
// what they say.

#include "nodes/bridge/bell-rope.hpp"
#include "nodes/bridge/futex.hpp"
#include "tests/support/fake-host-options.hpp"
#include "tests/support/fake-host-plugin.hpp"
#include "wine-host/protocol/channel.hpp"
#include "wine-host/protocol/editor-messages.hpp"
#include "wine-host/protocol/layout.hpp"
#include "wine-host/protocol/messages.hpp"
#include "wine-host/protocol/next-block.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/mman.h>
#include <sys/resource.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace
{

using namespace decant;
using protocol::MessageType;

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::uint32_t state_magic = 0x454b4146;

protocol::Region& open_region(const std::string& name)
{
    const int file = open(name.c_str(), O_RDWR | O_CLOEXEC);
    if (file < 0)
        throw std::system_error(errno, std::generic_category(), "no region " + name);
    void* const memory = mmap(nullptr, sizeof(protocol::Region), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (memory == MAP_FAILED)
        throw std::system_error(errno, std::generic_category(), "cannot map " + name);
    return *static_cast<protocol::Region*>(memory);
}

class Host
{
    const tests::FakeHostOptions options_;
    protocol::Region& region_;
    const pid_t service_;
    bridge::BellRope rope_;
    protocol::Channel<bridge::BellRope> channel_;

    std::mutex mutex_; ///< between the threads of this process; a real host does without
    std::optional<tests::FakePlugin> plugin_;
    double rate_ = 0; ///< zero: not active
    std::uint32_t largest_block_ = 0;
    protocol::EditorPlace editor_;
    std::optional<double> touched_;        ///< to be told by the main thread
    std::optional<std::uint32_t> latency_; ///< the same

    void answer(MessageType type, std::uint32_t id, std::span<const std::byte> payload = {})
    {
        if (!channel_.send(type, id, payload, rope_.now() + 30 * second))
            throw std::runtime_error("the service does not listen");
    }

    void fail(std::uint32_t id, protocol::FailureCode code, const std::string& text)
    {
        answer(MessageType::failed, id, protocol::encode(protocol::Failure{code, text}));
    }

    void say(const std::string& line)
    {
        protocol::WireWriter out;
        answer(MessageType::log, 0, out.put_text(line).bytes());
    }

    void load(const protocol::Message& message)
    {
        const auto parts = protocol::decode_parts(message.payload);
        if (!parts)
            return fail(message.id, protocol::FailureCode::other, "the request is malformed");
        const std::string name = std::filesystem::path(parts->front().path).stem().string();
        if (name == "crash-on-load") {
            std::signal(SIGSEGV, SIG_DFL);
            std::raise(SIGSEGV);
        }
        if (name == "hang-on-load")
            for (;;)
                pause();
        if (name == "refuse")
            return fail(message.id, protocol::FailureCode::refused, "the plugin does not want to");
        if (name == "not-a-plugin")
            return fail(message.id, protocol::FailureCode::not_a_plugin, "this is no plugin");
        auto plugin = tests::FakePlugin::load(name);
        if (!plugin)
            return fail(message.id, protocol::FailureCode::not_found, "there is no plugin " + name);
        say("loading " + name);
        const std::scoped_lock lock(mutex_);
        plugin_ = std::move(plugin);
        auto description = plugin_->description();
        if (!options_.id.empty())
            description.id = options_.id;
        answer(MessageType::loaded, message.id, protocol::encode(description));
    }

    void restore(const protocol::Message& message)
    {
        protocol::WireReader in(message.payload);
        protocol::WireReader state(in.get_blob());
        const std::scoped_lock lock(mutex_);
        if (state.get<std::uint32_t>() != state_magic)
            return fail(message.id, protocol::FailureCode::state_mismatch, "another plugin's state");
        // Command parameters are no part of the state: a restored plugin behaves.
        plugin_->set_value(tests::fake_parameter::gain, state.get<double>());
        answer(MessageType::done, message.id);
    }

    void save(std::uint32_t id)
    {
        while (options_.save_hangs)
            pause();
        if (options_.padding.size() > protocol::max_message_bytes)
            return fail(id, protocol::FailureCode::refused, "the state is too large");
        const std::scoped_lock lock(mutex_);
        protocol::WireWriter state;
        state.put(state_magic).put(plugin_->value(tests::fake_parameter::gain));
        state.put_blob(options_.padding);
        protocol::WireWriter out;
        answer(MessageType::state, id, out.put_blob(state.bytes()).bytes());
    }

    void tell_gain(double value)
    {
        protocol::WireWriter out;
        answer(MessageType::parameter_changed, 0,
               out.put(std::uint32_t{tests::fake_parameter::gain}).put(value).bytes());
    }

    void tell_values(std::uint32_t id)
    {
        const std::scoped_lock lock(mutex_);
        const auto values = plugin_->values();
        protocol::WireWriter out;
        out.put(static_cast<std::uint32_t>(values.size()));
        for (const double value : values)
            out.put(value);
        answer(MessageType::values, id, out.bytes());
    }

    void activate(const protocol::Message& message)
    {
        protocol::WireReader in(message.payload);
        const std::scoped_lock lock(mutex_);
        rate_ = in.get<double>();
        largest_block_ = in.get<std::uint32_t>();
        if (options_.tells_gain)
            tell_gain(plugin_->value(tests::fake_parameter::gain));
        answer(MessageType::done, message.id);
        if (options_.tells_gain)
            tell_latency(64); // behind the answer, as the Wine host does
    }

    void deactivate(std::uint32_t id)
    {
        const std::scoped_lock lock(mutex_);
        rate_ = 0;
        answer(MessageType::done, id);
    }

    void obey(const protocol::Message& message)
    {
        if (!plugin_ && message.type != MessageType::load && message.type != MessageType::quit)
            return fail(message.id, protocol::FailureCode::other, "no plugin is loaded");
        switch (message.type) {
        case MessageType::load:
            return load(message);
        case MessageType::activate:
            return activate(message);
        case MessageType::deactivate:
            return deactivate(message.id);
        case MessageType::get_state:
            return save(message.id);
        case MessageType::set_state:
            return restore(message);
        case MessageType::get_values:
            return tell_values(message.id);
        case MessageType::open_editor:
            return open_editor(message);
        case MessageType::close_editor:
            tell_editor(false);
            return answer(MessageType::done, message.id);
        case MessageType::quit:
            answer(MessageType::done, message.id);
            std::_Exit(0);
        default:
            return fail(message.id, protocol::FailureCode::other, "no such request");
        }
    }

    void tell_editor(bool open)
    {
        answer(MessageType::editor_changed, 0, protocol::encode(protocol::EditorReport{"", open, editor_}));
    }

    /// A window that opens where it was, and else at a place of its own.
    void open_editor(const protocol::Message& message)
    {
        const auto request = protocol::decode_editor_request(message.payload);
        if (!request)
            return fail(message.id, protocol::FailureCode::other, "the request is malformed");
        editor_ =
            request->places.empty() ? protocol::EditorPlace{100, 200, 300, 400} : request->places[0].place;
        editor_.x += 7; // somebody moves it
        tell_editor(true);
        answer(MessageType::done, message.id);
    }

    /// What the plugin did in its blocks, for the main side to hear.
    void tell_changes()
    {
        std::unique_lock lock(mutex_);
        const auto touched = std::exchange(touched_, std::nullopt);
        const auto latency = std::exchange(latency_, std::nullopt);
        lock.unlock();
        if (touched)
            tell_gain(*touched);
        if (latency) {
            tell_latency(*latency);
            answer(MessageType::state_changed, 0); // as that is of no parameter
        }
    }

    void tell_latency(std::uint32_t frames)
    {
        protocol::WireWriter out;
        answer(MessageType::latency_changed, 0, out.put(frames).bytes());
    }

    protocol::BlockReply run(const protocol::BlockRequest& request)
    {
        const std::scoped_lock lock(mutex_);
        if (!plugin_ || rate_ == 0 || request.frames > largest_block_ ||
            (request.frames != 0 && rate_ != request.rate))
            return {protocol::BlockStatus::not_active, 0, 0, 0, 0};
        if (plugin_->value(tests::fake_parameter::pause) != 0) {
            if (request.event_bytes != 0)
                plugin_->set_value(tests::fake_parameter::pause, 0);
            return {protocol::BlockStatus::not_active, 0, 0, 0, 0};
        }
        const double touched = plugin_->value(tests::fake_parameter::touch);
        const double latency = plugin_->value(tests::fake_parameter::latency);
        const auto reply = plugin_->process(region_, request);
        if (plugin_->value(tests::fake_parameter::touch) != touched)
            touched_ = plugin_->value(tests::fake_parameter::touch);
        if (plugin_->value(tests::fake_parameter::latency) != latency)
            latency_ = static_cast<std::uint32_t>(plugin_->value(tests::fake_parameter::latency));
        if (touched_ || latency_)
            rope_.interrupt(region_.host_bell);
        return reply;
    }

    [[nodiscard]] bool corrupts()
    {
        const std::scoped_lock lock(mutex_);
        return plugin_ && plugin_->value(tests::fake_parameter::misbehave) ==
                              static_cast<double>(tests::FakeMisbehaviour::corrupt);
    }

    void linger()
    {
        const std::scoped_lock lock(mutex_);
        if (plugin_)
            plugin_->linger();
    }

public:
    Host(protocol::Region& region, tests::FakeHostOptions options)
        : options_(std::move(options)), region_(region), service_(static_cast<pid_t>(region.service_pid)),
          channel_(rope_, region.to_service, region.to_host, region.host_bell, region.service_bell)
    {
    }

    void greet(std::uint32_t version)
    {
        answer(MessageType::hello, 0, protocol::encode(protocol::Hello{version, 64, ""}));
    }

    /// The main thread: until the service asks to end, or is no more.
    void serve()
    {
        while (kill(service_, 0) == 0 && !channel_.broken()) {
            const std::uint32_t seen = region_.host_bell.value.load();
            tell_changes();
            if (channel_.pending()) {
                if (const auto message = channel_.receive(rope_.now() + 30 * second))
                    obey(*message);
            } else {
                (void)rope_.sleep(region_.host_bell, seen, rope_.now() + second);
            }
        }
    }

    /// The audio thread.
    void process_blocks()
    {
        // Not the number of the request: the first one may have been posted before this thread came to run.
        std::uint32_t done = region_.reply.value.load();
        protocol::PollWindow next{};
        region_.audio_thread = static_cast<std::uint32_t>(gettid());
        for (;;) {
            done = protocol::await_block(rope_, region_.request, done, next).value();
            const auto request = region_.block;
            next = request.next;
            region_.result = run(request);
            if (corrupts())
                plugin_->corrupt(region_);
            region_.reply.value.store(done);
            if (region_.reply.sleepers.load() != 0)
                rope_.wake(region_.reply);
            linger();
        }
    }
};

} // namespace

int main(int argc, char** argv)
try {
    const auto options = tests::parse_options(argc, argv);
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    Host host(open_region(options.region), options);
    std::thread([&host] { host.process_blocks(); }).detach();
    if (!options.mute)
        host.greet(options.version);
    host.serve();
    std::_Exit(0); // the audio thread never ends
} catch (const std::exception& error) {
    std::fprintf(stderr, "fake-host: %s\n", error.what());
    std::_Exit(1);
}
