// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

struct pw_context; // NOLINT(readability-identifier-naming): PipeWire's
struct pw_loop;    // NOLINT(readability-identifier-naming)

namespace decant::service
{

/// The threads that run the nodes: which there are, where they run, and which node goes to which. Nodes in
/// one loop run one after another, so they are spread over all by what they cost. All functions: [main].
class DataLoops
{
    struct Loop {
        std::string name;
        pw_loop* loop;
        pid_t thread;
        int priority;                ///< SCHED_FIFO or SCHED_RR; 0: none
        std::optional<unsigned> cpu; ///< that it is bound to
        double weight;               ///< of its nodes
        unsigned seats;              ///< that are taken
    };

    pw_context* context_;
    std::vector<Loop> loops_;

    void place(const std::vector<unsigned>& cpus);

public:
    /// A node's place in a loop, given back with this object.
    class Seat
    {
        friend class DataLoops;
        DataLoops* loops_ = nullptr;
        std::size_t index_ = 0;
        double weight_ = 0;
        Seat(DataLoops& loops, std::size_t index, double weight) noexcept;

    public:
        Seat() = default;
        Seat(Seat&& other) noexcept;
        Seat& operator=(Seat&& other) noexcept;
        ~Seat();

        /// What its node has turned out to cost, as a part of the period: those who come later go elsewhere.
        void set_load(double load) noexcept;

        /// For `node.loop.name`; empty if it is no one's place.
        [[nodiscard]] std::string_view loop() const noexcept;
        /// The CPU of the loop, if it has one of its own.
        [[nodiscard]] std::optional<unsigned> cpu() const noexcept;
    };

    /// Starts all loops that the configuration of `context` names, and binds each to one of `cpus` unless it
    /// is bound already (`thread.affinity`). There may be more loops than CPUs: as many are used.
    DataLoops(pw_context* context, const std::vector<unsigned>& cpus);
    ~DataLoops(); ///< Preconditions: all seats are given back.
    DataLoops(const DataLoops&) = delete;
    DataLoops& operator=(const DataLoops&) = delete;

    /// A place where the least is to be done. `load` as a part of the period, as far as it is known.
    [[nodiscard]] Seat take(double load);

    /// A place in the loop of that name, if there is one.
    [[nodiscard]] Seat take(std::string_view name, double load);

    /// Whether a loop with nodes runs on that CPU, or may do so. [main]
    [[nodiscard]] bool busy(unsigned cpu) const noexcept;

    /// The real-time priority of the most urgent loop; 0: none is real-time.
    [[nodiscard]] int priority() const noexcept;

    struct Member {
        std::string_view name;
        pid_t thread;
        int priority; ///< that it had to begin with; 0: none
    };
    [[nodiscard]] std::vector<Member> members() const;

    [[nodiscard]] std::size_t size() const noexcept { return loops_.size(); }
};

} // namespace decant::service
