// sio/client_files.h - the browser's client, served beside the server from the bundle that npm
// installed: GET /socket.io/socket.io.min.js.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "http/server.h"
#include "net/bytes.h"
#include "sio/eio/cors.h"

namespace strata::sio {

// socket.io[.min].js, socket.io.msgpack.min.js, socket.io.esm.min.js, and `.map` behind each; those
// that are there. Answered with the version as ETag, with 304 to who has it, packed by gzip or
// deflate for who takes that.
//   Owns:   the files' bytes, read once, and what they were packed to when first asked for.
//   Errors: throws std::runtime_error where `folder` has none of them: an error of the program.
class ClientFiles {
 public:
  ClientFiles(const std::string& folder, eio::OriginRule origins);
  // Answers for them below `path`, as long as `files` lives: then with 404. Before the engine's
  // own route.
  static void serve(http::Server& http, std::string path,
                    const std::shared_ptr<ClientFiles>& files);
  void answer(const std::string& name, http::Request& request, http::Response& response);
  const std::string& version() const { return version_; }  // 4.8.4

 private:
  using Shared = std::shared_ptr<const std::string>;
  struct File {
    Shared plain;
    Shared gzip;
    Shared deflate;
  };
  const Shared& packed(File& file, std::string_view coding);
  std::map<std::string, File> files_;
  std::string version_;
  eio::OriginRule origins_;
};

}  // namespace strata::sio
