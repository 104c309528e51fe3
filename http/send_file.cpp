// http/send_file.cpp - a file as the content of a response: sent by the kernel, not through memory.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/date.h"
#include "http/exchange.h"
#include "http/mime.h"
#include "http/validators.h"

namespace strata::http {

namespace {

std::string date_text(std::int64_t seconds) {
  char text[date_bytes];
  write_date(seconds, text);
  return std::string(text, date_bytes);
}

Conditions all_conditions(const Request& request, std::string& joined, std::string& more) {
  Conditions theirs = conditions_of(request, joined);
  theirs.if_match = list_of(request, "If-Match", more);
  theirs.if_unmodified_since = request.header("If-Unmodified-Since");
  theirs.if_range = request.header("If-Range");
  return theirs;
}

// What was set for the file is not true of the sentence that is sent instead; a cache that kept
// that for the file's age would serve it to others.
void refuse(Response& res, int status) {
  for (const char* const name :
       {"Content-Encoding", "Cache-Control", "ETag", "Last-Modified", "Accept-Ranges"})
    res.remove(name);
  res.send_status(status);
}

}  // namespace

void Response::send_file(const std::string& path) {
  if (ended_) return;
  // Not blocking: opening a pipe would else wait for its writer.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return send_status(404);
  send_file(fd, path);
}

void Response::send_file(int fd, std::string_view name) {
  Content content;
  content.file.fd = net::Fd(fd);
  struct stat facts {};
  const bool regular = ::fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode);
  if (ended_ || !regular) return send_status(404);
  const Request& request = exchange_->request;
  const auto size = static_cast<std::uint64_t>(facts.st_size);
  const std::string modified = date_text(facts.st_mtim.tv_sec);
  const auto stamp = static_cast<std::uint64_t>(facts.st_mtim.tv_sec) * 1'000'000'000 +
                     static_cast<std::uint64_t>(facts.st_mtim.tv_nsec);
  if (!get("Content-Type")) set("Content-Type", media_type(name));
  if (!get("Last-Modified")) set("Last-Modified", modified);
  if (!get("ETag")) set("ETag", weak_tag(size, stamp));
  set("Accept-Ranges", "bytes");
  const bool reads = request.method() == "GET" || request.method() == "HEAD";
  content.file.bytes = size;
  std::string joined, more;
  const Conditions theirs = all_conditions(request, joined, more);
  const std::string_view tag = *get("ETag");
  const Precondition verdict = status_ == 200
                                   ? check_conditions(theirs, reads, tag, *get("Last-Modified"))
                                   : Precondition::holds;
  if (verdict == Precondition::failed) return refuse(*this, 412);
  if (verdict == Precondition::not_modified) {
    status(304);
    content.file.bytes = 0;
  } else if (request.method() == "GET" && status_ == 200 &&  // rfc9110-14.2: GET alone has ranges
             range_applies(theirs.if_range, tag, modified)) {
    const auto range = parse_range(request.header("Range"), size);
    if (!range) {
      set("Content-Range", "bytes */" + std::to_string(size));
      return refuse(*this, 416);
    }
    content.file.offset = range->offset;
    content.file.bytes = range->bytes;
    if (range->partial) {
      status(206).set("Content-Range", "bytes " + std::to_string(range->offset) + "-" +
                                           std::to_string(range->offset + range->bytes - 1) + "/" +
                                           std::to_string(size));
    }
  }
  finish(std::move(content));
}

}  // namespace strata::http
