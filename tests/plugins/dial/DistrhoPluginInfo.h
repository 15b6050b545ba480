// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// DPF looks for this file by its name.

#define DISTRHO_PLUGIN_BRAND "Decant"
#define DISTRHO_PLUGIN_BRAND_ID Dcnt
#define DISTRHO_PLUGIN_NAME "Decant Test Dial"
#define DISTRHO_PLUGIN_UNIQUE_ID DtDl
#define DISTRHO_PLUGIN_URI "urn:decant:test-dial"
#define DISTRHO_PLUGIN_CLAP_ID "decant.test-dial"
#define DISTRHO_PLUGIN_CLAP_FEATURES "audio-effect", "utility", "stereo"
#define DISTRHO_PLUGIN_VST3_CATEGORIES "Fx|Tools|Stereo"

#define DISTRHO_PLUGIN_NUM_INPUTS 2
#define DISTRHO_PLUGIN_NUM_OUTPUTS 2
#define DISTRHO_PLUGIN_HAS_UI 1
#define DISTRHO_PLUGIN_HAS_EMBED_UI 1
#define DISTRHO_PLUGIN_HAS_EXTERNAL_UI 1 // with Windows' own means, and not with OpenGL
#define DISTRHO_PLUGIN_IS_RT_SAFE 1
#define DISTRHO_UI_USER_RESIZABLE 1
