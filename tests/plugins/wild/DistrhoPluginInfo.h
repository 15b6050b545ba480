// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// DPF looks for this file by its name.

#define DISTRHO_PLUGIN_BRAND "Decant"
#define DISTRHO_PLUGIN_BRAND_ID Dcnt
#define DISTRHO_PLUGIN_NAME "Decant Test Wild"
#define DISTRHO_PLUGIN_UNIQUE_ID DtWd
#define DISTRHO_PLUGIN_URI "urn:decant:test-wild"
#define DISTRHO_PLUGIN_CLAP_ID "decant.test-wild"
#define DISTRHO_PLUGIN_CLAP_FEATURES "audio-effect", "utility", "stereo"
#define DISTRHO_PLUGIN_VST3_CATEGORIES "Fx|Tools|Stereo"

#define DISTRHO_PLUGIN_NUM_INPUTS 2
#ifdef DECANT_WILD_WIDE
#define DISTRHO_PLUGIN_NUM_OUTPUTS 64
#else
#define DISTRHO_PLUGIN_NUM_OUTPUTS 2
#endif
#define DISTRHO_PLUGIN_HAS_UI 0
#define DISTRHO_PLUGIN_IS_RT_SAFE 0
#define DISTRHO_PLUGIN_WANT_MIDI_INPUT 1
#define DISTRHO_PLUGIN_WANT_MIDI_OUTPUT 1
#define DISTRHO_PLUGIN_WANT_LATENCY 1
#define DISTRHO_PLUGIN_WANT_STATE 1
#define DISTRHO_PLUGIN_WANT_FULL_STATE 1
#define DISTRHO_PLUGIN_WANT_PARAMETER_VALUE_CHANGE_REQUEST 1
