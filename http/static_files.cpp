// http/static_files.cpp - from a request's path to a descriptor below one folder.
#include "http/static_files.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

#include "http/request.h"
#include "http/response.h"

namespace strata::http {

namespace {

constexpr int open_flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

class Folder {
 public:
  explicit Folder(const std::string& path) : fd_(::open(path.c_str(), O_PATH | O_CLOEXEC)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), path);
  }
  ~Folder() { ::close(fd_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  // `path` is relative and has no "..". -1 where there is none that may be read.
  int open(const std::string& path) const {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(open_flags);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    const long fd = ::syscall(SYS_openat2, fd_, path.c_str(), &how, sizeof how);
    if (fd >= 0) return static_cast<int>(fd);
    return errno == ENOSYS || errno == EPERM ? open_without_links(path) : -1;
  }

 private:
  // Before Linux 5.6, or where a sandbox forbids openat2: no link is followed at all.
  int open_without_links(const std::string& path) const {
    int at = ::dup(fd_);
    for (std::size_t begin = 0; at >= 0 && begin < path.size();) {
      const std::size_t end = std::min(path.find('/', begin), path.size());
      const std::string name = path.substr(begin, end - begin);
      const bool last = end == path.size();
      const int flags = last ? open_flags : O_PATH | O_DIRECTORY | O_CLOEXEC;
      const int next = ::openat(at, name.c_str(), flags | O_NOFOLLOW);
      ::close(at);
      at = next;
      begin = end + 1;
    }
    return at;
  }

  int fd_;
};

// The decoded path, relative to the folder; or the status that refuses it (0: not for us).
struct Place {
  std::string path;
  int refusal = 0;
  bool hidden = false;
  bool folder = false;  // ends in a slash
};

Place place_of(std::string_view raw) {
  Place place;
  auto decoded = percent_decode(raw);
  if (!decoded || decoded->find('\0') != std::string::npos) {
    place.refusal = 400;
    return place;
  }
  std::string_view rest = *decoded;
  place.folder = !rest.empty() && rest.back() == '/';
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view segment = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (segment == "..") place.refusal = 403;
    if (segment.empty()) continue;
    if (segment.front() == '.') place.hidden = true;
    if (!place.path.empty()) place.path += '/';
    place.path += segment;
  }
  return place;
}

bool is_folder(int fd) {
  struct stat facts {};
  return ::fstat(fd, &facts) == 0 && S_ISDIR(facts.st_mode);
}

// To the same path with a slash at its end. One slash in front: two would name another host.
void redirect_to_folder(Request& req, Response& res) {
  std::string_view path = req.path();
  const std::string full = std::string(req.base_path()) + std::string(path);
  std::size_t slashes = 0;
  while (slashes < full.size() && full[slashes] == '/') ++slashes;
  std::string place = "/" + full.substr(slashes) + "/";
  if (!req.query_string().empty()) place += "?" + std::string(req.query_string());
  res.redirect(301, place);
}

}  // namespace

Middleware static_files(const std::string& folder, StaticOptions options) {
  return [root = std::make_shared<Folder>(folder), options = std::move(options)](
             Request& req, Response& res, const Next& next) {
    if (req.method() != "GET" && req.method() != "HEAD") return next();
    Place place = place_of(req.path());
    if (place.refusal != 0) return res.send_status(place.refusal);
    if (place.hidden) return next();
    std::string name = place.path;
    int fd = name.empty() ? -1 : root->open(name);
    if (name.empty() || (fd >= 0 && is_folder(fd))) {
      if (fd >= 0) ::close(fd);
      if (options.index.empty()) return next();
      name += name.empty() ? options.index : "/" + options.index;
      fd = root->open(name);
      if (fd >= 0 && !place.folder) {
        ::close(fd);
        return redirect_to_folder(req, res);
      }
    } else if (fd >= 0 && place.folder) {  // "file.txt/" is no file
      ::close(fd);
      fd = -1;
    }
    if (fd < 0 || is_folder(fd)) {
      if (fd >= 0) ::close(fd);
      return next();
    }
    if (!options.cache_control.empty()) res.set("Cache-Control", options.cache_control);
    res.send_file(fd, name);
  };
}

}  // namespace strata::http
