// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/parameter.hpp"

#include <algorithm>

namespace decant::sampler
{

Parameter& ParameterList::operator[](ParameterKey key)
{
    auto own = shared_ == nullptr ? std::make_shared<std::vector<Parameter>>()
               : shared_.use_count() == 1
                   ? std::const_pointer_cast<std::vector<Parameter>>(shared_) // made as not const below
                   : std::make_shared<std::vector<Parameter>>(*shared_);
    shared_ = own;
    const auto at = std::lower_bound(own->begin(), own->end(), key,
                                     [](const Parameter& a, const ParameterKey& b) { return a.key < b; });
    if (at != own->end() && at->key == key)
        return *at;
    return *own->insert(at, Parameter{.key = key, .base = {}, .velocity = 0, .controls = {}});
}

const std::vector<Parameter>& ParameterList::all() const
{
    static const std::vector<Parameter> none;
    return shared_ == nullptr ? none : *shared_;
}

} // namespace decant::sampler
