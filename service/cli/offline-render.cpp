// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/offline-render.hpp"

#include "nodes/bridge/futex.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace decant::cli
{

namespace
{

constexpr float silence = 1e-5F;      ///< -100 dB
constexpr double silence_seconds = 1; ///< so long, as echoes have gaps
constexpr std::uint64_t patience =
    30'000'000'000; ///< ns that a block may take; some plugins load in their first one

/// Channels of one block, each apart from the others.
class Planes
{
    std::vector<std::vector<float>> data_;
    std::vector<float*> pointers_;
    std::vector<const float*> const_pointers_;

public:
    Planes(std::size_t channels, std::size_t frames) : data_(channels, std::vector<float>(frames))
    {
        for (auto& plane : data_) {
            pointers_.push_back(plane.data());
            const_pointers_.push_back(plane.data());
        }
    }

    [[nodiscard]] std::size_t channels() const noexcept { return data_.size(); }
    [[nodiscard]] std::span<float> plane(std::size_t channel) noexcept { return data_[channel]; }
    [[nodiscard]] std::span<float* const> to_write() const noexcept { return pointers_; }
    [[nodiscard]] std::span<const float* const> to_read() const noexcept { return const_pointers_; }
};

class OfflineRender
{
    const RenderJob& job_;
    Planes inputs_;
    Planes outputs_;
    std::vector<float> from_file_;
    std::vector<float> to_file_;
    std::vector<nodes::MidiEvent> events_;
    std::size_t next_event_ = 0;
    std::uint64_t position_ = 0;   ///< frames given to the processor
    std::uint64_t to_skip_ = 0;    ///< frames of latency that are still to be left out
    std::uint64_t end_ = length(); ///< of MIDI and input
    std::uint64_t quiet_ = 0; ///< frames of silence up to now, behind the end: a rest before it says nothing
    RenderResult result_;

    [[nodiscard]] std::uint64_t frame_of(double seconds) const
    {
        return static_cast<std::uint64_t>(std::llround(seconds * job_.rate));
    }

    [[nodiscard]] std::uint64_t length() const
    {
        const std::uint64_t of_midi = job_.midi != nullptr ? frame_of(job_.midi->seconds()) : 0;
        return std::max(of_midi, job_.input != nullptr ? job_.input->frames() : 0);
    }

    /// One channel goes to all inputs; of several each to its own, and the others are silent.
    void take_input()
    {
        if (job_.input == nullptr)
            return;
        const std::size_t channels = job_.input->channels();
        job_.input->read(from_file_);
        for (std::size_t channel = 0; channel < inputs_.channels(); ++channel) {
            const std::size_t source = channels == 1 ? 0 : channel;
            if (source >= channels)
                break;
            const auto plane = inputs_.plane(channel);
            for (std::size_t frame = 0; frame < plane.size(); ++frame)
                plane[frame] = from_file_[frame * channels + source];
        }
    }

    void take_events()
    {
        events_.clear();
        if (job_.midi == nullptr)
            return;
        const auto all = job_.midi->events();
        for (; next_event_ < all.size(); ++next_event_) {
            const std::uint64_t frame = frame_of(all[next_event_].seconds);
            if (frame >= position_ + job_.block)
                break;
            events_.push_back(
                {static_cast<std::uint32_t>(frame - position_), job_.midi->bytes(all[next_event_])});
        }
    }

    [[nodiscard]] nodes::Transport transport() const
    {
        const double seconds = static_cast<double>(position_) / job_.rate;
        static const service::MidiFile no_file;
        auto transport = (job_.midi != nullptr ? *job_.midi : no_file).transport_at(seconds, job_.rate);
        transport.position = position_;
        return transport;
    }

    void process()
    {
        take_input();
        take_events();
        const std::uint64_t now = bridge::now_nsec();
        job_.processor.process({.frames = job_.block,
                                .rate = job_.rate,
                                .start_nsec = now,
                                .deadline_nsec = now + patience,
                                .freewheel = true,
                                .transport = transport(),
                                .inputs = inputs_.to_read(),
                                .outputs = outputs_.to_write(),
                                .midi_in = events_,
                                .midi_out = nullptr});
        job_.check();
        if (position_ == 0)
            to_skip_ = job_.latency();
        position_ += job_.block;
    }

    void write(std::uint64_t most_frames)
    {
        const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(to_skip_, job_.block));
        to_skip_ -= skipped;
        const auto count =
            static_cast<std::size_t>(std::min<std::uint64_t>(job_.block - skipped, most_frames));
        const std::size_t channels = outputs_.channels();
        to_file_.resize(count * channels);
        for (std::size_t channel = 0; channel < channels; ++channel) {
            const auto plane = outputs_.plane(channel);
            for (std::size_t frame = 0; frame < count; ++frame)
                to_file_[frame * channels + channel] = plane[skipped + frame];
        }
        for (std::size_t frame = 0; frame < count; ++frame) {
            float loudest = 0;
            for (std::size_t channel = 0; channel < channels; ++channel)
                loudest = std::max(loudest, std::abs(to_file_[frame * channels + channel]));
            result_.peak = std::max(result_.peak, loudest);
            quiet_ = loudest > silence || result_.frames + frame < end_ ? 0 : quiet_ + 1;
        }
        job_.output.write(to_file_);
        result_.frames += count;
    }

public:
    explicit OfflineRender(const RenderJob& job)
        : job_(job), inputs_(job.inputs, job.block), outputs_(job.outputs, job.block),
          from_file_(job.input != nullptr ? job.input->channels() * job.block : 0)
    {
    }

    RenderResult run()
    {
        const std::uint64_t last = end_ + frame_of(job_.longest_tail);
        const std::uint64_t quiet_enough = frame_of(silence_seconds);
        while (result_.frames < last && quiet_ < quiet_enough) {
            process();
            write(last - result_.frames);
            job_.progress(static_cast<double>(result_.frames) / job_.rate,
                          static_cast<double>(end_) / job_.rate);
        }
        result_.silent_at_end = quiet_ >= quiet_enough;
        return result_;
    }
};

} // namespace

RenderResult render_offline(const RenderJob& job)
{
    return OfflineRender(job).run();
}

} // namespace decant::cli
