// sio/binary.cpp - placeholders found, attachments gathered, sio5-binary. (codec)
#include "sio/binary.h"

#include <algorithm>

namespace strata::sio {
namespace {

// Walks text that was checked, and keeps one frame for each level of it: no recursion.
class PlaceholderWalk {
 public:
  PlaceholderWalk(std::string_view text, std::vector<Placeholder>& found)
      : text_(text), found_(found) {}

  void run() {
    while (at_ < text_.size()) {
      switch (text_[at_]) {
        case '{':
        case '[':
          open();
          break;
        case '}':
        case ']':
          close();
          break;
        case ',':
          key_next_ = !frames_.empty() && frames_.back().object;
          ++at_;
          break;
        case ':':
        case ' ':
        case '\t':
        case '\n':
        case '\r':
          ++at_;
          break;
        default:
          scalar();
          break;
      }
    }
  }

 private:
  enum class Field : std::uint8_t { other, placeholder, num };
  struct Frame {
    std::size_t begin;
    std::size_t first;  // placeholders found before this object was opened
    bool object;
    bool marked = false;
    Field field = Field::other;
    std::string_view num;
  };

  void open() {
    value({});
    frames_.push_back(Frame{at_, found_.size(), text_[at_] == '{', false, Field::other, {}});
    key_next_ = frames_.back().object;
    ++at_;
  }

  void close() {
    const Frame frame = frames_.back();
    frames_.pop_back();
    key_next_ = false;
    ++at_;
    if (!frame.marked) return;
    found_.resize(frame.first);  // what it holds goes with it
    const auto num = to_uint64(frame.num);
    found_.push_back(Placeholder{frame.begin, at_, num ? static_cast<std::size_t>(*num) : none});
  }

  void scalar() {
    const std::size_t from = at_;
    if (text_[at_] == '"') {
      for (++at_; text_[at_] != '"'; ++at_)
        if (text_[at_] == '\\') ++at_;
      ++at_;
    } else {
      at_ = std::min(text_.find_first_of(",]} \t\n\r", at_), text_.size());
    }
    const std::string_view token = text_.substr(from, at_ - from);
    if (key_next_) {
      key(token);
    } else {
      value(token);
    }
  }

  void key(std::string_view literal) {
    key_next_ = false;
    std::string name;  // both names that matter fit inside the string itself
    if (const auto plain = plain_string(literal)) {
      set_field(*plain);
    } else {
      append_unescaped(name, literal);
      set_field(name);
    }
  }

  void set_field(std::string_view name) {
    frames_.back().field = name == "_placeholder" ? Field::placeholder
                           : name == "num"        ? Field::num
                                                  : Field::other;
  }

  // A name given twice: the last one counts, as in JavaScript. A container is no token.
  void value(std::string_view token) {
    if (frames_.empty() || !frames_.back().object) return;
    Frame& top = frames_.back();
    if (top.field == Field::placeholder) top.marked = token == "true";
    if (top.field == Field::num) top.num = token;
  }

  static constexpr std::size_t none = SIZE_MAX;
  std::string_view text_;
  std::vector<Placeholder>& found_;
  std::vector<Frame> frames_;
  std::size_t at_ = 0;
  bool key_next_ = false;
};

}  // namespace

bool find_placeholders(std::string_view checked, std::size_t attachments,
                       std::vector<Placeholder>& found) {
  found.clear();
  PlaceholderWalk(checked, found).run();
  std::vector<bool> used(attachments);
  for (const Placeholder& placeholder : found) {
    if (placeholder.num >= attachments || used[placeholder.num]) return false;
    used[placeholder.num] = true;
  }
  return true;
}

Decoder::Answer Decoder::on_text(std::string_view text) {
  whole_.reset();
  if (waiting_) return PacketError::unexpected_text;
  auto decoded = decode_packet(text, *limits_, *elements_);
  if (!decoded) return decoded.error();
  if (decoded->attachments == 0)
    return Decoded{*decoded, Content{decoded->data, elements_, nullptr, nullptr}};

  std::vector<Placeholder> placeholders;
  if (!find_placeholders(decoded->data, decoded->attachments, placeholders))
    return PacketError::placeholder;
  waiting_ = std::make_unique<Held>();
  waiting_->text = text;
  waiting_->bytes = text.size();
  waiting_->placeholders = std::move(placeholders);
  // The same views, into the copy.
  const auto moved = [&](std::string_view view) {
    if (view.data() < text.data() || view.data() > text.data() + text.size()) return view;
    const auto offset = static_cast<std::size_t>(view.data() - text.data());
    return std::string_view(waiting_->text).substr(offset, view.size());
  };
  waiting_->packet = *decoded;
  waiting_->packet.nsp = decoded->nsp == "/" ? std::string_view("/") : moved(decoded->nsp);
  waiting_->packet.data = moved(decoded->data);
  waiting_->elements.reserve(elements_->size());
  for (const std::string_view element : *elements_) waiting_->elements.push_back(moved(element));
  return {};
}

Decoder::Answer Decoder::on_binary(Bytes bytes) {
  whole_.reset();
  if (!waiting_) return PacketError::unexpected_binary;
  if (bytes.size() > limits_->max_payload - waiting_->bytes) return PacketError::too_large;
  waiting_->bytes += bytes.size();
  waiting_->attachments.emplace_back(net::as_text(bytes));
  if (waiting_->attachments.size() < waiting_->packet.attachments) return {};

  whole_ = std::move(waiting_);
  Packet packet = whole_->packet;
  packet.attachments = 0;
  packet.type = packet.type == PacketType::binary_event ? PacketType::event : PacketType::ack;
  return Decoded{
      packet, Content{packet.data, &whole_->elements, &whole_->placeholders, &whole_->attachments}};
}

}  // namespace strata::sio
