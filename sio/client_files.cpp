// sio/client_files.cpp - the bundle of socket.io-client, with its version as the ETag of each file.
#include "sio/client_files.h"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "http/compression.h"
#include "http/request.h"
#include "http/response.h"

namespace strata::sio {
namespace {

// A prefix route answers whatever begins with it, so the longer of two names stands first.
constexpr const char* names[] = {
    "socket.io.js.map",
    "socket.io.js",
    "socket.io.min.js.map",
    "socket.io.min.js",
    "socket.io.msgpack.min.js.map",
    "socket.io.msgpack.min.js",
    "socket.io.esm.min.js.map",
    "socket.io.esm.min.js",
};

// Of "Socket.IO v4.8.4", in the comment that each bundle begins with.
std::string version_in(std::string_view bundle) {
  constexpr std::string_view mark = "Socket.IO v";
  const std::size_t at = bundle.substr(0, 400).find(mark);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = bundle.substr(at + mark.size());
  const std::size_t end = rest.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz.-");
  return std::string(rest.substr(0, std::min<std::size_t>(end, 40)));
}

bool is_map(std::string_view name) { return name.substr(name.size() - 4) == ".map"; }

}  // namespace

ClientFiles::ClientFiles(const std::string& folder, eio::OriginRule origins)
    : origins_(std::move(origins)) {
  for (const char* name : names) {
    std::ifstream in(folder + "/" + name, std::ios::binary);
    if (!in) continue;
    std::string bytes{std::istreambuf_iterator<char>(in), {}};
    if (version_.empty() && !is_map(name)) version_ = version_in(bytes);
    files_[name].plain = std::make_shared<const std::string>(std::move(bytes));
  }
  if (files_.empty() || version_.empty())
    throw std::runtime_error("serve_client: " + folder + " has no bundle of socket.io-client");
}

const ClientFiles::Shared& ClientFiles::packed(File& file, std::string_view coding) {
  Shared& kept = coding == "gzip" ? file.gzip : file.deflate;
  if (kept == nullptr) {
    http::Gzip::Options options;
    if (coding != "gzip") options.format = http::CompressedFormat::zlib;
    kept = std::make_shared<const std::string>(
        http::gzip(net::as_bytes(std::string_view(*file.plain)), options));
  }
  return kept;
}

void ClientFiles::answer(const std::string& name, http::Request& request,
                         http::Response& response) {
  const auto found = files_.find(name);
  if (found == files_.end()) return response.status(404).end();
  if (request.method() != "GET" && request.method() != "HEAD")
    return response.set("Allow", "GET, HEAD").status(405).end();
  eio::Fields fields;
  origins_.append_fields(request.header("origin"), fields);
  for (const auto& [field, value] : fields) response.append(field, value);
  response.vary("Accept-Encoding");
  response.set("Cache-Control", "public, max-age=0").set("ETag", "\"" + version_ + "\"");
  if (request.fresh()) return response.status(304).end();
  response.set("Content-Type", is_map(name) ? "application/json; charset=utf-8"
                                            : "application/javascript; charset=utf-8");
  // Without the field rfc9110-12.5.3 allows any coding; the reference sends none, and so do we.
  const auto coding = request.header("accept-encoding").empty()
                          ? std::nullopt
                          : request.accepts_encodings({"gzip", "deflate", "identity"});
  if (!coding || *coding == "identity") return response.send(found->second.plain);
  response.set("Content-Encoding", *coding);
  response.send(packed(found->second, *coding));
}

void ClientFiles::serve(http::Server& http, std::string path,
                        const std::shared_ptr<ClientFiles>& files) {
  while (!path.empty() && path.back() == '/') path.pop_back();
  for (const char* name : names) {
    http::PrefixRoute route;
    route.prefix = path + "/" + name;
    route.max_body = 0;
    route.on_request = [weak = std::weak_ptr(files), name, whole = route.prefix](
                           http::Request& req, http::Response& res) {
      const auto held = weak.lock();
      if (held == nullptr || req.path() != whole) return res.status(404).end();
      held->answer(name, req, res);
    };
    http.prefix(std::move(route));
  }
}

}  // namespace strata::sio
