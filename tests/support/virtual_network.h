// tests/support/virtual_network.h - what befalls all connections of a VirtualLoop at once: after so
// many bytes they end, are reset, or carry nothing any more and never say so.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace strata::test {

struct Duplex;
struct Line;

enum class Blow : std::uint8_t { none, fin, reset, hole };
enum class Way : std::uint8_t { to_server, to_client };

const char* name_of(Blow blow);
const char* name_of(Way way);

// Bytes are counted over all connections of the loop, in the order in which they were written, so
// "after byte 812" is a place in a whole session, whatever connections carried it.
//   Lives:  longer than the loop's use of it.
class VirtualNetwork {
 public:
  // Strikes once: behind the byte of that number, or before the first; then connections work again.
  void plan(Blow blow, Way way, std::size_t bytes);
  void strike(Blow blow);  // now
  bool struck() const { return struck_; }
  std::size_t carried(Way way) const { return carried_[static_cast<std::size_t>(way)]; }

  // What becomes of those who connect.
  enum class Dialling : std::uint8_t { works, refused, silent };
  Dialling dialling = Dialling::works;
  Dialling dialling_after_strike = Dialling::works;
  std::size_t dialled = 0;

  // --- for VirtualLoop and Line -----------------------------------------------------------------
  void add(const std::shared_ptr<Duplex>& line);
  std::size_t carry(const Line& line, std::size_t bytes);  // how many of them arrive
  void carried_to_here();                                  // strikes, if this is the place

 private:
  std::vector<std::weak_ptr<Duplex>> lines_;
  std::array<std::size_t, 2> carried_{};
  Blow planned_ = Blow::none;
  Way way_ = Way::to_server;
  std::size_t at_ = 0;
  bool struck_ = false;
};

}  // namespace strata::test
