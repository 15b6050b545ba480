// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/sampler/instrument.hpp"
#include "nodes/sampler/sampler-setup.hpp"
#include "service/file-watcher.hpp"
#include "service/main-queue.hpp"
#include "service/node-content.hpp"
#include "service/workers.hpp"

#include <array>
#include <memory>
#include <span>

namespace decant::service
{

/// A sampled instrument. It is loaded by the workers and shown when it is complete; when its files change it
/// is loaded again, while the notes go on.
class SamplerContent final : public NodeContent, private nodes::Parameters
{
    ContentOwner& owner_;
    NodeConfig config_;
    sampler::Sampler sampler_;
    std::array<nodes::ParameterInfo, 2> infos_;
    std::array<double, 2> values_;
    MainQueue& queue_;
    Workers& workers_;
    Lifeline lifeline_;
    FileWatcher watcher_;
    std::shared_ptr<const sampler::LoadProgress> progress_; ///< of what is being loaded
    bool shown_ = false;
    std::size_t memory_ = 0; ///< bytes of samples

    void load();
    void fail(const std::string& reason);
    void play(sampler::LoadedInstrument loaded);
    void change_quality(sampler::Quality quality);

    [[nodiscard]] std::span<const nodes::ParameterInfo> infos() const override { return infos_; }
    [[nodiscard]] double value(std::size_t index) const override { return values_.at(index); }
    void set(std::size_t index, double value) override;

public:
    /// `queue` and `workers` outlive it. Throws std::runtime_error.
    SamplerContent(const NodeConfig& config, ContentOwner& owner, pw_loop* loop, MainQueue& queue,
                   Workers& workers);

    [[nodiscard]] bool change(const NodeConfig& config) override;
    void tick(const nodes::FilterCounters* counters) override;
    void report(NodeStatus& status) override;
    void stop() override {}
};

} // namespace decant::service
