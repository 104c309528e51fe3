// sio/json.h - JSON as a tree: nlohmann::json, whose `binary` leaf is an attachment. Its own parser
// and printer are never instantiated (5 s a translation unit): ours stand in json.cpp, know
// JavaScript's numbers and do not recurse. (codec)
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "net/bytes.h"
#include "net/parse.h"
#include "sio/json_text.h"

namespace strata::sio {

using Json = nlohmann::json;
using Bytes = net::Bytes;

// An object {"_placeholder":true,"num":i} in checked text: attachment i stands here.
struct Placeholder {
  std::size_t begin;  // offset of its '{'
  std::size_t end;    // behind its '}'
  std::size_t num;
};

net::Result<Json, JsonError> parse_json(std::string_view text, std::size_t max_depth = 128);
std::string dump(const Json& value);  // compact; a binary leaf is null

// The tree of `raw`, which check_json let pass. Placeholders, sorted and with offsets from `base`,
// become binary leaves that copy `attachments[num]`; those outside of `raw` are passed over.
Json build_json(std::string_view raw, const char* base = nullptr,
                const std::vector<Placeholder>* placeholders = nullptr,
                const std::vector<std::string>* attachments = nullptr);

// Where a writer puts binary leaves: it returns the number that the placeholder names.
class AttachmentSink {
 public:
  virtual std::size_t attach(Bytes bytes) = 0;  // bytes live as long as the value written

 protected:
  ~AttachmentSink() = default;
};

// Appends `value` as compact JSON, numbers as JavaScript writes them. Any depth: no recursion.
void append_json(std::string& out, const Json& value, AttachmentSink* sink);
void append_placeholder(std::string& out, std::size_t num);

}  // namespace strata::sio
