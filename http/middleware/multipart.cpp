// http/middleware/multipart.cpp - rfc2046-5.1.1, rfc7578-4. (codec)
//
// '\r' begins the delimiter and stands nowhere else in it, so after a mismatch only the byte at
// hand can begin the next one: one pass, nothing is looked at twice, and what looked like a
// delimiter and was none is known without having been kept.
#include "http/middleware/multipart.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "http/parameters.h"
#include "http/scan.h"

namespace strata::http {

namespace {

constexpr std::size_t padding_max = 64;  // blanks behind a boundary, rfc2046-5.1.1

bool is_boundary(std::string_view text) {
  constexpr std::string_view marks = "'()+_,-./:=? ";
  return !text.empty() && text.size() <= 70 && text.back() != ' ' &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') ||
                  marks.find(c) != std::string_view::npos;
         });
}

// Up to where `delimiter` begins in `in`, or may begin at its end. Lines of a text are not handed
// on one by one: who takes them may make a call of the system of each piece.
std::size_t bytes_before_delimiter(net::Bytes in, std::string_view delimiter) {
  const std::string_view text = net::as_text(in);
  for (std::size_t at = text.find('\r'); at != std::string_view::npos;
       at = text.find('\r', at + 1)) {
    const std::string_view here = text.substr(at, delimiter.size());
    if (delimiter.substr(0, here.size()) == here) return at;
  }
  return text.size();
}

// rfc7578-4.2: no folder that a sender names means anything here.
std::string_view without_folders(std::string_view name) {
  const std::size_t at = name.find_last_of("/\\");
  if (at != std::string_view::npos) name.remove_prefix(at + 1);
  return name == "." || name == ".." ? std::string_view() : name;
}

}  // namespace

std::optional<std::string> multipart_boundary(std::string_view content_type) {
  const std::size_t end = std::min(content_type.find(';'), content_type.size());
  if (!equals_ignore_case(trim_ows(content_type.substr(0, end)), "multipart/form-data")) {
    return std::nullopt;
  }
  std::string_view rest = content_type.substr(end);
  std::optional<std::string> boundary;
  while (take_mark(rest, ';')) {
    const auto parameter = take_parameter(rest);
    if (!parameter) return std::nullopt;
    if (!equals_ignore_case(parameter->name, "boundary")) continue;
    if (boundary || !is_boundary(parameter->value)) return std::nullopt;
    boundary = parameter->value;
  }
  return rest.empty() ? boundary : std::nullopt;
}

MultipartParser::MultipartParser(std::string_view boundary, MultipartLimits limits)
    : delimiter_("\r\n--" + std::string(boundary)), limits_(limits) {}

MultipartParser::Event MultipartParser::refuse(int status, std::string_view why) {
  state_ = State::refused;
  refusal_ = {status, why};
  return Event::refused;
}

MultipartParser::Event MultipartParser::next(net::Bytes& in) {
  data_ = {};
  while (state_ == State::refused || state_ == State::epilogue || !in.empty()) {
    Event event = Event::none;
    switch (state_) {
      case State::preamble:
      case State::content:
        event = read_content(in);
        break;
      case State::behind_delimiter:
        event = read_behind_delimiter(in);
        break;
      case State::head:
        event = read_head(in);
        break;
      case State::epilogue:  // rfc2046-5.1.1: to be ignored
        in = {};
        return Event::none;
      case State::refused:
        return Event::refused;
    }
    if (event != Event::none) return event;
  }
  return Event::none;
}

// Goes on with a delimiter of which `matched_` bytes were seen. True once it is whole; false at
// the first other byte, which is not taken, or at the end of `in`.
bool MultipartParser::match_delimiter(net::Bytes& in) {
  const std::size_t most = std::min(in.size(), delimiter_.size() - matched_);
  const std::string_view wanted = std::string_view(delimiter_).substr(matched_, most);
  const std::string_view here = net::as_text(in.first(most));
  const auto differs = std::mismatch(here.begin(), here.end(), wanted.begin()).first;
  const auto same = static_cast<std::size_t>(differs - here.begin());
  matched_ += same;
  in = in.subspan(same);
  return matched_ == delimiter_.size();
}

// Data up to a delimiter; the preamble is data that nobody gets.
MultipartParser::Event MultipartParser::read_content(net::Bytes& in) {
  const bool content = state_ == State::content;
  const auto hand_on = [&](net::Bytes bytes) {
    if (content) {
      data_ = bytes;
      return Event::data;
    }
    preamble_ += bytes.size();
    if (preamble_ > limits_.max_preamble) return refuse(400, "a long text before the first part");
    return Event::none;
  };
  if (matched_ == 0) {
    const std::size_t plain = bytes_before_delimiter(in, delimiter_);
    if (plain != 0) {
      const net::Bytes bytes = in.first(plain);
      in = in.subspan(plain);
      return hand_on(bytes);
    }
  }
  if (match_delimiter(in)) {
    matched_ = 0;
    imagined_ = false;
    state_ = State::behind_delimiter;
    padding_ = 0;
    last_ = 0;
    return content ? Event::part_end : Event::none;
  }
  if (in.empty()) return Event::none;
  // It began in an earlier piece and was none. Its bytes are those of the delimiter.
  const std::size_t seen = std::exchange(matched_, 0);
  const std::size_t from = std::exchange(imagined_, false) ? 2 : 0;
  if (seen <= from) return Event::none;
  return hand_on(net::as_bytes(std::string_view(delimiter_).substr(from, seen - from)));
}

// "--" ends it all; blanks and CRLF begin a part. A line that goes on otherwise is refused:
// rfc2046-5.1.1 calls it a delimiter too, and others do not.
MultipartParser::Event MultipartParser::read_behind_delimiter(net::Bytes& in) {
  const char c = static_cast<char>(in.front());
  in = in.subspan(1);
  if (last_ == '\r') {
    if (c != '\n') return refuse(400, "a bare CR behind a boundary");
    if (++parts_ > limits_.max_parts) return refuse(413, "too many parts");
    part_ = Part{};
    head_used_ = head_fields_ = 0;
    has_disposition_ = false;
    state_ = State::head;
    return Event::none;
  }
  if (last_ == '-') {
    if (c != '-') return refuse(400, "a line that begins with the boundary and is none");
    state_ = State::epilogue;
    return Event::end;
  }
  if (c == '-' && padding_ == 0) {
    last_ = c;
  } else if (c == '\r') {
    last_ = c;
  } else if (!is_ows(c) || ++padding_ > padding_max) {
    return refuse(400, "a line that begins with the boundary and is none");
  }
  return Event::none;
}

// One line, with its CRLF, at a time.
MultipartParser::Event MultipartParser::read_head(net::Bytes& in) {
  const void* const at = std::memchr(in.data(), '\n', in.size());
  const std::size_t bytes =
      at == nullptr
          ? in.size()
          : static_cast<std::size_t>(static_cast<const std::uint8_t*>(at) - in.data()) + 1;
  if (bytes > limits_.max_part_head - head_used_ - head_.size()) {
    return refuse(431, "the head of a part is too long");
  }
  head_.append(net::as_text(in.first(bytes)));
  in = in.subspan(bytes);
  if (at == nullptr) return Event::none;
  if (!head_.ends_with("\r\n")) return refuse(400, "a bare LF in the head of a part");
  head_used_ += head_.size();
  const std::string_view line = std::string_view(head_).substr(0, head_.size() - 2);
  if (line.empty()) return end_of_head();
  if (++head_fields_ > limits_.max_part_fields) return refuse(431, "too many fields in a part");
  if (!take_head_line(line)) return Event::refused;
  head_.clear();
  return Event::none;
}

MultipartParser::Event MultipartParser::end_of_head() {
  if (!has_disposition_) return refuse(400, "a part without Content-Disposition");
  if (part_.content_type.empty()) part_.content_type = "text/plain";
  head_.clear();
  state_ = State::content;
  matched_ = 2;  // rfc2046-5.1.1: without data the delimiter may follow the empty line at once
  imagined_ = true;
  return Event::part;
}

bool MultipartParser::take_head_line(std::string_view line) {
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  if (colon == std::string_view::npos || !is_token(name)) {
    refuse(400, "a line in the head of a part is no field");
    return false;
  }
  const std::string_view value = trim_ows(line.substr(colon + 1));
  if (!is_field_value(value)) {
    refuse(400, "a control byte in the head of a part");
    return false;
  }
  if (equals_ignore_case(name, "Content-Disposition")) return take_disposition(value);
  if (equals_ignore_case(name, "Content-Type")) {
    if (!part_.content_type.empty() || value.empty()) {
      refuse(400, "Content-Type of a part: none, or two");
      return false;
    }
    part_.content_type = value;
  } else if (equals_ignore_case(name, "Content-Transfer-Encoding")) {
    // rfc7578-4.7: not to be sent; what says that the data is what it is does no harm.
    const bool plain = equals_ignore_case(value, "binary") || equals_ignore_case(value, "8bit") ||
                       equals_ignore_case(value, "7bit");
    if (!plain) {
      refuse(415, "a transfer encoding of a part");
      return false;
    }
  }
  return true;
}

// rfc7578-4.2: form-data; name="..."; filename="...". Browsers write '"', CR and LF of a name as
// %22, %0D and %0A, and so they stay. filename* is not to be used there, and is left out.
bool MultipartParser::take_disposition(std::string_view value) {
  const auto fail = [this](int status, std::string_view why) {
    refuse(status, why);
    return false;
  };
  if (has_disposition_) return fail(400, "two Content-Dispositions in a part");
  const std::size_t end = std::min(value.find(';'), value.size());
  if (!equals_ignore_case(trim_ows(value.substr(0, end)), "form-data")) {
    return fail(400, "the disposition of a part is not form-data");
  }
  std::string_view rest = value.substr(end);
  bool named = false;
  while (take_mark(rest, ';')) {
    auto parameter = take_parameter(rest, Backslash::quote);
    if (!parameter) return fail(400, "Content-Disposition of a part is malformed");
    const bool is_name = equals_ignore_case(parameter->name, "name");
    if (!is_name && !equals_ignore_case(parameter->name, "filename")) continue;
    if (parameter->value.size() > limits_.max_name) return fail(431, "the name of a part is long");
    if (parameter->value.find_first_of("\"\t") != std::string::npos) {
      return fail(400, "a quote or a tab in the name of a part");
    }
    if (is_name ? named : part_.filename.has_value()) return fail(400, "two names of a part");
    if (is_name) {
      named = true;
      part_.name = std::move(parameter->value);
    } else {
      part_.filename = without_folders(parameter->value);
    }
  }
  if (!rest.empty()) return fail(400, "Content-Disposition of a part is malformed");
  if (!named) return fail(400, "a part without a name");
  has_disposition_ = true;
  return true;
}

bool MultipartParser::finish() {
  if (state_ == State::refused) return false;
  if (state_ == State::epilogue) return true;
  refuse(400, "the content ends before its last boundary");
  return false;
}

}  // namespace strata::http
