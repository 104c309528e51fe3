// http/router.cpp - registration, and the index by which the router finds routes of fixed paths.
#include "http/router.h"

#include <algorithm>
#include <stdexcept>

#include "http/message.h"
#include "http/request.h"
#include "http/route_table.h"
#include "http/scan.h"

namespace strata::http {

bool Layer::has(std::string_view method) const {
  return std::find(methods.begin(), methods.end(), method) != methods.end();
}

// FNV-1a. Who chooses paths so that they collide meets the routes of one bucket, which the program
// registered: nothing that a peer sends is kept in the table.
std::size_t PathHash::operator()(std::string_view path) const {
  std::uint64_t result = 0xCBF29CE484222325;
  for (const char c : path) {
    const char folded = case_sensitive ? c : to_lower(c);
    result = (result ^ static_cast<unsigned char>(folded)) * 0x100000001B3;
  }
  return static_cast<std::size_t>(result);
}

bool PathEqual::operator()(std::string_view a, std::string_view b) const {
  return case_sensitive ? a == b : equals_ignore_case(a, b);
}

std::string_view Router::Table::trimmed(std::string_view path) const {
  if (!options.strict && path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return path;
}

const Router::Table::Places* Router::Table::routes_of(std::string_view path) const {
  if (literals.empty()) return nullptr;
  const auto found = literals.find(trimmed(path));
  return found == literals.end() ? nullptr : &found->second;
}

Layer& Router::Table::add(Layer layer) {
  const auto place = static_cast<std::uint32_t>(layers.size());
  layers.push_back(std::make_unique<Layer>(std::move(layer)));
  ++version;
  Layer& added = *layers.back();
  const auto literal = added.pattern.literal();
  if (added.kind == Layer::Kind::route && literal) {
    literals[std::string(*literal)].push_back(place);
  } else {
    others.push_back(place);
  }
  return added;
}

Router::Router(RouterOptions options) : table_(std::make_shared<Table>(options)) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

// A layer each, so that next.route() in one goes on with the next.
Router& Router::add_middleware(const Paths& prefix, Steps steps) {
  for (Step& step : steps) {
    Layer layer{Layer::Kind::middleware,
                true,
                {},
                Pattern(prefix.all, {table_->options.case_sensitive, false, true}),
                {},
                nullptr};
    if (!step.runs()) {
      layer.bodies.emplace_back(std::string(), step.body);
      table_->add(std::move(layer));
      continue;
    }
    layer.entries.push_back(std::make_unique<Layer::Entry>(Layer::Entry{{}, std::move(step)}));
    table_->add(std::move(layer));
  }
  return *this;
}

namespace {

// So no request goes in a circle, and no table owns itself.
bool reaches(const Router::Table& from, const Router::Table& wanted) {
  if (&from == &wanted) return true;
  return std::any_of(from.layers.begin(), from.layers.end(), [&](const auto& layer) {
    return layer->inner != nullptr && reaches(*layer->inner, wanted);
  });
}

}  // namespace

Router& Router::mount(const Paths& prefix, Router& inner) {
  if (reaches(*inner.table_, *table_)) throw std::invalid_argument("a router mounted in itself");
  table_->add({Layer::Kind::mount,
               true,
               {},
               Pattern(prefix.all, {table_->options.case_sensitive, false, true}),
               {},
               inner.table_});
  return *this;
}

Route Router::route(const Paths& paths) {
  const RouterOptions& options = table_->options;
  return Route(table_->add({Layer::Kind::route,
                            false,
                            {},
                            Pattern(paths.all, {options.case_sensitive, options.strict, false}),
                            {},
                            nullptr}));
}

Router& Router::add_steps(const Paths& paths, std::string_view method, Steps steps) {
  route(paths).add_steps(method, std::move(steps));
  return *this;
}

Router& Router::param(std::string_view name, ParamHandler handler) {
  table_->params.push_back(
      std::make_unique<Table::Param>(Table::Param{std::string(name), std::move(handler)}));
  return *this;
}

Route& Route::add_steps(std::string_view method, Steps steps) {
  for (Step& step : steps) {
    if (!step.runs()) {
      layer_->bodies.emplace_back(method, step.body);
      continue;
    }
    layer_->entries.push_back(
        std::make_unique<Layer::Entry>(Layer::Entry{std::string(method), std::move(step)}));
  }
  if (method.empty()) {
    layer_->any_method = true;
  } else if (!layer_->has(method)) {
    layer_->methods.emplace_back(method);
  }
  return *this;
}

namespace {

// Mounted routers are as deep as the program made them, not as a request likes.
void find_body_option(const Router::Table& table, std::string_view method, std::string_view path,
                      BodyOption& found) {
  for (const auto& layer : table.layers) {
    if (layer->bodies.empty() && layer->inner == nullptr) continue;
    Captures captures;
    if (!layer->pattern.match(path, captures)) continue;
    if (layer->inner != nullptr) {
      const std::string_view rest = path.substr(captures.matched);
      find_body_option(*layer->inner, method, rest.empty() ? "/" : rest, found);
    }
    for (const auto& [wanted, option] : layer->bodies) {
      if (!wanted.empty() && wanted != method) continue;
      found.streams = found.streams || option.streams;
      found.max_bytes = std::max(found.max_bytes, option.max_bytes);
    }
  }
}

}  // namespace

BodyOption body_option_of(const Router::Table& table, const Request& request) {
  BodyOption found;
  find_body_option(table, request.method(), request.path(), found);
  return found;
}

}  // namespace strata::http
