// tests/http/request_rows.h - request heads and what becomes of them, rfc9112. A row that is
// refused ends with the byte that proves it wrong; one that is accepted, with the last byte of its
// head.
#pragma once
#include <string>
#include <vector>

namespace strata::test {

struct HeadRow {
  const char* what;
  std::string wire;
  int status;  // 0: accepted
  const char* section;
};

inline std::string line(const std::string& request_line) {
  return request_line + " HTTP/1.1\r\nHost: a\r\n\r\n";
}
inline std::string with(const std::string& fields) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n\r\n";
}
inline std::string until(const std::string& fields) {  // up to a byte that is refused at once
  return "POST / HTTP/1.1\r\nHost: a\r\n" + fields;
}
inline std::string host(const std::string& value) {
  return "GET / HTTP/1.1\r\nHost: " + value + "\r\n\r\n";
}
inline std::string repeat(std::size_t times, const std::string& text) {
  std::string all;
  while (times-- != 0) all += text;
  return all;
}

inline std::vector<HeadRow> request_line_rows() {
  using std::string;
  return {
      {"the least that HTTP/1.1 asks for", line("GET /"), 0, "rfc9112-3"},
      {"any token is a method", line("!#$%&'*+-.^_`|~09azAZ /"), 0, "rfc9110-9.1"},
      {"a method in small letters is another method", line("get /"), 0, "rfc9110-9.1"},
      {"a method of 32 bytes", line(string(32, 'M') + " /"), 0, "rfc9112-3"},
      {"a method of 33 bytes", string(33, 'M'), 501, "rfc9112-3"},
      {"a method with a slash", "GE/", 400, "rfc9112-3.1"},
      {"a method with a colon", "GET:", 400, "rfc9112-3.1"},
      {"a method with a tab behind it", "GET\t", 400, "rfc9112-3"},
      {"a method with a byte over 127", "G\xC3", 400, "rfc9112-3.1"},
      {"NUL in the method", string("G\0", 2), 400, "rfc9112-3.1"},
      {"no method", " ", 400, "rfc9112-3"},
      {"TLS instead of HTTP", "\x16", 400, "rfc9112-3"},
      {"one empty line in front", "\r\n" + line("GET /"), 0, "rfc9112-2.2"},
      {"two empty lines in front", "\r\n\r", 400, "rfc9112-2.2"},
      {"an empty line that is a bare LF", "\n", 400, "rfc9112-2.2"},
      {"an empty line that is a bare CR", "\rG", 400, "rfc9112-2.2"},
      {"a request line that ends behind the method", "GET\r", 400, "rfc9112-3"},
      {"HTTP/0.9", "GET /\r", 400, "rfc9112-3"},
      {"HTTP/0.9 with a bare LF", "GET /\n", 400, "rfc9112-2.2"},
      {"two spaces before the target", "GET  ", 400, "rfc9112-3"},
      {"two spaces before the version", "GET /  ", 400, "rfc9112-3"},
      {"a tab before the version", "GET /\t", 400, "rfc9112-3"},
      {"a space behind the version", "GET / HTTP/1.1 ", 400, "rfc9112-3"},
      {"a letter behind the version", "GET / HTTP/1.1x", 400, "rfc9112-2.3"},
      {"a third digit in the version", "GET / HTTP/1.11", 400, "rfc9112-2.3"},
      {"a bare LF behind the version", "GET / HTTP/1.1\n", 400, "rfc9112-2.2"},
      {"a bare CR behind the version", "GET / HTTP/1.1\rH", 400, "rfc9112-2.2"},
      {"HTTP/2.0", "GET / HTTP/2.0", 505, "rfc9110-15.6.6"},
      {"the preface of HTTP/2", "PRI * ", 400, "rfc9113-3.4"},
      {"HTTP/1.2", "GET / HTTP/1.2", 505, "rfc9110-15.6.6"},
      {"HTTP/0.9 by name", "GET / HTTP/0.9", 505, "rfc9110-15.6.6"},
      {"HTTP/9.9", "GET / HTTP/9.9", 505, "rfc9110-15.6.6"},
      {"a version in small letters", "GET / h", 400, "rfc9112-2.3"},
      {"a version of two digits", "GET / HTTP/11", 400, "rfc9112-2.3"},
      {"a version without its point", "GET / HTTP/1,", 400, "rfc9112-2.3"},
      {"a version that is no number", "GET / HTTP/x", 400, "rfc9112-2.3"},
      {"another protocol", "GET / S", 400, "rfc9112-2.3"},
      {"a space before the first field", "GET / HTTP/1.1\r\n ", 400, "rfc9112-2.2"},
      {"path and query", line("GET /a/b;c=d?e=f&g=%20/?"), 0, "rfc9112-3.2.1"},
      {"what browsers leave raw in a query", line("GET /?[]\\^`{|}"), 0, "rfc9112-3.2"},
      {"two slashes", line("GET //a//b"), 0, "rfc9112-3.2.1"},
      {"a fragment", "GET /#", 400, "rfc9112-3.2"},
      {"a quote in the target", "GET /\"", 400, "rfc9112-3.2"},
      {"an angle bracket in the target", "GET /a<", 400, "rfc9112-3.2"},
      {"a byte over 127 in the target", "GET /\xC3", 400, "rfc9112-3.2"},
      {"NUL in the target", string("GET /\0", 6), 400, "rfc9112-3.2"},
      {"DEL in the target", "GET /aaaaaaaaaaaaaaaaaaaaaaaaaaa\x7F", 400, "rfc9112-3.2"},
      {"an escape in the target", "GET /aaaaaaaaaaaaaaaaa\x1B", 400, "rfc9112-3.2"},
      {"a target without a slash", "GET a ", 400, "rfc9112-3.2"},
      {"a target that is only a query", "GET ?a ", 400, "rfc9112-3.2.1"},
      {"absolute form", line("GET http://a:80/b?c"), 0, "rfc9112-3.2.2"},
      {"absolute form, another case", line("GET HTTPS://A"), 0, "rfc9112-3.2.2"},
      {"absolute form without a host", "GET http:///b ", 400, "rfc9110-4.2.1"},
      {"absolute form with user and password", "GET http://u:p@a/ ", 400, "rfc9110-4.2.4"},
      {"absolute form of another scheme", "GET ftp://a/ ", 400, "rfc9112-3.2.2"},
      {"authority form is for CONNECT", "GET a:80 ", 400, "rfc9112-3.2.3"},
      {"CONNECT with authority form", line("CONNECT a:443"), 0, "rfc9112-3.2.3"},
      {"CONNECT without a port", "CONNECT a ", 400, "rfc9112-3.2.3"},
      {"CONNECT with a path", "CONNECT / ", 400, "rfc9112-3.2.3"},
      {"OPTIONS with an asterisk", line("OPTIONS *"), 0, "rfc9112-3.2.4"},
      {"GET with an asterisk", "GET * ", 400, "rfc9112-3.2.4"},
      {"OPTIONS with two asterisks", "OPTIONS ** ", 400, "rfc9112-3.2.4"},
      {"a target of 8 KiB", line("GET /" + string(8191, 'a')), 0, "rfc9110-15.5.15"},
      {"a target one byte longer", "GET /" + string(8192, 'a'), 414, "rfc9110-15.5.15"},
  };
}

inline std::vector<HeadRow> field_rows() {
  using std::string;
  const string most = string(16384 - line("GET /").size() - 5, 'v');
  return {
      {"an empty value", with("A:"), 0, "rfc9110-5.5"},
      {"white space around a value", with("A: \t b \t "), 0, "rfc9112-5.1"},
      {"white space inside a value", with("A: b\tc  d"), 0, "rfc9110-5.5"},
      {"bytes over 127 in a value", with("A: \xC3\xA4\xFF"), 0, "rfc9110-5.5"},
      {"a name of all token characters", with("!#$%&'*+-.^_`|~09azAZ: b"), 0, "rfc9110-5.1"},
      {"a colon in a value", with("A: b:c"), 0, "rfc9112-5"},
      {"a space before the colon", until("A "), 400, "rfc9112-5.1"},
      {"a tab before the colon", until("A\t"), 400, "rfc9112-5.1"},
      {"a long name with a space", until("Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa "), 400, "rfc9112-5.1"},
      {"no name", until(":"), 400, "rfc9110-5.1"},
      {"no colon", until("A\r"), 400, "rfc9112-5"},
      {"a name that ends in a bare LF", until("A\n"), 400, "rfc9112-2.2"},
      {"a parenthesis in a name", until("A("), 400, "rfc9110-5.1"},
      {"an at sign in a long name", until("Aaaaaaaaaaaaaaaaaaaa@"), 400, "rfc9110-5.1"},
      {"a byte over 127 in a name", until("A\xE4"), 400, "rfc9110-5.1"},
      {"NUL in a name", until(string("A\0", 2)), 400, "rfc9110-5.1"},
      {"NUL in a value", until(string("A: b\0", 5)), 400, "rfc9110-5.5"},
      {"NUL in a long value", until("A: " + string(40, 'b') + string(1, '\0')), 400, "rfc9110-5.5"},
      {"an escape in a value", until("A: \x1B"), 400, "rfc9110-5.5"},
      {"DEL in a value", until("A: " + string(20, 'b') + "\x7F"), 400, "rfc9110-5.5"},
      {"backspace in a value", until("A: b\b"), 400, "rfc9110-5.5"},
      {"a bare LF in a value", until("A: b\n"), 400, "rfc9112-2.2"},
      {"a bare CR in a value", until("A: b\rc"), 400, "rfc9112-2.2"},
      {"a bare CR before a CRLF", until("A: b\r\r"), 400, "rfc9112-2.2"},
      {"a value that is a bare CR", until("A:\r "), 400, "rfc9112-2.2"},
      {"a folded line", until("A: b\r\n "), 400, "rfc9112-5.2"},
      {"a line folded with a tab", until("A: b\r\n\t"), 400, "rfc9112-5.2"},
      {"CVE-2025-23167: CR CR instead of the end", until("A: b\r\n\rX"), 400, "rfc9112-2.2"},
      {"an empty line that is a bare LF", until("A: b\r\n\n"), 400, "rfc9112-2.2"},
      {"100 fields", "GET / HTTP/1.1\r\nHost: a\r\n" + repeat(99, "A: b\r\n") + "\r\n", 0,
       "rfc6585-5"},
      {"the 101st field", "GET / HTTP/1.1\r\nHost: a\r\n" + repeat(99, "A: b\r\n") + "A", 431,
       "rfc6585-5"},
      {"a head of 16 KiB", "GET / HTTP/1.1\r\nHost: a\r\nA: " + most + "\r\n\r\n", 0, "rfc6585-5"},
      {"a head that is not whole with 16 KiB",
       "GET / HTTP/1.1\r\nHost: a\r\nA: " + most + "v\r\n\r", 431, "rfc6585-5"},
      {"a field that never ends", "GET / HTTP/1.1\r\nA: " + string(16384 - 19, 'v'), 431,
       "rfc6585-5"},
      {"a name that never ends", "GET / HTTP/1.1\r\n" + string(16384 - 16, 'n'), 431, "rfc6585-5"},
      {"white space that never ends", "GET / HTTP/1.1\r\nA:" + string(16384 - 18, ' '), 431,
       "rfc6585-5"},
      {"no Host", "GET / HTTP/1.1\r\n\r\n", 400, "rfc9112-3.2"},
      {"no Host in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 0, "rfc9112-3.2"},
      {"two Hosts", with("hOsT: a"), 400, "rfc9112-3.2"},
      {"two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400, "rfc9112-3.2"},
      {"an empty Host", host(""), 400, "rfc9110-4.2.1"},
      {"a Host with a port", host("example.org:7890"), 0, "rfc9110-7.2"},
      {"a Host with an empty port", host("a:"), 0, "rfc3986-3.2.3"},
      {"a port over 65535", host("a:65536"), 400, "rfc3986-3.2.3"},
      {"a port that is no number", host("a:8o"), 400, "rfc3986-3.2.3"},
      {"a port with a sign", host("a:+80"), 400, "rfc3986-3.2.3"},
      {"a Host that is only a port", host(":80"), 400, "rfc9110-7.2"},
      {"a Host with a path", host("a/b"), 400, "rfc9110-7.2"},
      {"a Host with a user", host("u@a"), 400, "rfc9110-7.2"},
      {"a Host with a space", host("a b"), 400, "rfc9110-7.2"},
      {"a list of Hosts", host("a, b"), 400, "rfc9110-7.2"},
      {"a Host with a tab", host("a\tb"), 400, "rfc9110-7.2"},
      {"a Host with bytes over 127", host("\xC3\xA4"), 400, "rfc9110-7.2"},
      {"a Host with an escape", host("a%20b"), 0, "rfc3986-3.2.2"},
      {"a Host with half an escape", host("a%2"), 400, "rfc3986-3.2.2"},
      {"an IPv6 Host", host("[::1]:80"), 0, "rfc3986-3.2.2"},
      {"an IPv6 Host that holds IPv4", host("[::ffff:127.0.0.1]"), 0, "rfc3986-3.2.2"},
      {"an IPv6 Host that is not closed", host("[::1"), 400, "rfc3986-3.2.2"},
      {"an IPv6 Host with two gaps", host("[1::2::3]"), 400, "rfc3986-3.2.2"},
      {"an IPv6 Host of nine groups", host("[1:2:3:4:5:6:7:8:9]"), 400, "rfc3986-3.2.2"},
      {"something behind an IPv6 Host", host("[::1]a"), 400, "rfc3986-3.2.2"},
      {"an unknown field is no matter", with("X-Anything: at all; really, \"so\""), 0,
       "rfc9110-5.1"},
  };
}

inline std::vector<HeadRow> framing_rows() {
  using std::string;
  return {
      {"a length", with("Content-Length: 5"), 0, "rfc9112-6.2"},
      {"a length of nothing", with("Content-Length: 0"), 0, "rfc9112-6.2"},
      {"a length with zeros in front", with("Content-Length: 005"), 0, "rfc9110-8.6"},
      {"a length of nineteen digits", with("Content-Length: 9999999999999999999"), 0,
       "rfc9110-8.6"},
      {"a length of twenty digits", with("Content-Length: 18446744073709551617"), 400,
       "rfc9110-8.6"},
      {"a length with a plus", with("Content-Length: +5"), 400, "rfc9110-8.6"},
      {"a length with a minus", with("Content-Length: -5"), 400, "rfc9110-8.6"},
      {"a length in hex", with("Content-Length: 0x5"), 400, "rfc9110-8.6"},
      {"a length with an underscore", with("Content-Length: 1_0"), 400, "rfc9110-8.6"},
      {"a length with a space inside", with("Content-Length: 1 0"), 400, "rfc9110-8.6"},
      {"a length with a point", with("Content-Length: 5.0"), 400, "rfc9110-8.6"},
      {"a length with something behind it", with("Content-Length: 5;"), 400, "rfc9110-8.6"},
      {"an empty length", with("Content-Length:"), 400, "rfc9110-8.6"},
      {"a list of equal lengths", with("Content-Length: 5, 5"), 400, "rfc9112-6.3"},
      {"equal lengths", with("Content-Length: 5\r\ncontent-length: 5"), 400, "rfc9112-6.3"},
      {"lengths that differ", with("Content-Length: 5\r\nContent-Length: 6"), 400, "rfc9112-6.3"},
      {"the same number spelled twice", with("Content-Length: 5\r\nContent-Length: 05"), 400,
       "rfc9112-6.3"},
      {"a good and an empty length", with("Content-Length: 5\r\nContent-Length:"), 400,
       "rfc9112-6.3"},
      {"chunked", with("Transfer-Encoding: chunked"), 0, "rfc9112-7.1"},
      {"chunked in another case", with("tRANSFER-eNCODING: ChUnKeD"), 0, "rfc9112-7"},
      {"chunked with white space around", with("Transfer-Encoding: \tchunked\t"), 0, "rfc9112-5.1"},
      {"chunked and a length", with("Transfer-Encoding: chunked\r\nContent-Length: 5"), 400,
       "rfc9112-6.3"},
      {"a length and chunked", with("Content-Length: 5\r\nTransfer-Encoding: chunked"), 400,
       "rfc9112-6.3"},
      {"an unknown coding and a length", with("Content-Length: 5\r\nTransfer-Encoding: x"), 400,
       "rfc9112-6.3"},
      {"chunked in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
       "rfc9112-6.1"},
      {"gzip alone", with("Transfer-Encoding: gzip"), 501, "rfc9112-6.1"},
      {"gzip, then chunked", with("Transfer-Encoding: gzip, chunked"), 501, "rfc9112-6.1"},
      {"gzip, then chunked, in two lines",
       with("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked"), 501, "rfc9112-6.1"},
      {"chunked, then gzip", with("Transfer-Encoding: chunked, gzip"), 400, "rfc9112-6.3"},
      {"chunked twice", with("Transfer-Encoding: chunked, chunked"), 400, "rfc9112-7.1"},
      {"chunked twice in two lines",
       with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), 400, "rfc9112-7.1"},
      {"chunked, then identity", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"),
       400, "rfc9112-6.3"},
      {"identity", with("Transfer-Encoding: identity"), 501, "rfc9112-6.1"},
      {"xchunked", with("Transfer-Encoding: xchunked"), 501, "rfc9112-6.1"},
      {"an empty coding", with("Transfer-Encoding:"), 400, "rfc9112-6.1"},
      {"an empty coding in the list", with("Transfer-Encoding: , chunked"), 400, "rfc9112-6.1"},
      {"a comma behind the list", with("Transfer-Encoding: chunked,"), 400, "rfc9112-6.1"},
      {"chunked in quotes", with("Transfer-Encoding: \"chunked\""), 400, "rfc9112-7"},
      {"chunked with a parameter", with("Transfer-Encoding: chunked;q=1"), 400, "rfc9112-7.1"},
      {"chunked with an empty parameter", with("Transfer-Encoding: chunked;"), 400, "rfc9112-7.1"},
      {"two words", with("Transfer-Encoding: chunked gzip"), 400, "rfc9112-7"},
      {"a vertical tab before chunked", until("Transfer-Encoding: \v"), 400, "rfc9110-5.5"},
      {"a field whose name ends like it", with("X-Transfer-Encoding: gzip"), 0, "rfc9112-6.1"},
      {"100-continue", with("Expect: 100-Continue\r\nContent-Length: 5"), 0, "rfc9110-10.1.1"},
      {"another expectation", with("Expect: 200-ok"), 417, "rfc9110-10.1.1"},
      {"an expectation twice", with("Expect: 100-continue\r\nexpect: 100-continue"), 417,
       "rfc9110-10.1.1"},
      {"two expectations", with("Expect: 100-continue\r\nExpect: more"), 417, "rfc9110-10.1.1"},
      {"an expectation in HTTP/1.0", "GET / HTTP/1.0\r\nExpect: more\r\n\r\n", 0, "rfc9110-10.1.1"},
      {"an upgrade", with("Connection: Upgrade\r\nUpgrade: websocket"), 0, "rfc9110-7.8"},
  };
}

}  // namespace strata::test
