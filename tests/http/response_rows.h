// tests/http/response_rows.h - what servers may send, and what a strict client makes of it. A row
// that is refused ends with the byte that proves it wrong; one that is whole, with its last byte.
#pragma once
#include <string>
#include <vector>

#include "http/client/client_error.h"

namespace strata::response_test {

using http::ClientError;

enum class Ends { itself, with_connection };  // how a whole response ends

struct ResponseRow {
  const char* what;
  std::string wire;
  ClientError fault;    // none: a whole response
  std::string content;  // of a whole one
  const char* section;
  const char* method = "GET";
  Ends ends = Ends::itself;
};

inline const ClientError whole = ClientError::none;
inline const ClientError bad = ClientError::malformed;

// A head with these fields; "\r\n" is put behind each of them.
inline std::string ok(const std::string& fields) {
  return "HTTP/1.1 200 OK\r\n" + fields + "\r\n\r\n";
}
inline std::string until(const std::string& fields) { return "HTTP/1.1 200 OK\r\n" + fields; }
inline std::string start(const std::string& line) {  // a whole response of this status line
  return line + "\r\nContent-Length: 0\r\n\r\n";
}
inline std::string chunks(const std::string& content) {
  return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + content;
}
inline std::string times(std::size_t count, const std::string& text) {
  std::string all;
  while (count-- != 0) all += text;
  return all;
}

inline std::vector<ResponseRow> status_line_rows() {
  using std::string;
  const ClientError version = ClientError::unsupported_version;
  return {
      {"the usual one", start("HTTP/1.1 200 OK"), whole, "", "rfc9112-4"},
      {"no reason", start("HTTP/1.1 200 "), whole, "", "rfc9112-4"},
      {"no reason and no space", start("HTTP/1.1 200"), whole, "", "rfc9112-4"},
      {"a reason of several words", start("HTTP/1.1 404 It is\tnot here"), whole, "", "rfc9112-4"},
      {"a reason with bytes over 127", start("HTTP/1.1 404 \xC3\xA4\xFF"), whole, "", "rfc9112-4"},
      {"a reason that is not ours", start("HTTP/1.1 200 Not Found"), whole, "", "rfc9110-15"},
      {"two spaces before the reason", start("HTTP/1.1 200  OK"), whole, "", "rfc9112-4"},
      {"HTTP/1.0", start("HTTP/1.0 200 OK"), whole, "", "rfc9112-2.3"},
      {"an unknown status", start("HTTP/1.1 299 X"), whole, "", "rfc9110-15"},
      {"a status of 999", start("HTTP/1.1 999 X"), whole, "", "rfc9110-15"},
      {"a status of 600", start("HTTP/1.1 600 X"), whole, "", "rfc9110-15"},
      {"a status below 100", "HTTP/1.1 0", bad, "", "rfc9110-15"},
      {"a status of two digits", "HTTP/1.1 20 ", bad, "", "rfc9112-4"},
      {"a status of four digits", "HTTP/1.1 2000", bad, "", "rfc9112-4"},
      {"a status with a sign", "HTTP/1.1 +", bad, "", "rfc9112-4"},
      {"a status with a minus", "HTTP/1.1 -", bad, "", "rfc9112-4"},
      {"a status with letters", "HTTP/1.1 2x", bad, "", "rfc9112-4"},
      {"a status with a point", "HTTP/1.1 200.", bad, "", "rfc9112-4"},
      {"no status", "HTTP/1.1 \r", bad, "", "rfc9112-4"},
      {"a version alone", "HTTP/1.1\r", bad, "", "rfc9112-4"},
      {"two spaces before the status", "HTTP/1.1  ", bad, "", "rfc9112-4"},
      {"a tab before the status", "HTTP/1.1\t", bad, "", "rfc9112-4"},
      {"a tab behind the status", "HTTP/1.1 200\t", bad, "", "rfc9112-4"},
      {"NUL in the status", string("HTTP/1.1 2\0", 11), bad, "", "rfc9112-4"},
      {"NUL in the reason", string("HTTP/1.1 200 O\0", 15), bad, "", "rfc9112-4"},
      {"an escape in the reason", "HTTP/1.1 200 \x1B", bad, "", "rfc9112-4"},
      {"DEL in a long reason", "HTTP/1.1 200 " + string(40, 'a') + "\x7F", bad, "", "rfc9112-4"},
      {"a bare LF behind the status", "HTTP/1.1 200\n", bad, "", "rfc9112-2.2"},
      {"a bare LF behind the reason", "HTTP/1.1 200 OK\n", bad, "", "rfc9112-2.2"},
      {"a bare CR behind the status", "HTTP/1.1 200\rX", bad, "", "rfc9112-2.2"},
      {"a bare CR in the reason", "HTTP/1.1 200 OK\rX", bad, "", "rfc9112-2.2"},
      {"two CRs behind the reason", "HTTP/1.1 200 OK\r\r", bad, "", "rfc9112-2.2"},
      {"HTTP/2.0", "HTTP/2.0", version, "", "rfc9112-2.3"},
      {"HTTP/1.2", "HTTP/1.2", version, "", "rfc9112-2.3"},
      {"HTTP/0.9 by name", "HTTP/0.9", version, "", "rfc9112-2.3"},
      {"HTTP/3.0", "HTTP/3.0", version, "", "rfc9112-2.3"},
      {"HTTP/9.9", "HTTP/9.9", version, "", "rfc9112-2.3"},
      {"HTTP/2, as HTTP/2 is named", "HTTP/2 ", bad, "", "rfc9112-2.3"},
      {"a third digit in the version", "HTTP/1.11", bad, "", "rfc9112-2.3"},
      {"a version in small letters", "h", bad, "", "rfc9112-2.3"},
      {"a version without its point", "HTTP/1,", bad, "", "rfc9112-2.3"},
      {"HTTP/0.9: content and nothing else", "<", bad, "", "rfc9112-9.2"},
      {"another protocol's greeting", "S", bad, "", "rfc9112-4"},
      {"SHOUTcast", "I", bad, "", "rfc9112-4"},
      {"TLS instead of HTTP", "\x15", bad, "", "rfc9112-4"},
      {"a SETTINGS frame of HTTP/2", string(1, '\0'), bad, "", "rfc9112-4"},
      {"an empty line in front", "\r", bad, "", "rfc9112-2.2"},
      {"a bare LF in front", "\n", bad, "", "rfc9112-2.2"},
      {"a space in front", " ", bad, "", "rfc9112-2.2"},
      {"a byte order mark in front", "\xEF", bad, "", "rfc9112-4"},
      {"a space before the first field", until(" "), bad, "", "rfc9112-2.2"},
  };
}

inline std::vector<ResponseRow> response_field_rows() {
  using std::string;
  const ClientError large = ClientError::head_too_large;
  const string most = string(16384 - until("A: \r\n\r\n").size() - 19, 'v');
  const string none = "Content-Length: 0";
  return {
      {"an empty value", ok("A:\r\n" + none), whole, "", "rfc9110-5.5"},
      {"white space around a value", ok("A: \t b \t \r\n" + none), whole, "", "rfc9112-5.1"},
      {"bytes over 127 in a value", ok("A: \xC3\xA4\xFF\r\n" + none), whole, "", "rfc9110-5.5"},
      {"a name of all token characters", ok("!#$%&'*+-.^_`|~09azAZ: b\r\n" + none), whole, "",
       "rfc9110-5.1"},
      {"a space before the colon", until("Content-Length "), bad, "", "rfc9112-5.1"},
      {"a tab before the colon", until("A\t"), bad, "", "rfc9112-5.1"},
      {"no name", until(":"), bad, "", "rfc9110-5.1"},
      {"no colon", until("A\r"), bad, "", "rfc9112-5"},
      {"a name that ends in a bare LF", until("A\n"), bad, "", "rfc9112-2.2"},
      {"a parenthesis in a name", until("A("), bad, "", "rfc9110-5.1"},
      {"a byte over 127 in a name", until("A\xE4"), bad, "", "rfc9110-5.1"},
      {"NUL in a name", until(string("A\0", 2)), bad, "", "rfc9110-5.1"},
      {"NUL in a value", until(string("A: b\0", 5)), bad, "", "rfc9110-5.5"},
      {"NUL in a long value", until("A: " + string(40, 'b') + string(1, '\0')), bad, "",
       "rfc9110-5.5"},
      {"an escape in a value", until("A: \x1B"), bad, "", "rfc9110-5.5"},
      {"DEL in a value", until("A: " + string(20, 'b') + "\x7F"), bad, "", "rfc9110-5.5"},
      {"a bare LF in a value", until("A: b\n"), bad, "", "rfc9112-2.2"},
      {"a bare CR in a value", until("A: b\rc"), bad, "", "rfc9112-2.2"},
      {"a bare CR before a CRLF", until("A: b\r\r"), bad, "", "rfc9112-2.2"},
      {"a value that is a bare CR", until("A:\r "), bad, "", "rfc9112-2.2"},
      {"a folded line", until("A: b\r\n "), bad, "", "rfc9112-5.2"},
      {"a line folded with a tab", until("A: b\r\n\t"), bad, "", "rfc9112-5.2"},
      {"a length on a folded line", until("Content-Length:\r\n "), bad, "", "rfc9112-5.2"},
      {"CR CR instead of the end", until("A: b\r\n\rX"), bad, "", "rfc9112-2.2"},
      {"an empty line that is a bare LF", until("A: b\r\n\n"), bad, "", "rfc9112-2.2"},
      {"100 fields", until(times(99, "A: b\r\n")) + none + "\r\n\r\n", whole, "", "rfc9112-5"},
      {"the 101st field", until(times(100, "A: b\r\n")) + "A", large, "", "rfc9112-5"},
      {"a head of 16 KiB", until("A: " + most + "\r\n") + none + "\r\n\r\n", whole, "",
       "rfc9112-5"},
      {"a head that is not whole with 16 KiB", until("A: " + most + "v\r\n") + none + "\r\n\r",
       large, "", "rfc9112-5"},
      {"a reason that never ends", "HTTP/1.1 200 " + string(16384 - 13, 'r'), large, "",
       "rfc9112-4"},
      {"a name that never ends", until(string(16384 - 17, 'n')), large, "", "rfc9112-5"},
      {"a value that never ends", until("A: " + string(16384 - 20, 'v')), large, "", "rfc9112-5"},
      {"white space that never ends", until("A:" + string(16384 - 19, ' ')), large, "",
       "rfc9112-5"},
  };
}

inline std::vector<ResponseRow> response_length_rows() {
  const std::string cl = "Content-Length: ";
  const ClientError large = ClientError::content_too_large;
  return {
      {"a length", ok(cl + "5") + "hello", whole, "hello", "rfc9112-6.2"},
      {"a length of nothing", ok(cl + "0"), whole, "", "rfc9112-6.2"},
      {"a length with zeros in front", ok(cl + "005") + "hello", whole, "hello", "rfc9110-8.6"},
      {"equal lengths", ok(cl + "5\r\n" + cl + "5") + "hello", whole, "hello", "rfc9112-6.3"},
      {"lengths that differ", ok(cl + "5\r\n" + cl + "6"), bad, "", "rfc9112-6.3"},
      {"the same number spelled twice", ok(cl + "5\r\n" + cl + "05"), bad, "", "rfc9112-6.3"},
      {"a good and an empty length", ok(cl + "5\r\n" + cl), bad, "", "rfc9112-6.3"},
      {"a list of equal lengths", ok(cl + "5, 5"), bad, "", "rfc9112-6.3"},
      {"a list of lengths", ok(cl + "5, 6"), bad, "", "rfc9112-6.3"},
      {"a list without a second", ok(cl + "5,"), bad, "", "rfc9112-6.3"},
      {"a length with a plus", ok(cl + "+5"), bad, "", "rfc9110-8.6"},
      {"a length with a minus", ok(cl + "-5"), bad, "", "rfc9110-8.6"},
      {"a length in hex", ok(cl + "0x5"), bad, "", "rfc9110-8.6"},
      {"a length with a space inside", ok(cl + "1 0"), bad, "", "rfc9110-8.6"},
      {"a length with a point", ok(cl + "5.0"), bad, "", "rfc9110-8.6"},
      {"a length with an exponent", ok(cl + "1e3"), bad, "", "rfc9110-8.6"},
      {"a length in quotes", ok(cl + "\"5\""), bad, "", "rfc9110-8.6"},
      {"a length with a unit", ok(cl + "5 bytes"), bad, "", "rfc9110-8.6"},
      {"an empty length", ok(cl), bad, "", "rfc9110-8.6"},
      {"a length in digits of another script", ok(cl + "\xD9\xA5"), bad, "", "rfc9110-8.6"},
      {"a length of twenty digits", ok(cl + "18446744073709551621"), bad, "", "rfc9110-8.6"},
      {"a length of nineteen digits", ok(cl + "9999999999999999999"), large, "", "rfc9110-8.6"},
      {"a length over the limit", ok(cl + "1000001"), large, "", "rfc9112-6.3"},
      {"a malformed length to HEAD", ok(cl + "x"), bad, "", "rfc9112-6.3", "HEAD"},
      {"lengths that differ in a 304", "HTTP/1.1 304 \r\n" + cl + "5\r\n" + cl + "6\r\n\r\n", bad,
       "", "rfc9112-6.3"},
      {"a length to HEAD", ok(cl + "5"), whole, "", "rfc9112-6.3", "HEAD"},
      {"a length over the limit to HEAD", ok(cl + "1000001"), whole, "", "rfc9112-6.3", "HEAD"},
      {"chunked to HEAD", ok("Transfer-Encoding: chunked"), whole, "", "rfc9112-6.3", "HEAD"},
      {"neither to HEAD", ok("A: b"), whole, "", "rfc9112-6.3", "HEAD"},
      {"204", "HTTP/1.1 204 \r\n\r\n", whole, "", "rfc9112-6.3"},
      {"204 with a length of nothing", "HTTP/1.1 204 \r\n" + cl + "0\r\n\r\n", whole, "",
       "rfc9110-8.6"},
      {"204 with a length", "HTTP/1.1 204 \r\n" + cl + "5\r\n\r\n", bad, "", "rfc9110-8.6"},
      {"204 with chunks", "HTTP/1.1 204 \r\nTransfer-Encoding: chunked\r\n\r\n", bad, "",
       "rfc9112-6.1"},
      {"304", "HTTP/1.1 304 \r\n\r\n", whole, "", "rfc9112-6.3"},
      {"304 with the length it would have had", "HTTP/1.1 304 \r\n" + cl + "5\r\n\r\n", whole, "",
       "rfc9110-15.4.5"},
      {"304 with the coding it would have had",
       "HTTP/1.1 304 \r\nTransfer-Encoding: chunked\r\n\r\n", whole, "", "rfc9112-6.1"},
      {"205 with a length of nothing", "HTTP/1.1 205 \r\n" + cl + "0\r\n\r\n", whole, "",
       "rfc9110-15.3.6"},
      {"a failed CONNECT has content", "HTTP/1.1 502 \r\n" + cl + "2\r\n\r\nno", whole, "no",
       "rfc9112-6.3", "CONNECT"},
      {"nothing said: until the end", ok("A: b") + "hello", whole, "hello", "rfc9112-6.3", "GET",
       Ends::with_connection},
      {"nothing said and nothing sent", ok("A: b"), whole, "", "rfc9112-6.3", "GET",
       Ends::with_connection},
      {"no fields at all", "HTTP/1.1 200 OK\r\n\r\nhello", whole, "hello", "rfc9112-6.3", "GET",
       Ends::with_connection},
      {"until the end in HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nhello", whole, "hello", "rfc9112-6.3",
       "GET", Ends::with_connection},
      {"keep-alive does not end content", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nhello",
       whole, "hello", "rfc9112-9.3", "GET", Ends::with_connection},
  };
}

inline std::vector<ResponseRow> response_coding_rows() {
  const std::string te = "Transfer-Encoding: ";
  const ClientError coding = ClientError::unsupported_coding;
  return {
      {"chunked", ok(te + "chunked") + "5\r\nhello\r\n0\r\n\r\n", whole, "hello", "rfc9112-7.1"},
      {"chunked in another case", ok("tRANSFER-eNCODING: ChUnKeD") + "0\r\n\r\n", whole, "",
       "rfc9112-7"},
      {"chunked and a length", ok(te + "chunked\r\nContent-Length: 5"), bad, "", "rfc9112-6.3"},
      {"a length and chunked", ok("Content-Length: 5\r\n" + te + "chunked"), bad, "",
       "rfc9112-6.3"},
      {"an unknown coding and a length", ok("Content-Length: 5\r\n" + te + "x"), bad, "",
       "rfc9112-6.3"},
      {"both to HEAD", ok(te + "chunked\r\nContent-Length: 5"), bad, "", "rfc9112-6.3", "HEAD"},
      {"chunked in HTTP/1.0", "HTTP/1.0 200 OK\r\n" + te + "chunked\r\n\r\n", bad, "",
       "rfc9112-6.1"},
      {"gzip alone", ok(te + "gzip"), coding, "", "rfc9112-6.3"},
      {"gzip, then chunked", ok(te + "gzip, chunked"), coding, "", "rfc9112-6.1"},
      {"gzip, then chunked, in two lines", ok(te + "gzip\r\n" + te + "chunked"), coding, "",
       "rfc9112-6.1"},
      {"chunked, then gzip", ok(te + "chunked, gzip"), bad, "", "rfc9112-6.3"},
      {"chunked twice", ok(te + "chunked, chunked"), bad, "", "rfc9112-7.1"},
      {"chunked twice in two lines", ok(te + "chunked\r\n" + te + "chunked"), bad, "",
       "rfc9112-7.1"},
      {"chunked, then identity", ok(te + "chunked\r\n" + te + "identity"), bad, "", "rfc9112-6.3"},
      {"identity", ok(te + "identity"), coding, "", "rfc9112-6.1"},
      {"xchunked", ok(te + "xchunked"), coding, "", "rfc9112-6.1"},
      {"chunked with a mark behind it", ok(te + "chunked\xC2\xA0"), bad, "", "rfc9112-7"},
      {"an empty coding", ok(te), bad, "", "rfc9112-6.1"},
      {"an empty coding in the list", ok(te + ", chunked"), bad, "", "rfc9112-6.1"},
      {"a comma behind the list", ok(te + "chunked,"), bad, "", "rfc9112-6.1"},
      {"chunked in quotes", ok(te + "\"chunked\""), bad, "", "rfc9112-7"},
      {"chunked with a parameter", ok(te + "chunked;q=1"), bad, "", "rfc9112-7.1"},
      {"two words", ok(te + "chunked gzip"), bad, "", "rfc9112-7"},
      {"a vertical tab before chunked", until(te + "\v"), bad, "", "rfc9110-5.5"},
      {"a field whose name ends like it",
       ok("X-Transfer-Encoding: chunked\r\nContent-Length: 1") + "x", whole, "x", "rfc9112-6.1"},
      {"one whose name is spelled with '_'",
       ok("Transfer_Encoding: chunked\r\nContent-Length: 1") + "x", whole, "x", "rfc9112-6.1"},
  };
}

inline std::vector<ResponseRow> response_chunk_rows() {
  using std::string;
  const string end = "0\r\n\r\n";
  const ClientError large = ClientError::content_too_large;
  return {
      {"no chunks", chunks(end), whole, "", "rfc9112-7.1"},
      {"three chunks", chunks("3\r\nfoo\r\n1\r\n \r\n3\r\nbar\r\n" + end), whole, "foo bar",
       "rfc9112-7.1"},
      {"a size in capitals", chunks("A\r\n0123456789\r\n" + end), whole, "0123456789",
       "rfc9112-7.1"},
      {"zeros in front of a size", chunks("0005\r\nhello\r\n" + end), whole, "hello",
       "rfc9112-7.1"},
      {"a last chunk of many zeros", chunks("000\r\n\r\n"), whole, "", "rfc9112-7.1"},
      {"an extension", chunks("5;a=b;c=\"d;\\\"e\"\r\nhello\r\n" + end), whole, "hello",
       "rfc9112-7.1.1"},
      {"trailers", chunks("5\r\nhello\r\n0\r\nA: b\r\nC:\r\n\r\n"), whole, "hello",
       "rfc9112-7.1.2"},
      {"a trailer that would frame", chunks("0\r\nContent-Length: 5\r\n\r\n"), whole, "",
       "rfc9112-7.1.2"},
      {"no size", chunks("\r"), bad, "", "rfc9112-7.1"},
      {"a size with a sign", chunks("+"), bad, "", "rfc9112-7.1"},
      {"a size with a minus", chunks("-"), bad, "", "rfc9112-7.1"},
      {"a size with 0x", chunks("0x"), bad, "", "rfc9112-7.1"},
      {"a space before a size", chunks(" "), bad, "", "rfc9112-7.1"},
      {"a space behind a size", chunks("5 \r"), bad, "", "rfc9112-7.1"},
      {"a letter that is no digit", chunks("g"), bad, "", "rfc9112-7.1"},
      {"a size with an underscore", chunks("1_"), bad, "", "rfc9112-7.1"},
      {"a size of seventeen digits", chunks("00000000000000000"), bad, "", "rfc9112-7.1"},
      {"a size that wraps", chunks("fffff"), large, "", "rfc9112-7.1"},
      {"a size over the limit", chunks("f4241"), large, "", "rfc9112-7.1"},
      {"a bare LF behind a size", chunks("5\n"), bad, "", "rfc9112-7.1"},
      {"a bare CR behind a size", chunks("5\rh"), bad, "", "rfc9112-7.1"},
      {"a bare LF in an extension", chunks("5;a\n"), bad, "", "rfc9112-7.1.1"},
      {"a bare CR in an extension", chunks("5;a\rb"), bad, "", "rfc9112-7.1.1"},
      {"NUL in an extension", chunks("5;a=\"" + string(1, '\0')), bad, "", "rfc9112-7.1.1"},
      {"an extension without a name", chunks("5;\r"), bad, "", "rfc9112-7.1.1"},
      {"data longer than its size", chunks("5\r\nhello!"), bad, "", "rfc9112-7.1"},
      {"data shorter than its size", chunks("6\r\nhello\r\n"), bad, "", "rfc9112-7.1"},
      {"a bare LF behind data", chunks("5\r\nhello\n"), bad, "", "rfc9112-7.1"},
      {"a bare CR behind data", chunks("5\r\nhello\r0"), bad, "", "rfc9112-7.1"},
      {"a bare LF instead of the end", chunks("0\r\n\n"), bad, "", "rfc9112-7.1"},
      {"a bare CR instead of the end", chunks("0\r\n\rX"), bad, "", "rfc9112-7.1"},
      {"a folded trailer", chunks("0\r\nA: b\r\n "), bad, "", "rfc9112-7.1.2"},
      {"a trailer with a space before its colon", chunks("0\r\nA "), bad, "", "rfc9112-7.1.2"},
      {"a trailer without a colon", chunks("0\r\nA\r"), bad, "", "rfc9112-7.1.2"},
      {"NUL in a trailer", chunks("0\r\nA: " + string(1, '\0')), bad, "", "rfc9112-7.1.2"},
      {"a trailer that never ends", chunks("0\r\nA: " + string(16384 - 2, 'v')),
       ClientError::head_too_large, "", "rfc9112-7.1.2"},
      {"the 101st trailer", chunks("0\r\n" + times(100, "A: b\r\n") + "A"),
       ClientError::head_too_large, "", "rfc9112-7.1.2"},
      {"an extension that never ends", chunks("1;" + string(16 * 1024 - 1, 'x')), bad, "",
       "rfc9112-7.1.1"},
  };
}

inline std::vector<ResponseRow> interim_rows() {
  using std::string;
  const string last = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
  const string one = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  return {
      {"a 100 that nobody asked for", "HTTP/1.1 100 Continue\r\n\r\n" + last, whole, "hi",
       "rfc9110-15.2"},
      {"several 103", one + one + one + last, whole, "hi", "rfc9110-15.2"},
      {"an unknown 1xx", "HTTP/1.1 199 \r\n\r\n" + last, whole, "hi", "rfc9110-15.2"},
      {"sixteen of them", times(16, one) + last, whole, "hi", "rfc9110-15.2"},
      {"seventeen of them", times(17, one), ClientError::too_many_interim, "", "rfc9110-15.2"},
      {"a 100 with a length of nothing", "HTTP/1.1 100 \r\nContent-Length: 0\r\n\r\n" + last, whole,
       "hi", "rfc9110-8.6"},
      {"a 100 with a length", "HTTP/1.1 100 \r\nContent-Length: 2\r\n\r\n", bad, "", "rfc9110-8.6"},
      {"a 103 with chunks", "HTTP/1.1 103 \r\nTransfer-Encoding: chunked\r\n\r\n", bad, "",
       "rfc9112-6.1"},
      {"a 101 that nobody asked for", "HTTP/1.1 101 \r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
       ClientError::unexpected_upgrade, "", "rfc9110-15.2.2"},
      {"a 101 that names no protocol", "HTTP/1.1 101 \r\nConnection: Upgrade\r\n\r\n", bad, "",
       "rfc9110-15.2.2"},
      {"a 101 in HTTP/1.0", "HTTP/1.0 101 \r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n", bad, "",
       "rfc9110-7.8"},
      {"a 1xx to HEAD", one + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", whole, "",
       "rfc9110-15.2", "HEAD"},
      {"a 1xx, then garbage", one + "X", bad, "", "rfc9110-15.2"},
      {"a 1xx, then an empty line", one + "\r", bad, "", "rfc9112-2.2"},
      {"a 1xx, then another version", one + "HTTP/2.0", ClientError::unsupported_version, "",
       "rfc9112-2.3"},
  };
}

}  // namespace strata::response_test
