// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// DPF looks for this file by its name.

#define DISTRHO_PLUGIN_BRAND "Decant"
#define DISTRHO_PLUGIN_BRAND_ID Dcnt
#define DISTRHO_PLUGIN_NAME "Decant Test Sine"
#define DISTRHO_PLUGIN_UNIQUE_ID DtSn
#define DISTRHO_PLUGIN_URI "urn:decant:test-sine"
#define DISTRHO_PLUGIN_CLAP_ID "decant.test-sine"
#define DISTRHO_PLUGIN_CLAP_FEATURES "instrument", "synthesizer", "stereo"
#define DISTRHO_PLUGIN_VST3_CATEGORIES "Instrument|Synth|Stereo"

#define DISTRHO_PLUGIN_NUM_INPUTS 0
#define DISTRHO_PLUGIN_NUM_OUTPUTS 2
#define DISTRHO_PLUGIN_IS_SYNTH 1
#define DISTRHO_PLUGIN_HAS_UI 0
#define DISTRHO_PLUGIN_IS_RT_SAFE 1
