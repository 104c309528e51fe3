// http/route_table.h - what a router was told, in order, and an index of it. For the router.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "http/pattern.h"
#include "http/router.h"

namespace strata::http {

// What use(), mount(), route() registered, one each.
struct Layer {
  enum class Kind : std::uint8_t { middleware, route, mount };
  struct Entry {
    std::string method;  // of a route; empty: any
    Step step;
  };
  Kind kind;
  bool any_method = false;           // of a route
  std::vector<std::string> methods;  // of a route, each once
  Pattern pattern;
  std::vector<std::unique_ptr<Entry>> entries;  // by pointer: one may be added while one runs
  std::shared_ptr<Router::Table> inner;         // of a mount
  std::vector<std::pair<std::string, BodyOption>> bodies = {};  // by method

  bool has(std::string_view method) const;
  // rfc9110-9.3.2: HEAD is answered as GET is, unless the route has a HEAD of its own.
  std::string_view effective(std::string_view method) const {
    return method == "HEAD" && !has(method) ? std::string_view("GET") : method;
  }
  bool handles(std::string_view method) const { return any_method || has(effective(method)); }
};

// How paths are compared: without case, and without a slash at the end, unless told otherwise.
struct PathHash {
  using is_transparent = void;
  bool case_sensitive;
  std::size_t operator()(std::string_view path) const;
};
struct PathEqual {
  using is_transparent = void;
  bool case_sensitive;
  bool operator()(std::string_view a, std::string_view b) const;
};

struct Router::Table {
  using Places = std::vector<std::uint32_t>;  // of layers, rising

  explicit Table(const RouterOptions& given)
      : options(given),
        literals(8, PathHash{given.case_sensitive}, PathEqual{given.case_sensitive}) {}
  Layer& add(Layer layer);
  // The routes whose pattern is exactly this path; null where there are none.
  const Places* routes_of(std::string_view path) const;

  RouterOptions options;
  std::vector<std::unique_ptr<Layer>> layers;  // by pointer: a handler may register another
  std::unordered_map<std::string, Places, PathHash, PathEqual> literals;
  Places others;  // all that `literals` does not name
  std::uint32_t version = 0;
  struct Param {
    std::string name;
    ParamHandler handler;
  };
  std::vector<std::unique_ptr<Param>> params;

 private:
  std::string_view trimmed(std::string_view path) const;
};

}  // namespace strata::http
