// http/middleware/multipart_form.cpp - joins http/multipart to requests.
#include "http/middleware/multipart_form.h"

#include <algorithm>
#include <exception>
#include <memory>

#include "http/negotiation.h"
#include "http/request.h"
#include "http/response.h"

namespace strata::http {

namespace {

// One request's form, as far as it has come.
class FormReader {
 public:
  FormReader(Request& req, std::shared_ptr<const MultipartOptions> options,
             std::string_view boundary)
      : req_(req), options_(std::move(options)), parser_(boundary, options_->limits) {}

  // Throws HttpError.
  void take(net::Bytes piece) {
    using Event = MultipartParser::Event;
    for (;;) {
      switch (parser_.next(piece)) {
        case Event::none:
        case Event::end:
          if (piece.empty()) return;
          break;
        case Event::part:
          begin_part();
          break;
        case Event::data:
          add(parser_.data());
          break;
        case Event::part_end:
          if (const FileTaker done = std::exchange(taker_, nullptr)) done({}, true);
          break;
        case Event::refused:
          throw refusal();
      }
    }
  }

  MultipartForm finish() {
    if (!parser_.finish()) throw refusal();
    return std::move(form_);
  }

 private:
  HttpError refusal() const {
    return HttpError(parser_.refusal().status, std::string(parser_.refusal().why));
  }

  void keep(std::size_t bytes) {
    if (bytes > options_->max_memory - kept_) throw HttpError(413, "the form is too large");
    kept_ += bytes;
  }

  void begin_part() {
    const Part& part = parser_.part();
    keep(part.name.size() + part.content_type.size() + part.filename.value_or("").size());
    is_file_ = part.filename.has_value();
    if (!is_file_) {
      form_.fields.emplace_back(part.name, std::string());
      return;
    }
    if (form_.files.size() == options_->max_files) throw HttpError(413, "too many files");
    form_.files.push_back({part, 0, {}});
    if (options_->on_file) taker_ = options_->on_file(req_, part);
  }

  void add(net::Bytes bytes) {
    if (!is_file_) {
      keep(bytes.size());
      form_.fields.back().second += net::as_text(bytes);
      return;
    }
    MultipartForm::File& file = form_.files.back();
    if (bytes.size() > options_->max_file - file.bytes) throw HttpError(413, "a file is too large");
    file.bytes += bytes.size();
    if (taker_) return taker_(bytes, false);
    if (options_->on_file) return;
    keep(bytes.size());
    file.content += net::as_text(bytes);
  }

  Request& req_;  // lives as long as the callbacks that hold us
  std::shared_ptr<const MultipartOptions> options_;
  MultipartParser parser_;
  MultipartForm form_;
  FileTaker taker_;
  std::size_t kept_ = 0;
  bool is_file_ = false;
};

void read_whole(Request& req, FormReader& reader) {
  reader.take(net::as_bytes(req.body()));
  req.locals["form"] = reader.finish();
}

void read_pieces(Request& req, std::shared_ptr<FormReader> reader, const Next& next) {
  auto open = std::make_shared<std::shared_ptr<FormReader>>(std::move(reader));
  const auto guard = [open, next](auto&& step) {  // the first error is the last step
    if (*open == nullptr) return;
    try {
      step(**open);
    } catch (...) {
      open->reset();
      next(std::current_exception());
    }
  };
  req.on_data(
      [guard](net::Bytes piece) { guard([piece](FormReader& form) { form.take(piece); }); });
  req.on_end([guard, open, next, &req] {
    guard([&req](FormReader& form) { req.locals["form"] = form.finish(); });
    if (*open == nullptr) return;
    open->reset();
    next();
  });
}

}  // namespace

std::optional<std::string_view> MultipartForm::field(std::string_view name) const {
  const auto at = std::find_if(fields.begin(), fields.end(),
                               [name](const auto& field) { return field.first == name; });
  if (at == fields.end()) return std::nullopt;
  return at->second;
}

const MultipartForm* form_of(const Request& req) {
  const auto at = req.locals.find("form");
  return at == req.locals.end() ? nullptr : std::any_cast<MultipartForm>(&at->second);
}

Middleware multipart_form(MultipartOptions options) {
  auto shared = std::make_shared<const MultipartOptions>(std::move(options));
  return [shared](Request& req, Response&, const Next& next) {
    const std::string_view type = req.header("Content-Type");
    const std::string_view bare = trim_ows(type.substr(0, type.find(';')));
    if (!equals_ignore_case(bare, "multipart/form-data")) return next();
    const auto boundary = multipart_boundary(type);
    if (!boundary || req.header_count("Content-Type") != 1)
      throw HttpError(400, "multipart/form-data without a boundary");
    if (is_coded(req.header_list("Content-Encoding"))) throw HttpError(415, "the form is encoded");
    auto reader = std::make_shared<FormReader>(req, shared, *boundary);
    if (req.streamed()) return read_pieces(req, std::move(reader), next);
    read_whole(req, *reader);
    next();
  };
}

}  // namespace strata::http
