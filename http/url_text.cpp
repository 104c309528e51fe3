// http/url_text.cpp - every byte that could end a line, a quoted string or a tag is encoded.
// (codec)
#include "http/url_text.h"

#include <algorithm>

#include "http/message.h"
#include "http/scan.h"
#include "http/target.h"

namespace strata::http {

namespace {

bool is_escape(std::string_view text, std::size_t at) {  // of text[at] == '%'
  return text.size() - at > 2 && is_char(text[at + 1], hex_char) && is_char(text[at + 2], hex_char);
}

void append_escaped(std::string& to, char c) {
  constexpr char digits[] = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  to += {'%', digits[byte >> 4], digits[byte & 15]};
}

// One '?' for each character that is no ASCII, as its bytes would be unreadable to old clients.
std::string ascii_of(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F) {
      result += c;
    } else if ((byte & 0xC0) != 0x80) {
      result += '?';
    }
  }
  return result;
}

// rfc8187-3.2.1 value-chars: attr-char = ALPHA / DIGIT / "!#$&+-.^_`|~"
std::string extended_value(std::string_view text) {
  std::string result = "UTF-8''";
  for (const char c : text) {
    const bool plain = is_char(c, token_char) && c != '*' && c != '\'' && c != '%';
    if (plain) {
      result += c;
    } else {
      append_escaped(result, c);
    }
  }
  return result;
}

}  // namespace

std::string encode_url(std::string_view url) {
  std::string result;
  result.reserve(url.size());
  for (std::size_t i = 0; i < url.size(); ++i) {
    const char c = url[i];
    const bool visible = c > 0x20 && c < 0x7F;
    const bool plain =
        c == '%' ? is_escape(url, i) : visible && std::string_view("\"<>`{}").find(c) == url.npos;
    if (plain) {
      result += c;
    } else {
      append_escaped(result, c);
    }
  }
  return result;
}

std::string escape_html(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string content_disposition(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  if (name.empty()) return "attachment";
  const std::string plain = ascii_of(name);
  bool exact = plain == name;
  for (std::size_t i = 0; i < name.size(); ++i)
    if (name[i] == '%' && is_escape(name, i)) exact = false;  // some clients would decode it
  std::string text = "attachment; filename=";
  if (is_token(plain)) {
    text += plain;
  } else {
    text += '"';
    for (const char c : plain) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    text += '"';
  }
  if (!exact) text += "; filename*=" + extended_value(name);
  return text;
}

}  // namespace strata::http
