// tools/lesson/tcp_handshake.cpp - the three segments that open a TCP connection, watched.
//
//   client                            server
//     | -- SYN      seq=A ------------> |      "my bytes will be numbered from A+1"
//     | <- SYN-ACK  seq=B, ack=A+1 ---- |      "yours I expect from A+1, mine start at B+1"
//     | -- ACK      seq=A+1, ack=B+1 -> |      "go"
//
// Watch: neither SYN carries a byte of data, yet each uses up one number: the answer to seq=A is
// ack=A+1 (rfc9293-3.4). Run it twice: A and B are different each time, and hard to guess.
//
//   tcp_handshake [--mode=auto|packet|namespace|derived]
//   packet      real numbers, through a packet socket: needs root
//   namespace   the same for everybody, in a user and network namespace of our own
//   derived     where neither is permitted: relative numbers, from TCP_INFO's counters
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/tcp.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "tcp_handshake: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

std::uint32_t number_at(const unsigned char* at) {  // big endian, as everything on the wire
  return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 |
         at[3];
}

// Sees every IPv4 packet that arrives on the loopback interface; -1 where that is not permitted.
int open_packet_socket() {
  const int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_IP));
  if (fd < 0) return -1;
  sockaddr_ll where{};
  where.sll_family = AF_PACKET;
  where.sll_protocol = htons(ETH_P_IP);
  where.sll_ifindex = static_cast<int>(if_nametoindex("lo"));
  const timeval patience{2, 0};
  if (bind(fd, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0) give_up("bind to lo");
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  return fd;
}

// A new user may do everything in a new network, which has nothing in it but a loopback interface
// that is down. This process stays there; nobody else notices.
bool enter_namespace() {
  if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq lo{};
  std::strcpy(lo.ifr_name, "lo");
  lo.ifr_flags = IFF_UP;
  const bool up = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &lo) == 0;
  close(fd);
  return up;
}

struct Connection {
  int client;
  int server;
  std::uint16_t port;
};

Connection connect_to_ourselves() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);  // port 0: the kernel picks a free one
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0 || bind(listener, raw, size) != 0 || listen(listener, 1) != 0 ||
      getsockname(listener, raw, &size) != 0)
    give_up("listen on 127.0.0.1");
  const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(client, raw, size) != 0) give_up("connect");  // the handshake happens in here
  const int server = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (server < 0) give_up("accept");
  close(listener);
  return {client, server, ntohs(address.sin_port)};
}

void print_head() { std::printf("  %-18s %-8s %12s %12s\n", "from", "flags", "seq", "ack"); }

// Prints the first three segments to or from the port, and checks what the lesson claims.
int show_packets(int packets, const Connection& connection) {
  print_head();
  std::uint32_t a = 0, b = 0;
  for (int seen = 0; seen < 3;) {
    unsigned char packet[2048];
    const ssize_t bytes = recv(packets, packet, sizeof packet, 0);
    if (bytes < 0) give_up("no packet within two seconds");
    const unsigned char* const tcp = packet + (packet[0] & 0x0F) * 4;  // behind the IP header
    if (packet[9] != IPPROTO_TCP || tcp + 20 > packet + bytes) continue;
    const auto port_at = [tcp](int at) { return tcp[at] << 8 | tcp[at + 1]; };
    const bool from_server = port_at(0) == connection.port;
    if (!from_server && port_at(2) != connection.port) continue;
    const std::uint32_t seq = number_at(tcp + 4), ack = number_at(tcp + 8);
    const bool syn = (tcp[13] & 0x02) != 0, has_ack = (tcp[13] & 0x10) != 0;
    const char* const from = from_server ? "server" : "client";
    if (++seen == 1 && syn && !has_ack) {
      a = seq;
      std::printf("  %-18s %-8s %12u %12s   A = %u\n", from, "SYN", seq, "-", a);
    } else if (seen == 2 && syn && ack == a + 1) {
      b = seq;
      std::printf("  %-18s %-8s %12u %12u   B = %u, A+1\n", from, "SYN-ACK", seq, ack, b);
    } else if (seen == 3 && !syn && seq == a + 1 && ack == b + 1) {
      std::printf("  %-18s %-8s %12u %12u   A+1, B+1\n", from, "ACK", seq, ack);
    } else {
      std::printf("  %-18s 0x%02x     %12u %12u   unexpected\n", from, tcp[13], seq, ack);
      return 1;
    }
  }
  return 0;
}

// The kernel does not tell A and B to everybody, but what it counted: bytes_acked of the client is
// 1 although no data was sent, and that is the SYN.
int show_derived(const Connection& connection) {
  const auto info_of = [](int fd) {
    tcp_info info{};
    socklen_t size = sizeof info;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) give_up("TCP_INFO");
    return info;
  };
  const tcp_info client = info_of(connection.client), server = info_of(connection.server);
  const auto acked = static_cast<unsigned>(client.tcpi_bytes_acked);
  const std::string next = "A+" + std::to_string(acked);
  std::printf("  derived from TCP_INFO, relative to A and B; not read from the wire\n");
  print_head();
  std::printf("  %-18s %-8s %12s %12s\n", "client", "SYN", "A", "-");
  std::printf("  %-18s %-8s %12s %12s\n", "server", "SYN-ACK", "B", next.c_str());
  std::printf("  %-18s %-8s %12s %12s\n", "client", "ACK", next.c_str(), "B+1");
  std::printf(
      "  counted: client bytes_acked %u with %u bytes of data sent, segments out %u, in %u; ",
      acked, static_cast<unsigned>(client.tcpi_bytes_sent), client.tcpi_segs_out,
      client.tcpi_segs_in);
  std::printf("server segments out %u, in %u\n", server.tcpi_segs_out, server.tcpi_segs_in);
  return acked == 1 ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  std::string_view mode = count > 1 ? arguments[1] : "--mode=auto";
  constexpr std::string_view prefix = "--mode=";
  if (mode.substr(0, prefix.size()) != prefix || count > 2) mode = "--mode=?";
  mode.remove_prefix(prefix.size());
  const bool any = mode == "auto";
  if (!any && mode != "packet" && mode != "namespace" && mode != "derived") {
    std::fprintf(stderr, "usage: tcp_handshake [--mode=auto|packet|namespace|derived]\n");
    return 2;
  }
  const char* how = "on this machine's loopback interface";
  int packets = any || mode == "packet" ? open_packet_socket() : -1;
  if (packets < 0 && (any || mode == "namespace") && enter_namespace()) {
    packets = open_packet_socket();
    how = "in a network namespace of its own";
  }
  if (packets < 0 && !any && mode != "derived") give_up("no packet socket");

  const Connection connection = connect_to_ourselves();
  std::printf("One connection to 127.0.0.1:%u, %s:\n", connection.port, how);
  return packets >= 0 ? show_packets(packets, connection) : show_derived(connection);
}
