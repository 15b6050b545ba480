// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/lua-scripts/stand-in-node.hpp"

#include <cctype>
#include <pipewire/filter.h>
#include <pipewire/impl-module.h>
#include <pipewire/pipewire.h>
#include <stdexcept>

namespace decant::tests
{
namespace
{

struct Library {
    Library()
    {
        pw_init(nullptr, nullptr);
        pw_log_set_level(SPA_LOG_LEVEL_ERROR); // it finds a context without configuration worth a warning
    }
};

void require(const void* object, const char* what)
{
    if (object == nullptr)
        throw std::runtime_error(std::string("stand-in node: PipeWire gives no ") + what);
}

class Lock
{
public:
    explicit Lock(pw_thread_loop* loop) : loop_(loop) { pw_thread_loop_lock(loop_); }
    ~Lock() { pw_thread_loop_unlock(loop_); }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

private:
    pw_thread_loop* loop_;
};

} // namespace

struct StandInNode::Connection {
    pw_thread_loop* loop = nullptr;
    pw_context* context = nullptr;
    pw_core* core = nullptr;
    pw_filter* filter = nullptr;
    pw_filter_events events{};

    Connection(const PrivateSession& session, const std::string& name, const Shape& shape);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void add_port(pw_direction direction, const std::string& name, const char* format,
                  const std::string& channel, const std::string& alias);
    void add_audio(pw_direction direction, const std::string& channel);
};

StandInNode::Connection::Connection(const PrivateSession& session, const std::string& name,
                                    const Shape& shape)
{
    static const Library library;
    loop = pw_thread_loop_new("stand-in", nullptr);
    require(loop, "loop");
    pw_thread_loop_start(loop);
    const Lock lock(loop);

    // The absolute path of the socket and no configuration file: the test process has the user's environment.
    const auto socket = session.home() / "run" / session.environment().at("PIPEWIRE_REMOTE");
    context =
        pw_context_new(pw_thread_loop_get_loop(loop),
                       pw_properties_new(PW_KEY_CONFIG_NAME, "null", "support.dbus", "false", nullptr), 0);
    require(context, "context");
    for (const auto* module : {"libpipewire-module-protocol-native", "libpipewire-module-client-node"})
        require(pw_context_load_module(context, module, nullptr, nullptr), module);
    core = pw_context_connect(context, pw_properties_new(PW_KEY_REMOTE_NAME, socket.c_str(), nullptr), 0);
    require(core, "connection");

    auto* properties = pw_properties_new(PW_KEY_NODE_NAME, name.c_str(), nullptr);
    for (const auto& [key, value] : shape.properties)
        pw_properties_set(properties, key.c_str(), value.c_str());
    filter = pw_filter_new(core, name.c_str(), properties);
    require(filter, "filter");

    for (const auto& channel : shape.inputs)
        add_audio(PW_DIRECTION_INPUT, channel);
    for (const auto& channel : shape.outputs)
        add_audio(PW_DIRECTION_OUTPUT, channel);
    if (shape.midi_in)
        add_port(PW_DIRECTION_INPUT, "midi_in", "8 bit raw midi", "", "");
    if (shape.midi_out)
        add_port(PW_DIRECTION_OUTPUT, "midi_out", "8 bit raw midi", "", shape.midi_out_alias);
    if (pw_filter_connect(filter, PW_FILTER_FLAG_NONE, nullptr, 0) < 0)
        throw std::runtime_error("stand-in node: PipeWire does not take " + name);
}

StandInNode::Connection::~Connection()
{
    pw_thread_loop_stop(loop);
    if (filter != nullptr)
        pw_filter_destroy(filter);
    if (core != nullptr)
        pw_core_disconnect(core);
    if (context != nullptr)
        pw_context_destroy(context);
    pw_thread_loop_destroy(loop);
}

void StandInNode::Connection::add_port(pw_direction direction, const std::string& name, const char* format,
                                       const std::string& channel, const std::string& alias)
{
    auto* properties = pw_properties_new(PW_KEY_PORT_NAME, name.c_str(), PW_KEY_FORMAT_DSP, format, nullptr);
    if (!channel.empty())
        pw_properties_set(properties, PW_KEY_AUDIO_CHANNEL, channel.c_str());
    if (!alias.empty())
        pw_properties_set(properties, PW_KEY_PORT_ALIAS, alias.c_str());
    require(pw_filter_add_port(filter, direction, PW_FILTER_PORT_FLAG_MAP_BUFFERS, sizeof(int), properties,
                               nullptr, 0),
            "port");
}

void StandInNode::Connection::add_audio(pw_direction direction, const std::string& channel)
{
    const auto* prefix = direction == PW_DIRECTION_INPUT ? "input_" : "output_";
    const bool numbered = std::isdigit(static_cast<unsigned char>(channel.front())) != 0;
    add_port(direction, prefix + channel, "32 bit float mono audio", numbered ? "" : channel, "");
}

StandInNode::StandInNode(const PrivateSession& session, const std::string& name, const Shape& shape)
    : connection_(std::make_unique<Connection>(session, name, shape))
{
    if (!wait_until([&] {
            const auto ports = shape.inputs.size() + shape.outputs.size() + (shape.midi_in ? 1u : 0u) +
                               (shape.midi_out ? 1u : 0u);
            return session.graph().ports_of(name).size() >= ports;
        }))
        throw std::runtime_error("stand-in node: " + name + " does not come into the graph");
}

StandInNode::~StandInNode() = default;

void StandInNode::set_property(const std::string& name, const std::string& value)
{
    const Lock lock(connection_->loop);
    const spa_dict_item item{name.c_str(), value.c_str()};
    const spa_dict dictionary{0, 1, &item};
    pw_filter_update_properties(connection_->filter, nullptr, &dictionary);
}

void StandInNode::add_output(const std::string& channel)
{
    const Lock lock(connection_->loop);
    connection_->add_audio(PW_DIRECTION_OUTPUT, channel);
}

} // namespace decant::tests
