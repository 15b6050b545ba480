// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/parameters.hpp"
#include "nodes/sampler/instrument.hpp"
#include "nodes/sampler/sampler-setup.hpp"
#include "service/configuration.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace decant::service
{

/// The parameters of a sampler as the graph shows them: those of every sampler, then the controllers that its
/// instrument uses, by the names that it gives them. All functions: [main].
class SamplerParameters final : public nodes::Parameters
{
public:
    using QualitySetter = std::function<void(sampler::Quality)>;

    /// `sampler` outlives it; the setter takes a while where the sampler itself would.
    SamplerParameters(const NodeConfig& config, sampler::Sampler& sampler, QualitySetter set_quality);

    /// Whether an instrument has other controllers than the one before.
    [[nodiscard]] bool differ(const sampler::Instrument& instrument) const;

    /// Shows the controllers of an instrument that the sampler is about to play. If they differ, nobody shows
    /// the parameters meanwhile.
    void show(const sampler::Instrument& instrument);

    /// Looks at what has moved the controllers; whether anything has.
    [[nodiscard]] bool follow();

    /// Of the configuration, which has changed.
    void configure(const NodeConfig& before, const NodeConfig& now);

    /// What somebody has set, by name, apart from what only the hands hold: pedals, bend and aftertouch.
    [[nodiscard]] std::map<std::string, double> changed() const;

    /// Sets those that there are.
    void set_all(const std::map<std::string, double>& values);

    [[nodiscard]] std::span<const nodes::ParameterInfo> infos() const override { return infos_; }
    [[nodiscard]] double value(std::size_t index) const override { return values_.at(index); }
    void set(std::size_t index, double value) override;

private:
    sampler::Sampler& sampler_;
    QualitySetter set_quality_;
    std::vector<nodes::ParameterInfo> infos_;
    std::vector<double> values_;
    std::vector<unsigned> controls_; ///< of the infos behind those of every sampler
};

} // namespace decant::service
