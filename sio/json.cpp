// sio/json.cpp - trees out of text and text out of trees, both with a stack of their own. (codec)
#include "sio/json.h"

#include <algorithm>

namespace strata::sio {
namespace {

// Walks text that is known to be right, so nothing here is checked again.
class Builder {
 public:
  Builder(std::string_view raw, const char* base, const std::vector<Placeholder>* placeholders,
          const std::vector<std::string>* attachments)
      : p_(raw.data()), end_(raw.data() + raw.size()), base_(base), attachments_(attachments) {
    if (placeholders == nullptr) return;
    const auto from = static_cast<std::size_t>(p_ - base_);
    next_ = std::lower_bound(placeholders->begin(), placeholders->end(), from,
                             [](const Placeholder& p, std::size_t at) { return p.begin < at; });
    last_ = placeholders->end();
  }

  Json run() {
    Json root;
    skip();
    place(value(), root);
    while (!open_.empty()) {
      skip();
      Json& top = *open_.back();
      if (*p_ == ']' || *p_ == '}') {
        ++p_;
        open_.pop_back();
      } else if (top.is_array()) {
        place(value(), top.emplace_back());
      } else {
        std::string key = string();
        skip();
        place(value(), top[std::move(key)]);  // a name given twice: the last one, as JavaScript
      }
    }
    return root;
  }

 private:
  void skip() {  // what separates values carries no meaning in right text
    while (p_ != end_ &&
           (*p_ == ' ' || *p_ == '\t' || *p_ == '\n' || *p_ == '\r' || *p_ == ',' || *p_ == ':')) {
      ++p_;
    }
  }

  // References into arrays stay good: only the innermost open one grows.
  void place(Json&& made, Json& slot) {
    slot = std::move(made);
    if (entered_) open_.push_back(&slot);
    entered_ = false;
  }

  Json value() {
    switch (*p_) {
      case '{':
        if (next_ != last_ && base_ + next_->begin == p_) return attachment();
        ++p_;
        entered_ = true;
        return Json::object();
      case '[':
        ++p_;
        entered_ = true;
        return Json::array();
      case '"':
        return string();
      case 't':
        p_ += 4;
        return true;
      case 'f':
        p_ += 5;
        return false;
      case 'n':
        p_ += 4;
        return nullptr;
      default:
        return number();
    }
  }

  Json attachment() {
    const Bytes bytes = net::as_bytes((*attachments_)[next_->num]);
    p_ = base_ + next_->end;
    ++next_;
    return Json::binary(Json::binary_t::container_type(bytes.begin(), bytes.end()));
  }

  std::string string() {
    const char* const from = p_;
    for (++p_; *p_ != '"'; ++p_)
      if (*p_ == '\\') ++p_;
    ++p_;
    std::string text;
    append_unescaped(text, {from, static_cast<std::size_t>(p_ - from)});
    return text;
  }

  Json number() {
    const char* const from = p_;
    constexpr std::string_view alphabet = "+-.0123456789Ee";
    while (p_ != end_ && alphabet.find(*p_) != std::string_view::npos) ++p_;
    const std::string_view raw(from, static_cast<std::size_t>(p_ - from));
    if (const auto whole = to_int64(raw)) return *whole;
    if (const auto whole = to_uint64(raw)) return *whole;
    return *to_double(raw);
  }

  const char* p_;
  const char* end_;
  const char* base_;
  const std::vector<std::string>* attachments_;
  std::vector<Placeholder>::const_iterator next_{};
  std::vector<Placeholder>::const_iterator last_{};
  std::vector<Json*> open_;
  bool entered_ = false;  // value() made an array or object whose inside comes next
};

class Writer {
 public:
  Writer(std::string& out, AttachmentSink* sink) : out_(out), sink_(sink) {}

  void run(const Json& root) {
    value(root);
    while (!open_.empty()) {
      Level& top = open_.back();
      if (top.at == top.end) {
        out_.push_back(top.object ? '}' : ']');
        open_.pop_back();
        continue;
      }
      if (!top.first) out_.push_back(',');
      top.first = false;
      if (top.object) {
        append_quoted(out_, top.at.key());
        out_.push_back(':');
      }
      const Json& child = *top.at;
      ++top.at;
      value(child);  // may push: `top` is not touched again
    }
  }

 private:
  struct Level {
    Json::const_iterator at, end;
    bool object;
    bool first = true;
  };

  void value(const Json& value) {
    switch (value.type()) {
      case Json::value_t::null:
      case Json::value_t::discarded:
        out_.append("null");
        return;
      case Json::value_t::boolean:
        out_.append(value.get<bool>() ? "true" : "false");
        return;
      case Json::value_t::number_integer:
        append_number(out_, value.get<std::int64_t>());
        return;
      case Json::value_t::number_unsigned:
        append_number(out_, value.get<std::uint64_t>());
        return;
      case Json::value_t::number_float:
        append_number(out_, value.get<double>());
        return;
      case Json::value_t::string:
        append_quoted(out_, value.get_ref<const std::string&>());
        return;
      case Json::value_t::binary:
        if (sink_ == nullptr) {
          out_.append("null");
        } else {
          append_placeholder(out_, sink_->attach(Bytes(value.get_binary())));
        }
        return;
      case Json::value_t::array:
      case Json::value_t::object:
        out_.push_back(value.is_object() ? '{' : '[');
        open_.push_back(Level{value.cbegin(), value.cend(), value.is_object()});
        return;
    }
  }

  std::string& out_;
  AttachmentSink* sink_;
  std::vector<Level> open_;
};

}  // namespace

net::Result<Json, JsonError> parse_json(std::string_view text, std::size_t max_depth) {
  if (const auto error = check_json(text, max_depth)) return *error;
  return build_json(text);
}

std::string dump(const Json& value) {
  std::string out;
  append_json(out, value, nullptr);
  return out;
}

Json build_json(std::string_view raw, const char* base,
                const std::vector<Placeholder>* placeholders,
                const std::vector<std::string>* attachments) {
  return Builder(raw, base, placeholders, attachments).run();
}

void append_json(std::string& out, const Json& value, AttachmentSink* sink) {
  Writer(out, sink).run(value);
}

void append_placeholder(std::string& out, std::size_t num) {  // sio5-binary, byte for byte
  out.append("{\"_placeholder\":true,\"num\":");
  append_number(out, static_cast<std::uint64_t>(num));
  out.push_back('}');
}

}  // namespace strata::sio
