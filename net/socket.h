// net/socket.h - the system calls on sockets, with their traps.
#pragma once
#include <cstddef>
#include <system_error>

#include "net/address.h"
#include "net/bytes.h"
#include "net/fd.h"
#include "net/send_queue.h"

namespace strata::net {

enum class Sent {
  all,      // the queue is empty
  blocked,  // the socket takes no more: wait for EPOLLOUT
  later,    // a large file: the others' turn first
  failed    // errno tells
};

// Non-blocking and close-on-exec. TCP_NODELAY for TCP: the queue is the cork.
Fd open_socket(int family);
void set_nodelay(int fd);
void reset_on_close(int fd);               // SO_LINGER 0: close() sends RST
int take_socket_error(int fd);             // SO_ERROR
std::size_t unacknowledged_bytes(int fd);  // SIOCOUTQ: sent and not yet taken by the peer
Address local_address(int fd);
Address peer_address(int fd);

// One recv into `first`, then `second`. As recv: 0 is the peer's FIN.
std::ptrdiff_t receive_into(int fd, MutableBytes first, MutableBytes second);

// Sends from the front of `out` until it is empty or the socket is full, up to 64 views in one
// system call. `spare` is used where sendfile cannot read the file. `sent_bytes` is added to.
Sent send_from(int fd, SendQueue& out, MutableBytes spare, std::size_t& sent_bytes);

}  // namespace strata::net
