// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/sampler/instrument.hpp"
#include "nodes/sampler/load-progress.hpp"
#include "nodes/sampler/sampler-setup.hpp"
#include "service/file-watcher.hpp"
#include "service/main-queue.hpp"
#include "service/node-content.hpp"
#include "service/sampler-parameters.hpp"
#include "service/sampler-state.hpp"
#include "service/workers.hpp"

#include <functional>
#include <memory>
#include <string>

namespace decant::service
{

/// A sampled instrument. It is loaded by the workers and shown when it is complete; when its files change it
/// is loaded again, while the notes go on. What is set of its parameters is kept in a state file.
class SamplerContent final : public NodeContent
{
    ContentOwner& owner_;
    NodeConfig config_;
    sampler::Sampler sampler_;
    MainQueue& queue_;
    Workers& workers_;
    Workers& writers_;
    Lifeline lifeline_;
    SamplerParameters parameters_;
    std::shared_ptr<SamplerState> state_;
    ParameterValues restored_; ///< of controllers that no instrument has shown yet
    FileWatcher watcher_;
    std::shared_ptr<const sampler::LoadProgress> progress_; ///< of what is being loaded
    bool shown_ = false;
    unsigned outputs_ = 0;   ///< pairs
    unsigned until_save_;    ///< ticks
    std::string told_;       ///< the problem with the state, if there is one
    std::size_t memory_ = 0; ///< bytes of samples

    void load();
    [[nodiscard]] std::string not_as_written(std::size_t count) const;
    void fail(const std::string& reason);
    void watch_files();
    void play(sampler::LoadedInstrument loaded, std::shared_ptr<const sampler::KeyTuning> tuning);
    void change_quality(sampler::Quality quality);
    void show(std::shared_ptr<const sampler::Instrument> instrument,
              std::shared_ptr<const sampler::KeyTuning> tuning);
    [[nodiscard]] ParameterValues configured() const;
    [[nodiscard]] ParameterValues to_keep() const;
    void write_state(std::function<void(std::string problem)> done);
    void tell(const std::string& problem);

public:
    /// `workers` load and `writers` save, so that nobody who saves waits for somebody who loads. All but
    /// `config` outlive it. Throws std::runtime_error.
    SamplerContent(const NodeConfig& config, ContentOwner& owner, pw_loop* loop, MainQueue& queue,
                   Workers& workers, Workers& writers);
    ~SamplerContent() override;

    [[nodiscard]] bool change(const NodeConfig& config) override;
    void tick(const nodes::FilterCounters* counters) override;
    void report(NodeStatus& status) override;
    void save(std::function<void(std::string problem)> done) override;
};

} // namespace decant::service
