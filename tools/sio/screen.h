// tools/sio/screen.h - what is shown: events as JSON lines on stdout, sentences on stderr.
#pragma once
#include <string>
#include <string_view>

#include "sio/json.h"

namespace strata::tools {

// A line of JSON, or a sentence: what moves the cursor or rings is \u00NN in it.
std::string shown(std::string_view line);

class Screen {
 public:
  explicit Screen(bool quiet) : quiet_(quiet) {}
  // {"event":NAME,"args":[...],"nsp":...,"time":...}; of an answer, "answer" instead.
  void event(const char* kind, std::string_view name, const sio::Json& args, std::string_view nsp);
  void note(const std::string& sentence);     // "* ..."; not with --quiet
  void problem(const std::string& sentence);  // "sio: ..."
  bool broken() const { return broken_; }     // stdout takes nothing more

 private:
  const bool quiet_;
  bool broken_ = false;
};

}  // namespace strata::tools
