// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/output-loops.hpp"

#include <algorithm>
#include <map>
#include <string_view>

namespace decant::service
{

namespace
{

class Search
{
    enum class Mark { fresh, on_path, done };

    const std::vector<NodeConfig>& nodes_;
    std::map<std::string_view, std::size_t> by_name_;
    std::vector<Mark> marks_;
    std::vector<std::size_t> path_;
    std::vector<std::vector<std::string>> loops_;

    void tell(std::size_t first)
    {
        std::vector<std::string> loop;
        for (auto each = std::find(path_.begin(), path_.end(), first); each != path_.end(); ++each)
            loop.push_back(nodes_[*each].name);
        loops_.push_back(std::move(loop));
    }

    void visit(std::size_t index)
    {
        marks_[index] = Mark::on_path;
        path_.push_back(index);
        for (const auto& target : nodes_[index].output_to) {
            const auto next = by_name_.find(target);
            if (next == by_name_.end() || target == "default") // which is the sink, whoever is called so
                continue;
            if (marks_[next->second] == Mark::on_path)
                tell(next->second);
            else if (marks_[next->second] == Mark::fresh)
                visit(next->second);
        }
        path_.pop_back();
        marks_[index] = Mark::done;
    }

public:
    explicit Search(const std::vector<NodeConfig>& nodes) : nodes_(nodes), marks_(nodes.size())
    {
        for (std::size_t i = 0; i < nodes.size(); ++i)
            by_name_.emplace(nodes[i].name, i);
    }

    std::vector<std::vector<std::string>> run()
    {
        for (std::size_t i = 0; i < nodes_.size(); ++i)
            if (marks_[i] == Mark::fresh)
                visit(i);
        return std::move(loops_);
    }
};

} // namespace

std::vector<std::vector<std::string>> output_loops(const std::vector<NodeConfig>& nodes)
{
    return Search(nodes).run();
}

} // namespace decant::service
