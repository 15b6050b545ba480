// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/bridge/guard.hpp"
#include "tests/bench/bridged-plugin.hpp"
#include "tests/bench/contender.hpp"
#include "tests/bench/options.hpp"
#include "tests/bench/plugin-subject.hpp"
#include "tests/bench/test-signal.hpp"
#include "tests/bench/wine-session.hpp"

#include <memory>
#include <vector>

namespace decant::bench
{

/// As many instances of the gain plugin as the options say, each in a Wine host of its own or all in one.
class HostSet
{
    Options options_;
    service::PluginFile file_;
    unsigned chain_;
    TestSignal signal_;
    std::shared_ptr<bridge::Guard> guard_; ///< may be null
    std::vector<std::unique_ptr<BridgedPlugin>> plugins_;
    std::vector<std::unique_ptr<PluginSubject>> subjects_;
    Processes processes_;

    void place(Placement placement, unsigned threads) const;
    void place_awake(unsigned threads) const;
    [[nodiscard]] Contender contender(Placement placement, unsigned threads);
    [[nodiscard]] Contender awake_contender(unsigned threads);
    [[nodiscard]] std::vector<Lane> lanes(unsigned threads, bool bound) const;

public:
    /// Opens all of them; an instance is `chain` plugins in series. Throws what BridgedPlugin throws. [main]
    HostSet(const Options& options, const WineSession& wine, unsigned chain = 1);

    /// The same instances in every placement and spread over every number of threads that the options name.
    /// They must not outlive the set.
    [[nodiscard]] std::vector<Contender> contenders();

    /// Milliseconds each instance took to open, in order.
    [[nodiscard]] std::vector<double> times_to_open() const;

    /// Milliseconds that some more take one after the other, each in a host that waits for it as in the
    /// service. They are gone afterwards.
    [[nodiscard]] std::vector<double> times_with_spare() const;

    /// Bytes of an instance's share of memory (PSS), on the average.
    [[nodiscard]] double memory_per_instance() const;
};

} // namespace decant::bench
