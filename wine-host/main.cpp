// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/display-desktop.hpp"
#include "wine-host/host.hpp"
#include "wine-host/options.hpp"
#include "wine-host/text.hpp"

#include <windows.h>

#include <objbase.h>

#include <exception>
#include <string>

namespace
{

int run(int count, wchar_t** arguments)
{
    using namespace decant::host;
    try {
        const Options options = parse_options(count, arguments);
        enter_display_desktop(); // before OLE makes a window
        OleInitialize(nullptr);  // for the plugin: drag and drop, and everything else that is COM
        // Never deleted: the threads use it until the process ends.
        auto* host = new Host(options);
        host->run();
        return 0;
    } catch (const std::exception& error) {
        print_error("decant-host: " + std::string(error.what()));
        return 2;
    }
}

} // namespace

int wmain(int count, wchar_t** arguments)
{
    const int result = run(count, arguments);
    // Not return: a plugin's DLL that is unloaded at the end may hang or crash for no good.
    TerminateProcess(GetCurrentProcess(), static_cast<UINT>(result));
    return result;
}
