// tests/interop/express_edges.h - more routes of express_routes.cpp, as express_edges.js has them.
#pragma once
#include <chrono>
#include <list>
#include <string>

#include "http/json.h"
#include "http/middleware/static_files.h"
#include "http/server.h"

namespace strata::test {

using http::HttpError;
using http::Json;
using http::Next;
using http::Request;
using http::Response;
using http::Router;

inline auto text_of(std::string what) {
  return [what = std::move(what)](Request&, Response& res) { res.send(what); };
}

inline void where(Request& req, Response& res) {
  const auto list = [&req](std::string_view name) {
    const auto value = req.param(name);
    return value ? Json::array({*value}) : Json::array();
  };
  res.json(Json{{"url", req.url()},
                {"base", req.base_url()},
                {"path", req.path()},
                {"org", list("org")},
                {"team", list("team")},
                {"id", list("id")}});
}

inline void add_deep(Router& app, const std::string& base, bool merge_params) {
  Router org({.merge_params = merge_params}), team({.merge_params = merge_params}),
      user({.merge_params = merge_params});
  app.use(base + "/:org", org);
  org.use("/team/:team", team);
  team.use("/u/:id", user);
  for (Router* each : {&org, &team, &user}) each->get("/", where);
  user.get("/again/:id", where);
}

inline void add_routers(Router& app) {
  add_deep(app, "/deep", false);
  add_deep(app, "/merged", true);
  const auto leave = [](Request&, Response&, const Next& next) { next.router(); };
  const auto skip = [](Request&, Response&, const Next& next) { next.route(); };
  // What is handed on is another exception of the same sentence and status.
  const auto note = [](const char* name) {
    return [name](const std::exception& e, Request&, Response& res, const Next& next) {
      res.append("X-Order", name);
      next(dynamic_cast<const HttpError&>(e));
    };
  };
  Router outer, inner;
  outer.use("/in", inner);
  inner.get("/leave", leave);
  inner.get("/leave", text_of("not left"));
  inner.get("/route", skip, text_of("not skipped"));
  inner.get("/route", text_of("second route"));
  inner.use("/used", skip, text_of("no route to skip"));
  inner.get("/wrong", [](Request&, Response&) { throw HttpError(409, "wrong"); });
  inner.use_error(note("inner"));
  outer.get("/in/leave", text_of("left"));
  outer.get("/out", leave);
  outer.get("/out", text_of("not left"));
  outer.use_error(note("outer"));
  app.use("/outer", outer);
  app.get("/outer/out", text_of("out"));

  app.get("/errors/thrown",
          [](Request&, Response&, const Next& next) { next(HttpError(409, "one")); });
  app.get("/errors/kept",
          [](Request&, Response&, const Next& next) { next(HttpError(409, "kept")); });
  app.use("/errors/thrown",
          [](Request&, Response&) { throw HttpError(410, "no error handler: it is passed over"); });
  app.use_error("/errors/thrown", [](const std::exception&, Request&, Response&, const Next&) {
    throw HttpError(410, "two");
  });
  app.use_error("/errors", [](const std::exception& e, Request&, Response& res, const Next& next) {
    res.append("X-Order", e.what());
    next(dynamic_cast<const HttpError&>(e));
  });
}

inline void add_mounts(Router& app) {
  app.use("/pre", where);
  app.use("/p%20q", where);
  app.use({"/many1", "/many2/:org"}, where);
  app.use("/maybe{/:org}/end", where);
  const auto marks = [](const char* value) {
    return [value](Request&, Response& res) { res.set("X-A", value).end(); };
  };
  Router inner, with_param;
  inner.get("/a", text_of("get a"));
  inner.post("/a", text_of("post a"));
  inner.put("/b", text_of("put b"));
  inner.head("/head", marks("own"));
  inner.get("/head", text_of("get head"));
  inner.get("/late", text_of("get late"));
  inner.head("/late", marks("late"));
  inner.options("/own", [](Request&, Response& res) { res.set("X-A", "own").send("own"); });
  inner.get("/own", text_of("get own"));
  inner.all("/every", [](Request& req, Response& res) { res.send(req.method()); });
  inner.route("/route").get(text_of("get route")).del(text_of("delete route"));
  app.use("/mount", inner);
  app.get("/mount/a", text_of("not reached"));
  app.del("/mount/a", text_of("delete a"));
  app.use("/passing", [](Request&, Response&, const Next& next) { next(); });

  const auto param = [](std::string name) {
    return [name](Request&, Response& res, const Next& next, std::string_view value) {
      res.append("X-Param", name + std::string(value));
      next();
    };
  };
  app.param("with", param("outer"));
  with_param.param("with", param("inner"));
  app.use("/with/:with", with_param);
  with_param.get("/", where);
  with_param.get("/and/:with", where);
  app.get("/two/:org/:team", where);
  app.get("/:org.:team", where);
  app.get("/quoted/:\"id\"", where);
  app.get("/caf\xC3\xA9", text_of("in UTF-8"));
  app.get("/sp ace", text_of("with a space"));
  app.get("/%61bc", text_of("escaped"));
}

inline void add_answers(Router& app) {
  using namespace std::chrono_literals;
  const auto cookie = [&app](std::string name, std::string value, http::CookieOptions options) {
    app.get("/edge-cookie/" + name,
            [value, options](Request&, Response& res) { res.cookie("a", value, options).end(); });
  };
  cookie("zero", "b", {.max_age = 0s});
  cookie("negative", "b", {.max_age = -1s});
  cookie("fraction", "b", {.max_age = 1999ms});
  cookie("domain", "b", {.domain = ".x.org"});
  cookie("pathless", "b", {.path = ""});
  cookie("strict", "b", {.same_site = "strict"});
  cookie("none", "b", {.secure = true, .same_site = "none"});
  cookie("low", "b", {.priority = "low"});
  cookie("bytes", "\xC3\xA4\xE2\x82\xAC ,;\\\"%", {});
  cookie("empty", "", {});
  cookie("safe", "!#$&'()*+-./:<=>?@[]^_`{|}~", {});
  cookie("past", "b", {.expires = 0});
  app.get("/edge-cookie/twice",
          [](Request&, Response& res) { res.cookie("a", "1").cookie("a", "2").end(); });
  app.get("/formats", [](Request&, Response& res) {
    res.vary("Origin").format({{"text", [&] { res.send("t"); }},
                               {"html", [&] { res.send("h"); }},
                               {"json", [&] { res.json("{}"); }}});
  });
  app.get("/formats/no", [](Request&, Response& res) {
    res.format({{"html", [] { throw HttpError(402, "pay"); }}});
  });
  app.use_error("/formats/no", [](const std::exception& e, Request&, Response& res, const Next&) {
    res.status(dynamic_cast<const HttpError&>(e).status).send("failed");
  });
  app.all("/tag", [](Request&, Response& res) { res.set("ETag", "\"x\"").send("tagged"); });
}

inline void add_files(Router& app, const std::string& folder) {
  using http::Dotfiles;
  using http::static_files;
  app.use("/static", static_files(folder));
  app.use("/bare", static_files(folder, {.extensions = {"html", "txt"}, .redirect = false}));
  app.use("/strict", static_files(folder, {.fallthrough = false}));
  app.use("/denied", static_files(folder, {.dotfiles = Dotfiles::deny}));
  app.use("/shown", static_files(folder, {.dotfiles = Dotfiles::allow}));
  app.use("/hidden", static_files(folder, {.max_age = std::chrono::hours(1), .immutable = true}));
}

inline void add_edges(Router& app, const std::string& folder) {
  add_routers(app);
  add_mounts(app);
  add_answers(app);
  add_files(app, folder);
}

}  // namespace strata::test
