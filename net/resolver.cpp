// net/resolver.cpp - a queue of questions, and threads that ask them.
//
//   loop's thread          worker                         loop's thread
//   resolve() -> queue --> lookup(host) blocks, posts --> done(), unless the Resolving has gone
#include "net/resolver.h"

#include <signal.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace strata::net {

namespace {

// What the loop's thread keeps of a question; gone when its Resolving was destroyed.
struct Asked {
  OnResolved done;
};

struct Job {
  std::string host;
  std::uint16_t port = 0;
  std::weak_ptr<Asked> asked;  // only looked into in the loop's thread, but for expired()
};

// rfc6761-6.3: a name that no server is asked for, whatever its case and with or without the dot.
bool is_localhost(std::string_view host) {
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  constexpr std::string_view name = "localhost";
  if (host.size() < name.size()) return false;
  const std::size_t before = host.size() - name.size();
  if (before > 0 && host[before - 1] != '.') return false;
  return std::equal(name.begin(), name.end(), host.begin() + static_cast<std::ptrdiff_t>(before),
                    [](char a, char b) { return a == (b | 0x20); });
}

std::optional<Addresses> known(std::string_view host, std::uint16_t port) {
  if (const auto numeric = Address::parse(host, port)) return std::vector<Address>{*numeric};
  if (is_localhost(host))
    return std::vector<Address>{Address::loopback_ipv6(port), Address::loopback(port)};
  return std::nullopt;
}

}  // namespace

struct ThreadResolver::Shared {
  explicit Shared(Loop& l, ResolverOptions o) : loop(&l), options(std::move(o)) {}
  struct Worker {
    std::thread thread;
    bool asking = false;  // inside lookup(), which nothing interrupts
  };

  std::mutex mutex;  // guards all below
  std::condition_variable work;
  Loop* loop;  // null once the resolver died
  std::deque<Job> jobs;
  std::deque<Worker> workers;
  std::size_t idle = 0;

  const ResolverOptions options;

  void run(Worker& me);
  void answer(Job&& job, Addresses&& found);
};

class ThreadResolver::Question final : public Resolving {
 public:
  explicit Question(OnResolved done) : asked(std::make_shared<Asked>(Asked{std::move(done)})) {}
  const std::shared_ptr<Asked> asked;
};

// The last reference to `asked` is the Question's, so a lock here must not outlive the callback's
// turn: it is taken in the loop's thread only.
static void tell(const std::weak_ptr<Asked>& asked, Addresses&& found) {
  const std::shared_ptr<Asked> here = asked.lock();
  if (!here) return;
  const OnResolved done = std::exchange(here->done, nullptr);
  if (done) done(std::move(found));
}

void ThreadResolver::Shared::answer(Job&& job, Addresses&& found) {
  if (found && (*found).size() > options.max_addresses) (*found).resize(options.max_addresses);
  const std::lock_guard lock(mutex);
  if (loop == nullptr) return;
  loop->post([asked = std::move(job.asked), found = std::move(found)]() mutable {
    tell(asked, std::move(found));
  });
}

void ThreadResolver::Shared::run(Worker& me) {
  std::unique_lock lock(mutex);
  while (loop != nullptr) {
    if (jobs.empty()) {
      ++idle;
      work.wait(lock, [&] { return loop == nullptr || !jobs.empty(); });
      --idle;
      continue;
    }
    Job job = std::move(jobs.front());
    jobs.pop_front();
    if (job.asked.expired()) continue;
    me.asking = true;
    lock.unlock();
    Addresses found = std::make_error_code(std::errc::not_enough_memory);
    try {
      found =
          options.lookup ? options.lookup(job.host, job.port) : net::resolve(job.host, job.port);
      answer(std::move(job), std::move(found));
    } catch (...) {  // a lookup of the program's, or memory
      answer(std::move(job), std::make_error_code(std::errc::not_enough_memory));
    }
    lock.lock();
    me.asking = false;
  }
}

ThreadResolver::ThreadResolver(Loop& loop, ResolverOptions options)
    : shared_(std::make_shared<Shared>(loop, std::move(options))) {}

ThreadResolver::~ThreadResolver() {
  std::vector<std::thread> ending;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->loop = nullptr;
    shared_->jobs.clear();
    for (Shared::Worker& each : shared_->workers) {
      if (each.asking)
        each.thread.detach();
      else
        ending.push_back(std::move(each.thread));
    }
  }
  shared_->work.notify_all();
  for (std::thread& each : ending) each.join();
}

// No signal of the host's is delivered to a thread of ours.
void ThreadResolver::start_thread() {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  Shared::Worker& worker = shared_->workers.emplace_back();
  try {
    worker.thread = std::thread([shared = shared_, &worker] { shared->run(worker); });
  } catch (const std::system_error&) {
    shared_->workers.pop_back();  // the others will do, or nobody: then the queue fills up
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

std::unique_ptr<Resolving> ThreadResolver::resolve(std::string_view host, std::uint16_t port,
                                                   OnResolved done) {
  auto question = std::make_unique<Question>(std::move(done));
  const auto answer = [&](Addresses found) {
    shared_->loop->post([asked = std::weak_ptr<Asked>(question->asked),
                         found = std::move(found)]() mutable { tell(asked, std::move(found)); });
  };
  if (auto found = known(host, port)) {
    answer(std::move(*found));
  } else if (const std::error_code refused = ask(host, port, *question)) {
    answer(refused);
  }
  return question;
}

std::error_code ThreadResolver::ask(std::string_view host, std::uint16_t port,
                                    const Question& question) {
  const std::lock_guard lock(shared_->mutex);
  auto& jobs = shared_->jobs;
  const auto refused = std::make_error_code(std::errc::resource_unavailable_try_again);
  if (jobs.size() >= shared_->options.max_queued) return refused;
  jobs.push_back({std::string(host), port, question.asked});
  if (jobs.size() > shared_->idle && shared_->workers.size() < shared_->options.max_threads)
    start_thread();
  if (shared_->workers.empty()) {
    jobs.pop_back();
    return refused;
  }
  shared_->work.notify_one();
  return {};
}

}  // namespace strata::net
