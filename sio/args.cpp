// sio/args.cpp - lazy arguments, and their attachments when they travel on. (codec)
#include "sio/args.h"

#include <algorithm>

namespace strata::sio {

std::optional<Bytes> RawJson::attachment() const {
  if (text_.empty() || content_->placeholders == nullptr) return std::nullopt;
  for (const Placeholder& p : *content_->placeholders) {  // ten at most, unless configured
    if (p.begin == offset() && p.end == p.begin + text_.size())
      return net::as_bytes((*content_->attachments)[p.num]);
  }
  return std::nullopt;
}

Json RawJson::json() const {
  if (text_.empty()) return nullptr;
  if (content_->placeholders == nullptr) return build_json(text_);
  return build_json(text_, base(), content_->placeholders, content_->attachments);
}

std::string RawJson::found() const {
  if (attachment()) return "attachment";
  std::string name(name_of(kind()));
  constexpr std::size_t shown_max = 32;
  if (kind() == JsonKind::number && text_.size() <= shown_max) name.append(" ").append(text_);
  return name;
}

void RawJson::append_to(std::string& out, AttachmentSink& sink) const {
  if (text_.empty()) {
    out.append("null");
    return;
  }
  if (content_->placeholders == nullptr) {
    out.append(text_);
    return;
  }
  std::size_t done = 0;
  for (const Placeholder& p : *content_->placeholders) {
    if (p.begin < offset() || p.end > offset() + text_.size()) continue;
    out.append(text_.substr(done, p.begin - offset() - done));
    append_placeholder(out, sink.attach(net::as_bytes((*content_->attachments)[p.num])));
    done = p.end - offset();
  }
  out.append(text_.substr(done));
}

std::string Mismatch::sentence() const {
  std::string text = "argument ";
  append_number(text, static_cast<std::uint64_t>(position));
  return text.append(": expected ").append(expected).append(", found ").append(found);
}

KeptArgs::KeptArgs(const Args& args) : text_(args.content_->text), first_(args.first_) {
  const Content& from = *args.content_;
  for (const std::string_view element : *from.elements) {
    const auto offset = static_cast<std::size_t>(element.data() - from.text.data());
    elements_.push_back(std::string_view(text_).substr(offset, element.size()));
  }
  content_ = {text_, &elements_, nullptr, nullptr};
  if (from.placeholders == nullptr) return;
  placeholders_ = *from.placeholders;
  attachments_ = *from.attachments;
  content_.placeholders = &placeholders_;
  content_.attachments = &attachments_;
}

std::size_t Args::bytes() const {
  std::size_t sum = content_->text.size();
  if (content_->attachments != nullptr)
    for (const std::string& bytes : *content_->attachments) sum += bytes.size();
  return sum;
}

Json Args::to_json() const {
  Json all = Json::array();
  for (std::size_t i = 0; i < size(); ++i) all.push_back(json(i));
  return all;
}

}  // namespace strata::sio
