// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/test-signal.hpp"

#include "wine-host/protocol/version.hpp"

#include <algorithm>
#include <random>

namespace decant::bench
{

TestSignal::TestSignal(float gain) : input_(windows + protocol::max_frames), expected_(input_.size())
{
    std::minstd_rand generator(1); // the same noise in every run
    std::uniform_real_distribution<float> noise(-1, 1);
    std::generate(input_.begin(), input_.end(), [&] { return noise(generator); });
    std::transform(input_.begin(), input_.end(), expected_.begin(),
                   [gain](float sample) { return sample * gain; });
}

} // namespace decant::bench
