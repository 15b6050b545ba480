// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What people take for a plugin: its installer.

int main()
{
    return 0;
}
