// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/kernels.hpp"
#include "nodes/sampler/sinc-bank.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace decant::sampler;
using Catch::Matchers::WithinAbs;

namespace
{

using Shape = KernelSet::Shape;

constexpr std::uint64_t one = std::uint64_t{1} << position_bits;

/// Noise in a sample's own format, with what kernels read on both sides.
class Noise
{
    static constexpr std::size_t frames = 2 * guard_frames + 512;

    SampleFormat format_;
    std::size_t channels_;
    std::vector<std::byte> bytes_;
    std::vector<double> values_;

public:
    Noise(SampleFormat format, std::size_t channels)
        : format_(format), channels_(channels), bytes_(frames * channels * bytes_of(format) + slack_bytes),
          values_(frames * channels)
    {
        std::mt19937 random(42);
        for (std::size_t i = 0; i < values_.size(); ++i) {
            const auto bits = static_cast<std::int32_t>(random());
            std::byte* const to = bytes_.data() + i * bytes_of(format);
            if (format == SampleFormat::float32) {
                const auto value = static_cast<float>(bits * 0x1p-31);
                std::memcpy(to, &value, sizeof value);
                values_[i] = static_cast<double>(value);
            } else { // the upper bytes, the lowest first
                const std::size_t left_out = 4 - bytes_of(format);
                std::memcpy(to, reinterpret_cast<const std::byte*>(&bits) + left_out, bytes_of(format));
                values_[i] = (bits >> (8 * left_out)) * (left_out == 1 ? 0x1p-23 : 0x1p-15);
            }
        }
    }

    [[nodiscard]] double at(std::int64_t frame, std::size_t channel) const
    {
        return values_[static_cast<std::size_t>(frame + guard_frames) * channels_ + channel];
    }

    [[nodiscard]] Cursor cursor(std::uint64_t position, std::uint64_t increment) const
    {
        const std::size_t frame_bytes = channels_ * bytes_of(format_);
        return {.data = bytes_.data() + static_cast<std::size_t>(guard_frames) * frame_bytes,
                .position = position,
                .increment = increment,
                .frame_bytes = static_cast<std::uint16_t>(frame_bytes)};
    }
};

/// What lies between the frames at the cursor, as the books say.
double read(const Noise& noise, const Cursor& cursor, std::size_t channel, Shape shape)
{
    const auto frame = static_cast<std::int64_t>(cursor.position >> position_bits);
    const auto fraction = static_cast<std::uint32_t>(cursor.position);
    const auto x = [&](std::int64_t offset) {
        return noise.at(frame + offset, channel);
    };
    const double t = fraction * 0x1p-32;
    switch (shape) {
    case Shape::copy:
        return x(0);
    case Shape::linear:
        return x(0) + (x(1) - x(0)) * t;
    case Shape::four_point:
        return x(0) + t * ((x(1) - x(-1)) / 2 + t * (x(-1) - 2.5 * x(0) + 2 * x(1) - x(2) / 2 +
                                                     t * (1.5 * (x(0) - x(1)) + (x(2) - x(-1)) / 2)));
    default:
        break;
    }
    const float* const row = cursor.rows + (fraction >> (32 - cursor.phase_bits)) * cursor.taps;
    const double weight = (fraction << cursor.phase_bits) * 0x1p-32;
    double sum = 0;
    for (std::uint32_t tap = 0; tap < cursor.taps; ++tap) {
        const double before = static_cast<double>(row[tap]);
        const double behind = static_cast<double>(row[tap + cursor.taps]);
        sum +=
            x(static_cast<std::int64_t>(tap) - cursor.taps / 2 + 1) * (before + weight * (behind - before));
    }
    return sum;
}

/// How a sample is read: the shape, and the sinc kernel if it has one.
struct Reading {
    Shape shape;
    std::uint64_t increment;
    const SincBank::Kernel* kernel = nullptr;
};

std::vector<Reading> readings()
{
    std::vector<Reading> result{{Shape::copy, one}};
    for (const double ratio : {0.26, 1.0, 1.4983, 2.7}) {
        const auto increment = static_cast<std::uint64_t>(ratio * 0x1p32);
        result.push_back({Shape::linear, increment});
        result.push_back({Shape::four_point, increment});
        for (const Quality quality : {Quality::sinc8, Quality::sinc16, Quality::sinc64}) {
            const auto& kernel = SincBank::of(quality).kernel_for(increment);
            result.push_back({kernel.taps == 8    ? Shape::sinc8
                              : kernel.taps == 16 ? Shape::sinc16
                                                  : Shape::sinc_any,
                              increment, &kernel});
        }
    }
    return result;
}

/// What the processor says that it has, as Linux tells it.
std::set<std::string> processor_flags()
{
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("flags")) {
            std::istringstream words(line);
            return {std::istream_iterator<std::string>(words), {}};
        }
    return {};
}

} // namespace

TEST_CASE("what the processor lacks is not offered, and the fastest set that is offered is chosen")
{
    const std::map<std::string_view, std::vector<std::string>> needs{
        {"neon", {}},
        {"sse2", {}},
        {"avx2", {"avx2", "fma"}},
        {"avx512", {"avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl"}}};
    const auto flags = processor_flags();
    std::vector<const KernelSet*> expected;
    for (const KernelSet* set : built_kernels()) {
        REQUIRE(needs.contains(set->name));
        if (std::ranges::all_of(needs.at(set->name), [&](const auto& flag) { return flags.contains(flag); }))
            expected.push_back(set);
    }
    CHECK(std::ranges::equal(all_kernels(), expected));
    CHECK(&chosen_kernels(all_kernels(), nullptr) == expected.back());
#if defined(__x86_64__)
    CHECK(built_kernels().size() == 3);
#endif
}

TEST_CASE("a set can be chosen by its name, if it is offered")
{
    const KernelSet slow{
        .name = "slow", .mix = {}, .mix_frames = {}, .advance = {}, .tune = {}, .filter = {}};
    KernelSet fast = slow;
    fast.name = "fast";
    const std::array<const KernelSet*, 2> sets{&slow, &fast};
    CHECK(&chosen_kernels(sets, "slow") == &slow);
    CHECK(&chosen_kernels(sets, "fast") == &fast);
    CHECK(&chosen_kernels(sets, "faster") == &fast);
    CHECK(&chosen_kernels(sets, "") == &fast);
}

TEST_CASE(
    "every instruction set reads every format in every way as the formulas say, and not a frame further")
{
    constexpr GainRamp ramp{.left = 0.5f, .right = -0.25f, .left_step = 0.01f, .right_step = 0.02f};
    constexpr float before = 0.125f;
    for (const KernelSet* set : all_kernels())
        for (const auto format : {SampleFormat::int16, SampleFormat::int24, SampleFormat::float32})
            for (const std::size_t channels : {1u, 2u}) {
                const Noise noise(format, channels);
                for (const auto& [shape, increment, kernel] : readings())
                    for (const std::uint32_t count : {1u, 3u, 4u, 15u, 16u, 31u, 32u}) {
                        INFO(set->name << ", format " << static_cast<int>(format) << ", " << channels
                                       << " channels, shape " << static_cast<int>(shape) << ", increment "
                                       << static_cast<double>(increment) / one << ", " << count << " frames");
                        auto cursor =
                            noise.cursor(shape == Shape::copy ? 7 * one : 7 * one + one / 3, increment);
                        if (kernel != nullptr) {
                            cursor.rows = kernel->rows;
                            cursor.taps = kernel->taps;
                            cursor.phase_bits = static_cast<std::uint16_t>(kernel->phase_bits);
                        }
                        std::array<float, control_frames + 1> left;
                        std::array<float, control_frames + 1> right;
                        left.fill(before);
                        right.fill(before);
                        set->mix[static_cast<std::size_t>(format)][channels - 1][static_cast<std::size_t>(
                            shape)](cursor, count, ramp, left.data(), right.data());
                        double furthest = 0;
                        for (std::uint32_t i = 0; i < count; ++i, cursor.position += increment) {
                            const double on_left = read(noise, cursor, 0, shape);
                            const double on_right = read(noise, cursor, channels - 1, shape);
                            furthest =
                                std::max({furthest, std::abs(left[i] - before - on_left * (0.5 + 0.01 * i)),
                                          std::abs(right[i] - before - on_right * (-0.25 + 0.02 * i))});
                        }
                        CHECK_THAT(furthest, WithinAbs(0, 2e-6));
                        CHECK(left[count] == before);
                        CHECK(right[count] == before);
                    }
            }
}

TEST_CASE("every instruction set filters the lanes that it is told to as the formula says")
{
    constexpr std::uint32_t count = 29;
    std::mt19937 random(3);
    std::uniform_real_distribution<float> noise(-1, 1);
    const auto filters = std::make_unique<Filters>();
    const auto spread = [&](Lanes<float>& values, float least, float most) {
        for (float& value : values)
            value = least + (most - least) * (noise(random) + 1) / 2;
    };
    spread(filters->cutoff, 100, 18'000);
    spread(filters->damping, 0.2f, 1.4f);
    filters->scale.fill(1);
    spread(filters->input, -1, 1);
    spread(filters->band_pass, -1, 1);
    spread(filters->low_pass, -1, 1);
    spread(filters->left1, -1, 1);
    spread(filters->left2, -1, 1);
    const auto frames = std::make_unique<LaneFrames>();
    for (auto& lane : frames->of)
        for (float& frame : lane)
            frame = noise(random);
    constexpr LaneMask which = 0xb6d5;

    for (const KernelSet* set : all_kernels()) {
        Filters filtered = *filters;
        LaneFrames result = *frames;
        set->tune(filtered, which, 48'000, control_frames, true);
        set->filter(filtered, which, result, count, false, false);
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            INFO(set->name << ", lane " << lane);
            if ((which >> lane & 1) == 0) {
                CHECK(filtered.left1[lane] == filters->left1[lane]);
                CHECK(filtered.left2[lane] == filters->left2[lane]);
                continue;
            }
            const double g = std::tan(3.14159265358979 * filters->cutoff[lane] / 48'000);
            const double a1 = 1 / (1 + g * (g + filters->damping[lane]));
            double s1 = filters->left1[lane];
            double s2 = filters->left2[lane];
            double furthest = 0;
            for (std::uint32_t i = 0; i < count; ++i) {
                const double x = frames->of[lane][i];
                const double v1 = a1 * s1 + a1 * g * (x - s2);
                const double v2 = s2 + a1 * g * s1 + a1 * g * g * (x - s2);
                s1 = 2 * v1 - s1;
                s2 = 2 * v2 - s2;
                const double y =
                    filters->input[lane] * x + filters->band_pass[lane] * v1 + filters->low_pass[lane] * v2;
                furthest = std::max(furthest, std::abs(y - result.of[lane][i]));
            }
            CHECK_THAT(furthest, WithinAbs(0, 1e-3)); // of the approximated tangent
            CHECK_THAT(filtered.left1[lane], WithinAbs(s1, 1e-3));
            CHECK_THAT(filtered.left2[lane], WithinAbs(s2, 1e-3));
        }
    }
}

TEST_CASE("every instruction set advances the envelopes of the lanes that it is told to")
{
    for (const KernelSet* set : all_kernels())
        for (const std::uint32_t frames : {1u, 7u, control_frames}) {
            const auto gains = std::make_unique<Gains>();
            for (std::size_t lane = 0; lane < lanes; ++lane) {
                gains->level[lane] = 0.25 + 0.03 * static_cast<double>(lane);
                gains->frame_factor[lane] = 0.99;
                gains->frame_summand[lane] = 0.001;
                gains->control_factor[lane] = std::pow(0.99, control_frames);
                gains->control_summand[lane] = 0.001 * (1 - gains->control_factor[lane]) / (1 - 0.99);
                gains->stage_left[lane] = lane == 5 ? 1 : 1000; // one ends
                gains->left[lane] = gains->right[lane] = 1;
            }
            const Gains before = *gains;
            constexpr LaneMask which = 0xfffe;
            const LaneMask moved = set->advance(*gains, which, frames);
            INFO(set->name << ", " << frames << " frames");
            CHECK(moved == (which & ~(1u << 5)));
            for (std::size_t lane = 0; lane < lanes; ++lane) {
                INFO("lane " << lane);
                double level = before.level[lane];
                for (std::uint32_t i = 0; i < frames && (moved >> lane & 1) != 0; ++i)
                    level = level * 0.99 + 0.001;
                CHECK_THAT(gains->level[lane], WithinAbs(level, 1e-12));
                CHECK(gains->stage_left[lane] ==
                      before.stage_left[lane] - ((moved >> lane & 1) != 0 ? static_cast<int>(frames) : 0));
                const float step =
                    (moved >> lane & 1) != 0 ? static_cast<float>(level) / static_cast<float>(frames) : 0;
                CHECK_THAT(gains->step_left[lane], WithinAbs(step, 1e-6));
            }
        }
}
