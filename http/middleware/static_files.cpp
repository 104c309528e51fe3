// http/middleware/static_files.cpp - from a name to a descriptor below one folder, and to an
// answer.
#include "http/middleware/static_files.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <system_error>
#include <utility>

#include "http/message.h"
#include "http/middleware/compression_filter.h"
#include "http/middleware/static_path.h"
#include "http/mime.h"
#include "http/negotiation.h"
#include "http/request.h"
#include "http/response.h"
#include "net/fd.h"

namespace strata::http {

namespace {

constexpr int open_flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

struct File {
  net::Fd fd;
  struct stat facts {};
  bool regular() const { return fd.get() >= 0 && S_ISREG(facts.st_mode); }
  bool folder() const { return fd.get() >= 0 && S_ISDIR(facts.st_mode); }
  bool older_than(const File& other) const {
    const auto &a = facts.st_mtim, &b = other.facts.st_mtim;
    return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
  }
};

class Folder {
 public:
  Folder(const std::string& path, bool follow_links)
      : fd_(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)), follow_links_(follow_links) {
    if (fd_.get() < 0) throw std::system_error(errno, std::generic_category(), path);
  }

  // `name` is relative, not empty and has no "..".
  File open(const std::string& name) const {
    File file{net::Fd(descriptor_of(name))};
    if (file.fd.get() >= 0 && ::fstat(file.fd.get(), &file.facts) != 0) file.fd = net::Fd();
    return file;
  }

 private:
  int descriptor_of(const std::string& name) const {
    if (follow_links_) return ::openat(fd_.get(), name.c_str(), open_flags);
    open_how how{};
    how.flags = static_cast<std::uint64_t>(open_flags);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    for (int tries = 0; tries < 4; ++tries) {
      const long fd = ::syscall(SYS_openat2, fd_.get(), name.c_str(), &how, sizeof how);
      if (fd >= 0) return static_cast<int>(fd);
      if (errno == ENOSYS || errno == EPERM) return open_without_links(name);
      if (errno != EAGAIN) break;  // a folder was renamed while a link was followed
    }
    return -1;
  }

  // Before Linux 5.6, or where a sandbox forbids openat2: no link is followed at all.
  int open_without_links(const std::string& name) const {
    net::Fd at(::dup(fd_.get()));
    for (std::size_t begin = 0; at.get() >= 0 && begin < name.size();) {
      const std::size_t end = std::min(name.find('/', begin), name.size());
      const bool last = end == name.size();
      const int flags = last ? open_flags : O_PATH | O_DIRECTORY | O_CLOEXEC;
      const std::string segment = name.substr(begin, end - begin);
      at = net::Fd(::openat(at.get(), segment.c_str(), flags | O_NOFOLLOW));
      begin = end + 1;
    }
    return at.release();
  }

  net::Fd fd_;
  bool follow_links_;
};

// The path as it was sent. A request for "/docs" to what is mounted at "/docs" has the path "/"
// there.
std::string full_path(const Request& req) {
  const std::string_view target = req.target().substr(0, req.target().find('?'));
  const bool bare = req.path() == "/" && !req.base_path().empty() && !target.ends_with('/');
  return std::string(req.base_path()) + (bare ? std::string() : std::string(req.path()));
}

class StaticFiles {
 public:
  StaticFiles(const std::string& folder, StaticOptions options)
      : root_(folder, options.follow_links), options_(std::move(options)) {
    if (options_.cache_control.empty() && options_.max_age) {
      const auto age = std::chrono::duration_cast<std::chrono::seconds>(*options_.max_age).count();
      options_.cache_control = "public, max-age=" + std::to_string(age);
      if (options_.immutable) options_.cache_control += ", immutable";  // rfc8246-2
    }
  }

  void handle(Request& req, Response& res, const Next& next) const {
    if (req.method() != "GET" && req.method() != "HEAD") {
      if (options_.fallthrough) return next();
      return res.set("Allow", "GET, HEAD").send_status(405);
    }
    StaticPath path = read_static_path(req.path());
    path.folder = full_path(req).ends_with('/');
    if (path.refusal != 0) return res.send_status(path.refusal);
    if (path.hidden && options_.dotfiles == Dotfiles::deny) return res.send_status(403);
    const bool hidden = path.hidden && options_.dotfiles != Dotfiles::allow;
    if (hidden || path.absent) return give_up(res, next);
    File file;
    if (!path.name.empty()) file = root_.open(path.name);
    if (path.name.empty() || file.folder()) return send_index(path, req, res, next);
    // "file.txt/" is no file.
    if (file.regular() && !path.folder) return send(std::move(file), path.name, req, res);
    if (path.folder || file.fd.get() >= 0) return give_up(res, next);
    for (const std::string& extension : options_.extensions) {
      const std::string name = path.name + "." + extension;
      file = root_.open(name);
      if (file.regular()) return send(std::move(file), name, req, res);
    }
    give_up(res, next);
  }

 private:
  void give_up(Response& res, const Next& next) const {
    options_.fallthrough ? next() : res.send_status(404);
  }

  void send_index(const StaticPath& path, Request& req, Response& res, const Next& next) const {
    if (options_.index.empty()) return give_up(res, next);
    const std::string name = path.name.empty() ? options_.index : path.name + "/" + options_.index;
    File file = root_.open(name);
    if (!file.regular()) return give_up(res, next);
    if (path.folder) return send(std::move(file), name, req, res);
    if (!options_.redirect) return give_up(res, next);
    const std::string full = full_path(req);  // one slash in front: two would name another host
    std::string place = "/" + full.substr(std::min(full.find_first_not_of('/'), full.size())) + "/";
    if (!req.query_string().empty()) place += "?" + std::string(req.query_string());
    res.redirect(301, place);
  }

  void send(File file, const std::string& name, Request& req, Response& res) const {
    if (options_.precompressed && is_compressible(media_type(name))) {
      File packed = root_.open(name + ".gz");
      if (packed.regular() && !packed.older_than(file)) {
        res.vary("Accept-Encoding");
        if (accepts_coding(req.header_list("Accept-Encoding"), "gzip")) {
          file = std::move(packed);
          res.set("Content-Encoding", "gzip");
        }
      }
    }
    if (!options_.cache_control.empty()) res.set("Cache-Control", options_.cache_control);
    if (options_.set_headers) options_.set_headers(res, name);
    res.send_file(file.fd.release(), name);
  }

  Folder root_;
  StaticOptions options_;
};

}  // namespace

Middleware static_files(const std::string& folder, StaticOptions options) {
  return [files = std::make_shared<const StaticFiles>(folder, std::move(options))](
             Request& req, Response& res, const Next& next) { files->handle(req, res, next); };
}

}  // namespace strata::http
