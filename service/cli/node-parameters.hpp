// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/cli/daemon-client.hpp"

#include <spa/pod/pod.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace decant::cli
{

/// A parameter as a node shows it to the graph.
struct ShownParameter {
    std::string name;
    double value = 0;
    double minimum = 0;
    double maximum = 1;
    double initial = 0;
    bool is_switch = false; ///< off at the minimum, on at the maximum
};

/// A parameter of a PropInfo object; nothing if it is none that can be set. [any]
[[nodiscard]] std::optional<ShownParameter> parse_parameter_info(const spa_pod* info);

/// The values of a Props object, by name. [any]
[[nodiscard]] std::map<std::string, double> parse_parameter_values(const spa_pod* props);

/// The parameter that somebody means who writes `name`: that one, or the only one that differs in upper and
/// lower case alone. Throws std::runtime_error with the nearest. [any]
[[nodiscard]] const ShownParameter& parameter_named(const std::vector<ShownParameter>& parameters,
                                                    std::string_view name);

/// A number, or true, false, on or off, within the range of the parameter. Throws std::runtime_error. [any]
[[nodiscard]] double parameter_value(const ShownParameter& parameter, std::string_view text);

/// The values that "PARAMETER=VALUE" means, each by the parameter's exact name. Throws std::invalid_argument
/// if one is not of that form or two are of one parameter, and else as the above. [any]
[[nodiscard]] std::vector<std::pair<std::string, double>>
assigned_values(const std::vector<ShownParameter>& parameters, const std::vector<std::string>& assignments);

/// A node of the rack, to look at its parameters and to set them. All throw NotRunning, or
/// std::runtime_error. [main]
class NodeParameters
{
    std::string name_;
    std::optional<std::uint32_t> id_;
    std::string failure_; ///< what the service says of it
    bool known_ = false;
    DaemonClient client_;
    service::Node node_;
    service::Listener listener_;
    std::vector<ShownParameter> parameters_;
    std::map<std::string, double> values_;
    std::uint64_t updates_ = 0; ///< of the values

    void show_values();

    void take(std::uint32_t kind, const spa_pod* param);

public:
    /// Reads them. `name` is the short one.
    explicit NodeParameters(const std::string& name);

    [[nodiscard]] const std::vector<ShownParameter>& all() const noexcept { return parameters_; }

    /// Sets them, by their exact names, and waits until the node shows what it has made of them.
    void set(const std::vector<std::pair<std::string, double>>& values);
};

} // namespace decant::cli
