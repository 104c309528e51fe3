// sio/client.cpp - the object that users hold; sio/client/front.h has what lives behind it.
#include "sio/client.h"

#include "sio/client/destination.h"
#include "sio/client/front.h"

namespace strata::sio {

Client::Client(std::string_view url, ManagerOptions options)
    : Channel(std::make_shared<Front>(nullptr), nullptr) {
  begin(url, std::move(options));
}

Client::Client(net::Loop& loop, std::string_view url, ManagerOptions options)
    : Channel(std::make_shared<Front>(&loop), nullptr) {
  begin(url, std::move(options));
}

void Client::begin(std::string_view url, ManagerOptions options) {
  const auto where = parse_destination(url);  // where it is none, the Manager says so
  front().open(url, std::move(options));
  state_ = std::make_shared<ChannelState>(where ? where->nsp : "/");
  front().join(state_, std::nullopt);
}

Client::~Client() { front().bury(); }

std::error_code Client::run() { return front().run(); }
std::error_code Client::start() { return front().start(); }
void Client::stop() { front().loop->stop(); }

std::future<std::error_code> Client::close() {
  Awaiting done;
  auto future = done.future();
  front().reach([done = std::move(done)](Front& front) mutable { front.close(std::move(done)); });
  return future;
}

Channel& Client::of(std::string_view nsp) { return channel(nsp, std::nullopt); }
Channel& Client::of(std::string_view nsp, SocketOptions options) {
  return channel(nsp, std::move(options));
}

Channel& Client::channel(std::string_view nsp, std::optional<SocketOptions> options) {
  std::string name = namespace_named(nsp);
  if (name == state_->nsp) return *this;
  if (const auto why = refuse_namespace(name); !why.empty())  // here, for nobody hears it there
    throw std::invalid_argument(std::string(why));
  std::unique_lock lock(mutex_);
  for (const auto& other : others_)
    if (other->nsp() == name) return *other;
  auto state = std::make_shared<ChannelState>(std::move(name));
  others_.push_back(std::make_unique<Channel>(front_, state));
  Channel& made = *others_.back();
  // Elsewhere under the lock, so that what others ask of it is posted behind. Here not: `auth` is
  // the user's, and may ask for a namespace itself.
  if (front().here()) lock.unlock();
  front().reach([state, options = std::move(options)](Front& front) mutable {
    front.join(state, std::move(options));
  });
  return made;
}

Manager& Client::io() const { return *front().manager; }
net::Loop& Client::loop() const { return *front().loop; }

void Client::on_log(std::function<void(std::string_view)> sink) {
  front().reach([sink = std::move(sink), gate = front().gate](Front& front) mutable {
    front.manager->on_log([sink = std::move(sink), gate](std::string_view line) {
      const std::shared_ptr<Gate> kept = gate;
      kept->pass([&] { sink(line); });
    });
  });
}

}  // namespace strata::sio
