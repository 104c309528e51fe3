// tools/sio/session.h - one namespace of one server, from its connection to the exit code.
#pragma once
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "net/event_loop.h"
#include "net/timer.h"
#include "sio/client_socket.h"
#include "sio/manager.h"
#include "tools/lines.h"
#include "tools/sio/screen.h"
#include "tools/sio/settings.h"

namespace strata::tools {

//   Lives:   shorter than its loop.
class Session {
 public:
  Session(net::EventLoop& loop, Settings& settings);
  int run();  // the loop, until all is over; the exit code

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  // --- what happens
  void hear();
  void connected();
  void refused(const sio::Failure& why);
  void disconnected(std::string_view reason, const std::optional<sio::Failure>& details);
  void came(std::string_view event, const sio::Args& args);
  void answered(const std::string& event, std::uint64_t ask, std::error_code why,
                const sio::Args& args);
  // --- what we do
  void say(const Spoken& spoken, std::optional<std::uint64_t> recorded_ask = {});
  void typed(std::string_view line);
  void input_ended(bool whole);
  void read_on();
  void replay();
  void expect(const Entry& came);
  void record(Entry entry);
  // --- the end
  bool all_said() const;
  void consider();  // is it over?
  void out_of_time();
  void leave(ExitCode code = all_well);

  net::EventLoop& loop_;
  Settings& settings_;
  Screen screen_;
  Lines input_;
  net::Timer end_;          // of --for, of --timeout before the first connect, of --expect
  net::Timer replay_next_;  // and of input that waits for the network
  std::optional<Replay> replay_;
  std::unique_ptr<std::FILE, Close> record_;
  std::unique_ptr<sio::Manager> manager_;
  sio::ClientSocket* socket_ = nullptr;
  net::TimePoint connected_at_{};
  std::uint64_t asks_ = 0;  // so far
  std::uint64_t unanswered_ = 0;
  std::size_t events_ = 0;
  ExitCode code_ = all_well;  // the first that is none of well
  bool began_ = false;        // it was connected once
  bool input_started_ = false;
  bool input_over_ = false;
  bool leaving_ = false;
};

}  // namespace strata::tools
