// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// DPF asks for this file by name and compiles it with the plugin.
#ifndef DISTRHO_PLUGIN_INFO_H_INCLUDED
#define DISTRHO_PLUGIN_INFO_H_INCLUDED

#define DISTRHO_PLUGIN_BRAND "Decant"
#define DISTRHO_PLUGIN_NAME "Decant Test Sine"
#define DISTRHO_PLUGIN_URI "urn:decant:test-sine"
#define DISTRHO_PLUGIN_CLAP_ID "decant.test-sine"
#define DISTRHO_PLUGIN_BRAND_ID Dcnt
#define DISTRHO_PLUGIN_UNIQUE_ID DcSn

#define DISTRHO_PLUGIN_HAS_UI 0
#define DISTRHO_PLUGIN_IS_RT_SAFE 1
#define DISTRHO_PLUGIN_IS_SYNTH 1
#define DISTRHO_PLUGIN_NUM_INPUTS 0
#define DISTRHO_PLUGIN_NUM_OUTPUTS 2
#define DISTRHO_PLUGIN_WANT_MIDI_INPUT 1

#endif
