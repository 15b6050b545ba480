// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/envelope.hpp"

#include <algorithm>
#include <cmath>

namespace decant::sampler
{
namespace
{

constexpr double bend_of_shape = -11.36 / 10.3616;
constexpr double least_bend = 1e-3; // below it, it is as good as straight

// A longer stage than any rate and time give; keeps the frame counts in range.
constexpr double most_frames = 1e12;

} // namespace

void Envelope::start(const EnvelopeTimes& times, double rate) noexcept DECANT_REALTIME
{
    times_ = &times;
    rate_ = rate;
    level_ = times.start / 100.0;
    enter(Stage::delay);
}

void Envelope::release(double seconds, float shape) noexcept DECANT_REALTIME
{
    if (done())
        return;
    if (level_ <= 0 || !set_stage(Stage::release, seconds, 0, shape))
        enter(Stage::done);
}

void Envelope::set_rate(double rate) noexcept DECANT_REALTIME
{
    if (rate == rate_)
        return;
    if (frames_left_ != forever && !done())
        frames_left_ = std::max<std::int64_t>(
            1, std::llround(std::min(static_cast<double>(frames_left_) * rate / rate_, most_frames)));
    rate_ = rate;
    set_steps();
}

void Envelope::advance(std::uint32_t frames) noexcept DECANT_REALTIME
{
    if (frames == control_frames) {
        level_ = level_ * control_.factor + control_.summand;
    } else {
        for (std::uint32_t frame = 0; frame < frames; ++frame)
            level_ = level_ * frame_.factor + frame_.summand;
    }
    if (frames_left_ == forever)
        return;
    frames_left_ -= frames;
    if (frames_left_ > 0)
        return;
    level_ = target_;
    enter(static_cast<Stage>(static_cast<int>(stage_) + 1));
}

// Enters `stage`, or the first one behind it that takes time.
void Envelope::enter(Stage stage) noexcept DECANT_REALTIME
{
    switch (stage) {
    case Stage::delay:
        if (set_stage(Stage::delay, times_->delay, level_))
            return;
        [[fallthrough]];
    case Stage::attack:
        if (set_stage(Stage::attack, times_->attack, 1, times_->attack_shape))
            return;
        level_ = 1;
        [[fallthrough]];
    case Stage::hold:
        if (set_stage(Stage::hold, times_->hold, 1))
            return;
        [[fallthrough]];
    case Stage::decay:
        if (set_stage(Stage::decay, times_->decay, times_->sustain / 100.0, times_->decay_shape))
            return;
        level_ = times_->sustain / 100.0;
        [[fallthrough]];
    case Stage::sustain:
        if (level_ > 0) {
            stage_ = Stage::sustain;
            target_ = level_;
            frames_left_ = forever;
            set_steps();
            return;
        }
        [[fallthrough]];
    case Stage::release:
    case Stage::done:
        stage_ = Stage::done;
        level_ = 0;
        frames_left_ = 0;
    }
}

// False if the stage takes no time.
bool Envelope::set_stage(Stage stage, double seconds, double target, float shape) noexcept DECANT_REALTIME
{
    const double frames = std::min(std::round(seconds * rate_), most_frames);
    if (!(frames >= 1))
        return false;
    stage_ = stage;
    seconds_ = seconds;
    target_ = target;
    frames_left_ = static_cast<std::int64_t>(frames);
    bend_ = std::clamp(static_cast<double>(shape) * bend_of_shape, -25.0, 100.0);
    if (std::abs(bend_) < least_bend || stage == Stage::delay || stage == Stage::hold)
        bend_ = 0;
    if (bend_ != 0) {
        const double rest = std::exp(-bend_);
        asymptote_ = (target - level_ * rest) / (1 - rest);
    }
    set_steps();
    return true;
}

void Envelope::set_steps() noexcept DECANT_REALTIME
{
    switch (stage_) {
    case Stage::attack:
    case Stage::decay:
    case Stage::release: {
        if (bend_ == 0) {
            frame_ = {.factor = 1, .summand = (target_ - level_) / static_cast<double>(frames_left_)};
            control_ = {.factor = 1, .summand = frame_.summand * control_frames};
            break;
        }
        const double factor = std::exp(-bend_ / (seconds_ * rate_));
        const double many = std::exp(-bend_ * control_frames / (seconds_ * rate_));
        frame_ = {.factor = factor, .summand = asymptote_ * (1 - factor)};
        control_ = {.factor = many, .summand = asymptote_ * (1 - many)};
        break;
    }
    default:
        frame_ = {};
        control_ = {};
    }
}

} // namespace decant::sampler
