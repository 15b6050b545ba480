// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/node-name.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <iconv.h>
#include <locale.h> // NOLINT(modernize-deprecated-headers): of POSIX

namespace decant::cli
{

namespace
{

constexpr char unknown = '?';

/// The C library's own transliteration, which goes by the locale: always that one, so that a file has the
/// same name on every machine.
class AsciiLocale
{
    locale_t locale_ = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    locale_t before_ = locale_ != nullptr ? uselocale(locale_) : nullptr;

public:
    AsciiLocale() = default;
    ~AsciiLocale()
    {
        if (locale_ == nullptr)
            return;
        uselocale(before_);
        freelocale(locale_);
    }
    AsciiLocale(const AsciiLocale&) = delete;
    AsciiLocale& operator=(const AsciiLocale&) = delete;
};

/// With '?' for each letter that ASCII has nothing like. What is no UTF-8 stays.
std::string in_ascii(std::string_view text)
{
    const AsciiLocale locale;
    const iconv_t converter = iconv_open("ASCII//TRANSLIT", "UTF-8");
    if (converter == reinterpret_cast<iconv_t>(-1)) // NOLINT(performance-no-int-to-ptr): as POSIX says it
        return std::string(text);
    std::string from(text);
    std::string to(from.size() * 4 + 16, '\0'); // a letter becomes a few
    char* in = from.data();
    char* out = to.data();
    std::size_t in_left = from.size();
    std::size_t out_left = to.size();
    const auto result = iconv(converter, &in, &in_left, &out, &out_left);
    iconv_close(converter);
    if (result == static_cast<std::size_t>(-1))
        return from;
    to.resize(to.size() - out_left);
    return to;
}

} // namespace

std::string node_name_from(std::string_view text, std::string_view otherwise)
{
    constexpr std::size_t longest = 48; // leaves room for a number behind it
    std::string name;
    std::ptrdiff_t kept = 0;
    const auto ascii = in_ascii(text);
    for (const char letter : ascii) {
        const auto byte = static_cast<unsigned char>(letter);
        const bool plain = byte < 0x80 && (std::isalnum(byte) != 0 || letter == '_' || letter == '.');
        if (plain && !(name.empty() && letter == '.')) {
            name += static_cast<char>(std::tolower(byte));
            ++kept;
        } else if (!name.empty() && name.back() != '-') {
            name += '-';
        }
    }
    const auto lost =
        std::count(ascii.begin(), ascii.end(), unknown) - std::count(text.begin(), text.end(), unknown);
    name = name.substr(0, longest);
    while (!name.empty() && (name.back() == '-' || name.back() == '.'))
        name.pop_back();
    return name.empty() || lost >= kept ? std::string(otherwise) : name;
}

} // namespace decant::cli
