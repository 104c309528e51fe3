// tests/interop/express_routes.cpp - the routes of express_routes.js, with our router.
//
//   express_routes ... FOLDER FILE     listens on any port and prints it; FILE is what /file sends,
//                                      FOLDER is served below /static and its like
//
// The two are read side by side: the same order, the same texts.
#include <cstdio>
#include <string>

#include "http/json.h"
#include "http/pattern.h"
#include "http/server.h"
#include "net/event_loop.h"
#include "net/stop_signals.h"
#include "tests/interop/express_edges.h"

using namespace strata;
using http::HttpError;
using http::Json;
using http::Next;
using http::Request;
using http::Response;
using http::Router;

namespace {

std::string text(std::optional<std::string_view> value) {
  return value ? std::string(*value) : "none";
}

auto says(std::string what) {
  return [what = std::move(what)](Request&, Response& res) { res.send(what); };
}

void paths(Router& app) {
  app.get("/u/:id", [](Request& req, Response& res) { res.send("u " + text(req.param("id"))); });
  app.get("/files/*path",
          [](Request& req, Response& res) { res.json(Json(req.param_list("path"))); });
  app.get("/opt{/:a}",
          [](Request& req, Response& res) { res.send("opt " + text(req.param("a"))); });
  app.get("/t/:from-:to", [](Request& req, Response& res) {
    res.send(text(req.param("from")) + " to " + text(req.param("to")));
  });
  app.get({"/one", "/two/:x"}, [](Request& req, Response& res) { res.send(text(req.param("x"))); });
  app.get("/q", [](Request& req, Response& res) {
    res.json(Json{{"y", req.query_all("y")}, {"za", text(req.query("z[a]"))}});
  });
  app.get("/both", says("get"));
  app.post("/both", says("post"));
  app.all("/all",
          [](Request& req, Response& res) { res.send("all " + std::string(req.method())); });
  app.on("PROPFIND", "/dav", says("found"));
  app.route("/route")
      .all([](Request&, Response& res, const Next& next) {
        res.set("X-All", "yes");
        next();
      })
      .get(says("route get"))
      .post(says("route post"));
  const auto where = [](Request& req, Response& res) {
    res.json(Json{{"url", req.url()},
                  {"base", req.base_url()},
                  {"original", req.original_url()},
                  {"path", req.path()},
                  {"org", text(req.param("org"))},
                  {"own", text(req.param("own"))}});
  };
  Router inner, merging({.merge_params = true}), exact({.case_sensitive = true, .strict = true});
  inner.get("/", where);
  inner.get("/x/:own", where);
  inner.use("/leave", [](Request&, Response&, const Next& next) { next.router(); });
  inner.use("/leave", says("not left"));
  merging.get("/x/:own", where);
  exact.get("/Exact", says("exact"));
  app.use("/api/:org", inner);
  app.use("/merge/:org", merging);
  app.use("/exact", exact);
  app.get("/api/acme/leave", says("left"));
}

void next_and_errors(http::Server& app) {
  app.use("/order", [](Request&, Response& res, const Next& next) {
    res.append("X-Order", "1");
    next();
  });
  app.use(
      "/order",
      [](Request&, Response& res, const Next& next) {
        res.append("X-Order", "2");
        next();
      },
      [](Request&, Response& res, const Next& next) {
        res.append("X-Order", "3");
        next();
      });
  app.get(
      "/order",
      [](Request& req, Response&, const Next& next) { req.query("skip") ? next.route() : next(); },
      says("first route"));
  app.get("/order", says("second route"));
  Router leaving;
  leaving.get("/", [](Request&, Response&, const Next& next) { next.router(); });
  leaving.get("/", says("not left"));
  app.use("/leaving", leaving);
  app.get("/leaving", says("behind the router"));

  app.get("/throw", [](Request&, Response&) { throw std::runtime_error("secret"); });
  app.get("/throw/418", [](Request&, Response&) { throw HttpError(418, "teapot"); });
  app.get("/throw/503", [](Request&, Response& res) {
    res.status(503);
    throw std::runtime_error("busy");
  });
  app.get("/next/409",
          [](Request&, Response&, const Next& next) { next(HttpError(409, "taken")); });
  app.get("/later", [&loop = app.loop()](Request&, Response&, const Next& next) {
    loop.post([next] { next(HttpError(410, "gone")); });
  });
  app.get(
      "/caught", [](Request&, Response&) { throw std::runtime_error("broken"); },
      says("not this one"),
      [](const std::exception& e, Request&, Response& res, const Next&) {
        res.status(502).send(std::string("caught ") + e.what());
      });
  app.get("/passed", [](Request&, Response&) { throw std::runtime_error("broken"); });
  app.use("/passed", [](const std::exception&, Request&, Response& res, const Next& next) {
    res.set("X-Passed", "1");
    next();
  });
  app.use("/passed", says("recovered"));
  app.param("user", [](Request&, Response& res, const Next& next, std::string_view value) {
    res.append("X-Param", value);
    if (value == "none") return next(HttpError(404, "no such user"));
    if (value == "skip") return next.route();
    next();
  });
  app.get("/param/:user", [](Request&, Response&, const Next& next) { next(); });
  app.get("/param/:user", says("second"));
  app.get("/param/*rest", says("third"));
}

void bodies(Router& app) {
  app.get("/send/text", says("<p>\xC3\xA4</p>"));
  app.get("/send/bytes", [](Request&, Response& res) {
    res.send(std::make_shared<const std::string>("\x01\x02"));
  });
  app.get("/send/object", [](Request&, Response& res) { res.json(Json{{"a", {1, "\xC3\xA4"}}}); });
  app.get("/send/typed", [](Request&, Response& res) { res.type("css").send("a{}"); });
  app.get("/send/type/:of", [](Request& req, Response& res) {
    res.type(*req.param("of")).send(std::make_shared<const std::string>("x"));
  });
  app.get("/send/empty", [](Request&, Response& res) { res.send(""); });
  app.get("/send/status/:code", [](Request& req, Response& res) {
    res.status(std::stoi(std::string(*req.param("code")))).send("body");
  });
  app.post("/send/text", says("posted"));
  app.get("/end", [](Request&, Response& res) { res.status(201).end(); });
  app.get("/status/:code", [](Request& req, Response& res) {
    res.send_status(std::stoi(std::string(*req.param("code"))));
  });
  app.get("/tagged", [](Request&, Response& res) {
    res.set("ETag", "\"1\"").set("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT").send("tagged");
  });
  app.post("/json", http::json_body({.limit = 50}), [](Request& req, Response& res) {
    const auto body = req.json();
    body ? res.json(Json{{"body", *body}}) : res.json(Json{{"body", "none"}});
  });
  app.post("/form", [](Request& req, Response& res) {
    const auto form = req.form();
    if (!form) return res.send("none");
    res.json(Json{{"a", form->all("a")}, {"b", text(form->get("b"))}});
  });
  // A line is "pattern SP path"; answered with its captures.
  app.post("/match", [](Request& req, Response& res) {
    std::string all;
    for (std::string_view rest = req.body(); !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
      const std::size_t space = line.find(' ');
      try {
        const http::Pattern pattern(line.substr(0, space));
        http::Captures found;
        all += pattern.match(line.substr(space + 1), found) ? "yes" : "no";
        for (std::size_t i = 0; i < found.count; ++i)
          all += " " + std::string(found.all[i].name) + "=" + std::string(found.all[i].value);
      } catch (const std::invalid_argument&) {
        all += "bad";
      }
      all += "\n";
    }
    res.send(all);
  });
}

void fields(Router& app) {
  app.get("/redirect", [](Request& req, Response& res) { res.redirect(*req.query("to")); });
  app.get("/redirect/:code", [](Request& req, Response& res) {
    res.redirect(std::stoi(std::string(*req.param("code"))), "/x");
  });
  app.get("/location", [](Request& req, Response& res) { res.location(*req.query("to")).end(); });
  app.get("/cookie", [](Request&, Response& res) {
    http::CookieOptions all;
    all.max_age = 1s;
    all.domain = "example.org";
    all.path = "/p";
    all.http_only = all.secure = all.partitioned = true;
    all.priority = "high";
    all.same_site = "lax";
    http::CookieOptions then;
    then.expires = 784111777;
    http::CookieOptions lax;
    lax.http_only = true;
    lax.same_site = "Lax";
    res.cookie("a", "b c", lax).cookie("all", "\xC3\xA4;\"=,", all).cookie("then", "1", then);
    res.clear_cookie("old").clear_cookie("oldp", all).end();
  });
  app.get("/cookies", [](Request& req, Response& res) {
    Json all = Json::object();
    for (const auto& [name, value] : req.cookies()) all[name] = value;
    res.json(all);
  });
  app.get("/format", [](Request& req, Response& res) {
    const auto plain = [&] { res.send("plain"); };
    const auto page = [&] { res.send("<p>"); };
    const auto json = [&] { res.json("{}"); };
    if (req.query("default")) return res.format({{"html", page}, {"default", plain}});
    res.format({{"text", plain}, {"text/html", page}, {"json", json}});
  });
  app.get("/vary", [](Request&, Response& res) {
    res.vary("Accept").vary("accept, Origin").vary("Origin").end();
  });
  app.get("/links", [](Request&, Response& res) {
    res.links({{"next", "/2"}}).links({{"last", "/9"}}).end();
  });
  app.get("/append", [](Request&, Response& res) {
    res.append("X-A", "1").append("X-A", "2").set("X-B", "1").set("x-b", "2").end();
  });
  app.get("/attachment", [](Request& req, Response& res) {
    const auto name = req.query("name");
    name ? res.attachment(*name).end() : res.attachment().end();
  });
  app.all("/asks", [](Request& req, Response& res) {
    res.json(Json{{"types", text(req.accepts({"html", "json"}))},
                  {"codings", text(req.accepts_encodings({"gzip", "identity"}))},
                  {"charsets", text(req.accepts_charsets({"utf-8", "latin1"}))},
                  {"languages", text(req.accepts_languages({"en", "de-AT"}))},
                  {"json", req.is("json")},
                  {"plusjson", req.is("+json")},
                  {"text", req.is("text/*")},
                  {"urlencoded", req.is("urlencoded")},
                  {"hostname", req.hostname()},
                  {"subdomains", req.subdomains()},
                  {"protocol", req.protocol()},
                  {"secure", req.secure()},
                  {"xhr", req.xhr()},
                  {"referrer", req.get("Referrer")},
                  {"range", req.range(10) && req.range(10)->partial}});
  });
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return 2;
  const std::string file = arguments[count - 1];
  net::EventLoop loop;
  http::Server app(loop);
  paths(app);
  next_and_errors(app);
  bodies(app);
  fields(app);
  app.get("/file", [&](Request&, Response& res) { res.send_file(file); });
  app.get("/download",
          [&](Request&, Response& res) { res.download(file, "r\xC3\xA9sum\xC3\xA9.txt"); });
  app.get("/no-file", [&](Request&, Response& res) { res.send_file(file + ".none"); });
  test::add_edges(app, arguments[count - 2]);
  if (app.listen(net::Address::loopback(0))) return 1;
  const net::StopSignals signals(
      loop, [&] { loop.stop(); }, [&] { loop.stop(); });
  std::printf("listening on %s\n", app.address().to_string().c_str());
  std::fflush(stdout);
  loop.run();
}
