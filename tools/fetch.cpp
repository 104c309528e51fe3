// tools/fetch.cpp - one request from the command line: http::Client as a program.
//   fetch URL                       the content, to stdout
//   fetch -v URL                    and every byte of both directions, to stderr
//   fetch -d 'a=b' URL              POST; -d @file from a file, -d @- from stdin
//   fetch -T file URL               PUT, streamed in pieces of any size; -T - from stdin
// Exit code: 0 a response; 1 it is 400 or above and --fail was given; 2 the command line; 3 no
// response; 4 none in time; 5 a response that is malformed or torn; 6 it cannot be written.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "http/client.h"
#include "http/client/cookie_jar.h"
#include "net/event_loop.h"
#include "net/fd.h"

using namespace strata;

namespace {

struct Settings {
  http::ClientRequest request;
  http::ClientOptions options;
  std::string output;  // empty: stdout
  std::string data, upload;
  bool verbose = false, heads = false, fails = false, cookies = false, quiet = false;
  bool has_data = false;
  bool follow = false;
  unsigned redirects = 10;
  int repeat = 1;
};

const char help[] =
    "fetch [flags] URL\n"
    "  -X, --request METHOD    instead of GET, or POST with -d, or PUT with -T\n"
    "  -H, --header 'A: b'     a field; repeatable\n"
    "  -d, --data TEXT         content; @FILE is read whole, @- is stdin\n"
    "  -T, --upload FILE       content, streamed; - is stdin, chunked\n"
    "  -o, --output FILE       instead of stdout\n"
    "  -I, --head              HEAD, and shows the head\n"
    "  -i, --include           shows the response's head before the content\n"
    "  -v, --verbose           every byte sent and received, on stderr\n"
    "  -L, --location          follows redirects; --max-redirects N, 10\n"
    "      --compressed        asks for gzip and undoes it\n"
    "      --cookies           keeps and sends cookies, between redirects and repeats\n"
    "      --expect            the content waits for a 100 (Continue)\n"
    "      --unix-socket PATH  connects there, whatever the URL's host\n"
    "      --proxy URL         http://user:password@host:port; else $http_proxy\n"
    "      --proxytunnel       CONNECT for http, too\n"
    "      --noproxy LIST      reached without it, with commas; else $no_proxy\n"
    "      --timeout MS        for all of it; --connect-timeout MS, 10000\n"
    "      --max-body BYTES    of the response\n"
    "      --repeat N          the same N times, one after the other, on kept connections\n"
    "      --fail              exit code 1 for 400 and above, without the content\n"
    "      --silent            no sentence on stderr\n";

bool read_number(const char* text, std::uint64_t& to) {
  const auto number = http::parse_size(text);
  if (number) to = *number;
  return number.has_value();
}

void split_list(std::string_view text, std::vector<std::string>& to) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    to.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

bool read_header(std::string_view line, http::HeaderList& to) {
  const std::size_t colon = line.find(':');
  if (colon == line.npos) return false;
  to.emplace_back(line.substr(0, colon), http::trim_ows(line.substr(colon + 1)));
  return true;
}

// One flag; `value` is what follows it, taken if the answer is 2. 0: it makes no sense.
int read_flag(std::string_view flag, const char* value, Settings& s) {
  struct Switch {
    const char *brief, *name;
    bool* on;
  };
  const Switch switches[] = {
      {"-v", "--verbose", &s.verbose},
      {"-i", "--include", &s.heads},
      {"-L", "--location", &s.follow},
      {"", "--compressed", &s.options.decompress},
      {"", "--cookies", &s.cookies},
      {"", "--expect", &s.request.expect_continue},
      {"", "--proxytunnel", &s.options.proxy_tunnel},
      {"", "--fail", &s.fails},
      {"", "--silent", &s.quiet},
  };
  for (const Switch& each : switches)
    if (flag == each.brief || flag == each.name) return *each.on = true, 1;
  if (flag == "-I" || flag == "--head") return s.request.method = "HEAD", s.heads = true, 1;
  if (value == nullptr) return 0;
  std::uint64_t number = 0;
  const bool is_number = read_number(value, number);
  const auto ms = std::chrono::milliseconds(number);
  if (flag == "-X" || flag == "--request") return s.request.method = value, 2;
  if (flag == "-H" || flag == "--header") return read_header(value, s.request.headers) ? 2 : 0;
  if (flag == "-d" || flag == "--data") return s.data = value, s.has_data = true, 2;
  if (flag == "-T" || flag == "--upload") return s.upload = value, 2;
  if (flag == "-o" || flag == "--output") return s.output = value, 2;
  if (flag == "--unix-socket") return s.request.unix_path = value, 2;
  if (flag == "--proxy") return s.options.proxy = value, 2;
  if (flag == "--noproxy") return split_list(value, s.options.no_proxy), 2;
  if (!is_number) return 0;
  if (flag == "--max-redirects") return s.redirects = static_cast<unsigned>(number), 2;
  if (flag == "--timeout") return s.options.timeout = ms, 2;
  if (flag == "--connect-timeout") return s.options.connect_timeout = ms, 2;
  if (flag == "--max-body") return s.request.max_body = number, 2;
  if (flag == "--repeat") return s.repeat = static_cast<int>(number), 2;
  return 0;
}

bool read_line(int argc, char** argv, Settings& s) {
  s.options.decompress = false;
  s.options.user_agent = "strata-fetch";
  s.request.method.clear();
  for (int i = 1; i < argc;) {
    if (argv[i][0] != '-' || argv[i][1] == '\0') {
      if (!s.request.url.empty()) return false;
      s.request.url = argv[i++];
      continue;
    }
    const int taken = read_flag(argv[i], i + 1 < argc ? argv[i + 1] : nullptr, s);
    if (taken == 0) {
      std::fprintf(stderr, "fetch: '%s' makes no sense here; --help lists the flags\n", argv[i]);
      return false;
    }
    i += taken;
  }
  const char* const proxy = std::getenv("http_proxy");
  if (s.options.proxy.empty() && proxy != nullptr) s.options.proxy = proxy;
  const char* const exceptions = std::getenv("no_proxy");
  if (s.options.no_proxy.empty() && exceptions != nullptr)
    split_list(exceptions, s.options.no_proxy);
  s.request.max_redirects = s.follow ? s.redirects : 0;
  if (s.request.url.find("://") == std::string::npos && !s.request.url.starts_with("unix:"))
    s.request.url.insert(0, "http://");
  if (s.request.method.empty())
    s.request.method = s.has_data ? "POST" : s.upload.empty() ? "GET" : "PUT";
  return true;
}

// --- content
// --------------------------------------------------------------------------------------

bool read_data(Settings& s) {
  if (s.data.empty() || s.data[0] != '@') {
    s.request.body = s.data;
  } else {
    std::ifstream file(s.data == "@-" ? "/dev/stdin" : s.data.c_str() + 1, std::ios::binary);
    if (!file) return false;
    s.request.body.assign(std::istreambuf_iterator<char>(file), {});
  }
  bool typed = false;
  for (const auto& [name, value] : s.request.headers)
    typed = typed || http::equals_ignore_case(name, "Content-Type");
  if (!typed) s.request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  return true;
}

// A file, or a pipe, which has no length: reading one blocks, and so does everything else here.
bool open_upload(const std::string& path, http::ContentSource& source) {
  const auto fd = std::make_shared<net::Fd>(
      path == "-" ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!*fd) return false;
  const off_t bytes = ::lseek(fd->get(), 0, SEEK_END);
  if (bytes >= 0) {
    source.bytes = static_cast<std::uint64_t>(bytes);
    source.rewind = [fd] { return ::lseek(fd->get(), 0, SEEK_SET) == 0; };
    source.rewind();
  }
  source.pull = [fd](std::string& piece) {
    piece.resize(32 * 1024);
    const ssize_t got = ::read(fd->get(), piece.data(), piece.size());
    piece.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    if (got < 0) return http::ContentSource::Pull::fail;
    return got == 0 ? http::ContentSource::Pull::end : http::ContentSource::Pull::more;
  };
  return true;
}

// --- what is shown
// --------------------------------------------------------------------------------

// "> " sent, "< " received; text as it is, all else as \xNN, a line each.
void show_bytes(const http::WireEvent& event) {
  static std::uint64_t last = 0;
  if (event.connection != last)
    std::fprintf(stderr, "* connection %llu\n",
                 static_cast<unsigned long long>(last = event.connection));
  const char mark = event.sent ? '>' : '<';
  bool fresh = true;
  for (const std::uint8_t byte : event.bytes) {
    if (std::exchange(fresh, false)) std::fprintf(stderr, "%c ", mark);
    if (byte == '\n') {
      std::fputs("\\n\n", stderr);
      fresh = true;
    } else if (byte == '\r') {
      std::fputs("\\r", stderr);
    } else if (byte >= 0x20 && byte < 0x7F) {
      std::fputc(byte, stderr);
    } else {
      std::fprintf(stderr, "\\x%02x", byte);
    }
  }
  if (!fresh) std::fputc('\n', stderr);
}

int exit_code_of(http::ClientError error) {
  using E = http::ClientError;
  switch (error) {
    case E::invalid_url:
    case E::invalid_method:
    case E::invalid_target:
    case E::invalid_field:
    case E::invalid_proxy:
      return 2;
    case E::connect_timeout:
    case E::first_byte_timeout:
    case E::read_timeout:
    case E::write_timeout:
    case E::total_timeout:
      return 4;
    case E::truncated:
    case E::malformed:
    case E::unsupported_version:
    case E::unsupported_coding:
    case E::head_too_large:
    case E::content_too_large:
    case E::too_many_interim:
    case E::unexpected_upgrade:
    case E::bad_encoding:
    case E::too_many_redirects:
    case E::bad_redirect:
      return 5;
    default:
      return 3;
  }
}

class Fetch {
 public:
  Fetch(net::EventLoop& loop, Settings& settings, std::FILE* to)
      : loop_(loop), settings_(settings), to_(to), client_(loop, settings.options) {}

  int run() {
    for (int i = 0; i < settings_.repeat && code_ == 0; ++i) {
      if (settings_.request.source.rewind) settings_.request.source.rewind();
      start();
      if (const std::error_code failed = loop_.run()) return say(failed.message()), 3;
    }
    if (std::fflush(to_) != 0 && code_ == 0) return say("the content cannot be written"), 6;
    return code_;
  }

 private:
  void start() {
    http::ResponseHandlers handlers;
    handlers.on_head = [this](const http::ResponseInfo& head) { on_head(head); };
    handlers.on_data = [this](net::Bytes bytes) { write({net::as_text(bytes)}); };
    handlers.on_end = [this](http::Result<http::HeaderList> end) {
      if (!end) {
        say(end.error().to_string());
        code_ = exit_code_of(end.error().error);
      }
      loop_.stop();
    };
    call_ = client_.stream(settings_.request, std::move(handlers));
  }
  void on_head(const http::ResponseInfo& head) {
    if (settings_.fails && head.status >= 400) {
      say("the answer is " + std::to_string(head.status) + " " + head.reason);
      code_ = 1;
      call_.drop();
      return loop_.stop();
    }
    if (!settings_.heads) return;
    write("HTTP/1." + std::to_string(head.minor_version) + " " + std::to_string(head.status) + " " +
          head.reason + "\r\n");
    for (const auto& [name, value] : head.headers) write(name + ": " + value + "\r\n");
    write("\r\n");
  }
  void write(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), to_) == text.size()) return;
    say("the content cannot be written");
    code_ = 6;
    call_.drop();
    loop_.stop();
  }
  void say(std::string_view sentence) const {
    if (!settings_.quiet)
      std::fprintf(stderr, "fetch: %.*s\n", static_cast<int>(sentence.size()), sentence.data());
  }

  net::EventLoop& loop_;
  Settings& settings_;
  std::FILE* to_;
  http::Client client_;
  http::ClientCall call_;
  int code_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i)
    if (std::strcmp(argv[i], "--help") == 0) return std::fputs(help, stdout), 0;
  Settings settings;
  if (!read_line(argc, argv, settings) || settings.request.url == "http://")
    return std::fputs("usage: fetch [flags] URL; --help lists the flags\n", stderr), 2;
  if ((settings.has_data && !read_data(settings)) ||
      (!settings.upload.empty() && !open_upload(settings.upload, settings.request.source)))
    return std::fputs("fetch: the content cannot be read\n", stderr), 2;
  if (settings.verbose) settings.options.on_wire = show_bytes;
  http::CookieJar jar;
  if (settings.cookies) settings.options.cookies = &jar;
  std::FILE* const to =
      settings.output.empty() ? stdout : std::fopen(settings.output.c_str(), "wb");
  if (to == nullptr) return std::fputs("fetch: the output cannot be opened\n", stderr), 6;
  net::EventLoop loop;
  const int code = Fetch(loop, settings, to).run();
  if (to != stdout) std::fclose(to);
  return code;
}
