// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/wine-host/wine-host.hpp"
#include "wine-host/fxp-file.hpp"
#include "wine-host/vst3-preset-file.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <optional>
#include <variant>

namespace decant::tests
{
namespace
{

using protocol::FailureCode;
using protocol::PresetForm;

constexpr std::uint32_t rate = 48000;

struct Preset {
    const char* file;
    PresetForm form;
};

void set_parameter(WineHost& host, std::uint32_t id, double value)
{
    host.run_block(64, rate,
                   [&](protocol::EventWriter& events) { REQUIRE(events.push_parameter(0, id, value)); });
}

/// How a preset is refused; nothing if it is taken.
std::optional<FailureCode> refusal(WineHost& host, std::span<const std::byte> file)
{
    try {
        host.link().set_preset(file);
    } catch (const bridge::HostError& error) {
        return error.failure;
    }
    return std::nullopt;
}

TEST_CASE("a preset saved in one host plays the same in another", "[preset][vst2][vst3][clap]")
{
    const auto preset = GENERATE(
        Preset{"decant-test-gain.dll", PresetForm::fxp}, Preset{"decant-test-gain.dll", PresetForm::fxb},
        Preset{"decant-test-mirror.dll", PresetForm::fxp}, Preset{"decant-test-mirror.dll", PresetForm::fxb},
        Preset{"decant-test-gain.vst3", PresetForm::vstpreset},
        Preset{"decant-test-gain.clap", PresetForm::clap});
    INFO(preset.file << ", form " << static_cast<int>(preset.form));
    std::vector<std::byte> file;
    std::vector<double> values;
    {
        WineHost host;
        host.load(preset.file);
        host.link().activate(rate, 64);
        set_parameter(host, 0, 0.125);
        file = host.link().preset(preset.form);
        values = host.link().values();
    }
    WineHost host;
    host.load(preset.file);
    host.link().activate(rate, 64);
    CHECK(host.link().values() != values);
    CHECK_FALSE(refusal(host, file));
    CHECK(host.link().values() == values);
    host.run_block(64, rate); // and it plays on
}

TEST_CASE("a preset of another plugin, or a damaged one, changes nothing", "[foreign-preset][vst2][vst3]")
{
    const auto preset = GENERATE(Preset{"gain.dll", PresetForm::fxp}, Preset{"gain.dll", PresetForm::fxb},
                                 Preset{"gain.vst3", PresetForm::vstpreset});
    WineHost other;
    other.load(std::string("decant-test-") +
               (preset.form == PresetForm::vstpreset ? "sine.vst3" : "sine.dll"));
    const auto foreign = other.link().preset(preset.form);

    WineHost host;
    host.load(std::string("decant-test-") + preset.file);
    const auto values = host.link().values();
    const auto own = host.link().preset(preset.form);
    CHECK(refusal(host, foreign) == FailureCode::state_mismatch);
    CHECK(refusal(host, std::span(own).first(own.size() / 2)) == FailureCode::state_mismatch);
    CHECK(refusal(host, {}) == FailureCode::state_mismatch);
    CHECK(host.link().values() == values);
}

TEST_CASE("what another host has saved of the parameters is set", "[preset][vst2]")
{
    WineHost host;
    host.load("decant-test-mirror.dll");
    const auto own = host::decode_fxp(host.link().preset(PresetForm::fxp));
    REQUIRE(own);
    auto program = std::get<host::FxpProgram>(*own);
    REQUIRE(std::holds_alternative<std::vector<float>>(program.content));
    std::get<1>(program.content)[0] = 0.75F;
    host.link().set_preset(host::encode_fxp(program));
    CHECK(host.link().values()[0] == 0.75);
}

TEST_CASE("one of the programs of a VST2 plugin is selected", "[programs][vst2]")
{
    WineHost host;
    const auto plugin = host.load("decant-test-mirror.dll");
    REQUIRE(plugin.programs.size() == 2);
    host.link().activate(rate, 64);
    const auto current = [&] {
        const auto bank = host::decode_fxp(host.link().preset(PresetForm::fxb));
        return bank ? std::get<host::FxpBank>(*bank).current : 99;
    };
    CHECK(current() == 0);
    host.link().select_program(1);
    CHECK(current() == 1);
    CHECK_THROWS_AS(host.link().select_program(2), bridge::HostError);
}

TEST_CASE("one of the programs of a VST3 plugin is selected", "[programs][vst3]")
{
    WineHost host;
    const auto plugin = host.load("decant-test-mirror.vst3", "Mirror");
    REQUIRE(plugin.programs.size() == 3);
    host.link().activate(rate, 64);
    host.link().select_program(1);
    host.run_block(64, rate);
    CHECK(host.region().audio_out[2][7] == 0.5F); // it tells its values there
    CHECK_THROWS_AS(host.link().select_program(3), bridge::HostError);
}

TEST_CASE("a form that the format has not is refused, and says which it has", "[preset][vst2][vst3][clap]")
{
    const auto format = GENERATE(Catch::Generators::from_range(formats_under_test()));
    WineHost host;
    host.load(format.file("decant-test-gain"));
    const auto wrong =
        format.format == protocol::PluginFormat::vst2 ? PresetForm::vstpreset : PresetForm::fxp;
    CHECK_THROWS_AS(host.link().preset(wrong), bridge::HostError);
}

} // namespace
} // namespace decant::tests
