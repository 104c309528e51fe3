// tests/http/smuggling_rows.h - requests that others have read in two ways, whole, with what a
// strict reader makes of them. Where a published weakness used the form, the row is named after it.
#pragma once
#include <string>
#include <vector>

#include "tests/http/request_rows.h"

namespace strata::test {

struct MessageRow {
  const char* what;
  std::string wire;     // the whole message, or up to where it is refused
  int status;           // 200: accepted
  std::string content;  // of an accepted one
  const char* section;
};

inline std::string post(const std::string& fields, const std::string& content) {
  return with(fields) + content;
}
inline std::string post_chunked(const std::string& content) {
  return with("Transfer-Encoding: chunked") + content;
}

// Two fields, or two readings of one, say where the content ends.
inline std::vector<MessageRow> framing_conflict_rows() {
  using std::string;
  const string chunks = "0\r\n\r\n";
  const string te = "Transfer-Encoding: chunked";
  return {
      {"CL.TE", post("Content-Length: 6\r\n" + te, chunks + "G"), 400, "", "rfc9112-6.3"},
      {"TE.CL", post(te + "\r\nContent-Length: 4", "5c\r\nGPOST"), 400, "", "rfc9112-6.3"},
      {"CL.0 with chunked", post("Content-Length: 0\r\n" + te, chunks), 400, "", "rfc9112-6.3"},
      {"TE.TE: an unknown second coding", post(te + "\r\nTransfer-Encoding: cow", chunks), 400, "",
       "rfc9112-6.3"},
      {"TE.TE: an unknown first coding", post("Transfer-Encoding: cow\r\n" + te, chunks), 501, "",
       "rfc9112-6.1"},
      {"CVE-2022-32215: codings on a folded line", post(te + "\r\n , identity", chunks), 400, "",
       "rfc9112-5.2"},
      {"CVE-2022-35256: a head that ends LF CRLF",
       until("Transfer-Encoding: chunked\n\r\n") + chunks, 400, "", "rfc9112-2.2"},
      {"a name cut by CRLF", until("Transfer-Encoding\r\n : chunked\r\n\r\n"), 400, "",
       "rfc9112-5"},
      {"CVE-2023-30589: a CR alone ends a line", until("Dummy: x\rContent-Length: 23\r\n\r\n"), 400,
       "", "rfc9112-2.2"},
      {"CVE-2024-27982: a space before Content-Length",
       "POST / HTTP/1.1\r\n Content-Length: 5\r\nHost: a\r\n\r\nhello", 400, "", "rfc9112-2.2"},
      {"CVE-2021-22959: a space before the colon", post("Content-Length : 5", "hello"), 400, "",
       "rfc9112-5.1"},
      {"CVE-2019-15605: a vertical tab behind the coding",
       post("Transfer-Encoding: chunked\v", chunks), 400, "", "rfc9110-5.5"},
      {"a form feed behind the coding", post("Transfer-Encoding: chunked\f", chunks), 400, "",
       "rfc9110-5.5"},
      {"a no-break space before the coding",
       post("Transfer-Encoding: \xA0"
            "chunked",
            chunks),
       400, "", "rfc9112-7"},
      {"a letter that folds to k",
       post("Transfer-Encoding: chun\xE2\x84\xAA"
            "ed",
            chunks),
       400, "", "rfc9112-7"},
      {"the coding twice in one word", post("Transfer-Encoding: chunkedchunked", chunks), 501, "",
       "rfc9112-6.1"},
      {"identity, then chunked", post("Transfer-Encoding: identity, chunked", chunks), 501, "",
       "rfc9112-6.1"},
      {"chunked with a quality", post("Transfer-Encoding: chunked;q=0.5", chunks), 400, "",
       "rfc9112-7.1"},
      {"a coding behind NUL", post(string("Transfer-Encoding: \0chunked", 27), chunks), 400, "",
       "rfc9110-5.5"},
      {"a header smuggled by LF", until("X: x\nTransfer-Encoding: chunked\r\n\r\n"), 400, "",
       "rfc9112-2.2"},
      {"a header smuggled by CR CR", until("X: x\r\rTransfer-Encoding: chunked\r\n\r\n"), 400, "",
       "rfc9112-2.2"},
      {"CVE-2023-40225: an empty length", post("Content-Length:", ""), 400, "", "rfc9110-8.6"},
      {"an empty length behind a good one", post("Content-Length: 5\r\nContent-Length: ", "hello"),
       400, "", "rfc9112-6.3"},
      {"lengths that differ by a zero in front",
       post("Content-Length: 5\r\nContent-Length: 05", "hello"), 400, "", "rfc9112-6.3"},
      {"a length of zero and another", post("Content-Length: 0\r\nContent-Length: 44", ""), 400, "",
       "rfc9112-6.3"},
      {"a list that begins with a comma", post("Content-Length: ,5", "hello"), 400, "",
       "rfc9110-8.6"},
      {"a list that ends with a comma", post("Content-Length: 5,", "hello"), 400, "",
       "rfc9110-8.6"},
      {"a length in quotes", post("Content-Length: \"5\"", "hello"), 400, "", "rfc9110-8.6"},
      {"a length with an exponent", post("Content-Length: 1e1", "0123456789"), 400, "",
       "rfc9110-8.6"},
      {"a length of minus nothing", post("Content-Length: -0", ""), 400, "", "rfc9110-8.6"},
      {"a length in full-width digits", post("Content-Length: \xEF\xBC\x95", "hello"), 400, "",
       "rfc9110-8.6"},
      {"a length with a line separator", post("Content-Length: 5\xC2\x85", "hello"), 400, "",
       "rfc9110-8.6"},
      {"a length that wraps 64 bits to five", post("Content-Length: 18446744073709551621", "hello"),
       400, "", "rfc9110-8.6"},
      {"a length that wraps 32 bits to five", post("Content-Length: 4294967301", "hello"), 413, "",
       "rfc9110-15.5.14"},
      {"CVE-2018-7159: a length with an inner space", post("Content-Length: 1 2", "0123456789ab"),
       400, "", "rfc9110-8.6"},
      {"0.CL: an expectation behind another word",
       post("Expect: y 100-continue\r\nContent-Length: 5", "hello"), 417, "", "rfc9110-10.1.1"},
      {"0.CL: an expectation with more behind it",
       post("Expect: 100-continue, x\r\nContent-Length: 5", "hello"), 417, "", "rfc9110-10.1.1"},
      {"chunked in HTTP/1.0 with a length",
       "POST / HTTP/1.0\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
       400, "", "rfc9112-6.1"},
  };
}

// Accepted, though others were led astray: what looks like framing is not.
inline std::vector<MessageRow> look_alike_rows() {
  using std::string;
  const string hello = "5\r\nhello\r\n0\r\n\r\n";
  return {
      {"an underscore in the name of the length",
       post("Content_Length: 9\r\nContent-Length: 5", "hello"), 200, "hello", "rfc9110-5.1"},
      {"an underscore in the name of the coding",
       post("Transfer_Encoding: chunked\r\nContent-Length: 5", "hello"), 200, "hello",
       "rfc9110-5.1"},
      {"CVE-2021-40346: a name of 270 bytes that ends like a length",
       post("Content-Length0" + string(255, 'a') + ": 0\r\nContent-Length: 5", "hello"), 200,
       "hello", "rfc9110-5.1"},
      {"content of a GET", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 200,
       "hello", "rfc9110-9.3.1"},
      {"chunked content of a GET",
       "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + hello, 200, "hello",
       "rfc9110-9.3.1"},
      {"a request as content", post("Content-Length: 18", "GET / HTTP/1.1\r\n\r\n"), 200,
       "GET / HTTP/1.1\r\n\r\n", "rfc9112-6.2"},
      {"the fields of the old WebSocket draft, which had eight bytes behind them",
       "GET / HTTP/1.1\r\nHost: a\r\nSec-WebSocket-Key1: 1 2\r\nUpgrade: WebSocket\r\n"
       "Connection: Upgrade\r\n\r\n",
       200, "", "rfc9110-7.8"},
      {"an upgrade to h2c",
       post("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
            "HTTP2-Settings: AAMAAABk\r\nContent-Length: 5",
            "hello"),
       200, "hello", "rfc9110-7.8"},
      {"framing named as hop by hop",
       post("Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked", hello), 200, "hello",
       "rfc9110-7.6.1"},
      {"a length named as hop by hop",
       post("Connection: close, Content-Length\r\nContent-Length: 5", "hello"), 200, "hello",
       "rfc9110-7.6.1"},
      {"a content coding named chunked",
       post("Content-Encoding: chunked\r\nContent-Length: 5", "hello"), 200, "hello",
       "rfc9110-8.4"},
      {"TE is about the answer", post("TE: chunked\r\nContent-Length: 5", "hello"), 200, "hello",
       "rfc9110-10.1.4"},
      {"an absolute target for another host than Host", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n",
       200, "", "rfc9112-3.2.2"},
      {"an escaped NUL in the target", "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", 200, "",
       "rfc9112-3.2.1"},
      {"an escaped CRLF in the target", "GET /%0d%0aX:%20y HTTP/1.1\r\nHost: a\r\n\r\n", 200, "",
       "rfc9112-3.2.1"},
      {"a path that climbs", "GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", 200, "",
       "rfc9112-3.2.1"},
      {"a body of 300 chunks, which an 8-bit count wraps",
       post_chunked(repeat(300, "1\r\nx\r\n") + "0\r\n\r\n"), 200, string(300, 'x'), "rfc9112-7.1"},
      {"a length in a trailer", post_chunked("5\r\nhello\r\n0\r\nContent-Length: 50\r\n\r\n"), 200,
       "hello", "rfc9110-6.5.1"},
      {"a coding in a trailer", post_chunked("5\r\nhello\r\n0\r\nTransfer-Encoding: x\r\n\r\n"),
       200, "hello", "rfc9110-6.5.1"},
      {"a Host in a trailer", post_chunked("5\r\nhello\r\n0\r\nHost: b\r\n\r\n"), 200, "hello",
       "rfc9110-6.5.1"},
      {"Connection: close in a trailer",
       post_chunked("5\r\nhello\r\n0\r\nConnection: close\r\n\r\n"), 200, "hello", "rfc9110-6.5.1"},
      {"one empty line behind content", post("Content-Length: 5", "hello\r\n"), 200, "hello",
       "rfc9112-2.2"},
  };
}

// Chunk framing that others read by halves.
inline std::vector<MessageRow> chunk_trick_rows() {
  using std::string;
  return {
      {"CVE-2021-32714: a size of 65 bits", post_chunked("f0000000000000003\r\nabc"), 413, "",
       "rfc9112-7.1"},
      {"a size that wraps 64 bits", post_chunked("10000000000000001\r\na\r\n"), 413, "",
       "rfc9112-7.1"},
      {"a size that wraps 32 bits to five", post_chunked("100000005\r\nhello\r\n"), 413, "",
       "rfc9110-15.5.14"},
      {"CVE-2013-2028: a size with its sign bit set", post_chunked("8000000000000000\r\nx"), 413,
       "", "rfc9110-15.5.14"},
      {"CVE-2025-22871: LF ends a size line", post_chunked("5\nhello\r\n0\r\n\r\n"), 400, "",
       "rfc9112-7.1"},
      {"TERM.EXT: LF ends an extension", post_chunked("2;\nxx\r\n0\r\n\r\n"), 400, "",
       "rfc9112-7.1.1"},
      {"EXT.TERM: CR ends an extension", post_chunked("2;a\rxx\r\n0\r\n\r\n"), 400, "",
       "rfc9112-7.1.1"},
      {"SPILL.TERM: data runs over its size", post_chunked("5\r\nhelloXX0\r\n\r\n"), 400, "",
       "rfc9112-7.1"},
      {"CVE-2025-43859: any two bytes behind data", post_chunked("5\r\nhelloAB0\r\n\r\n"), 400, "",
       "rfc9112-7.1"},
      {"LF CR behind data", post_chunked("5\r\nhello\n\r0\r\n\r\n"), 400, "", "rfc9112-7.1"},
      {"no CRLF behind data", post_chunked("5\r\nhello0\r\n\r\n"), 400, "", "rfc9112-7.1"},
      {"CVE-2024-22019: extensions without end", post_chunked("1;" + string(17000, 'a')), 400, "",
       "rfc9112-7.1.1"},
      {"a small extension on each of many chunks",
       post_chunked(repeat(3000, "1;abcdefgh\r\nx\r\n")), 400, "", "rfc9112-7.1.1"},
      {"CVE-2023-47627: a size with an underscore", post_chunked("1_0\r\n"), 400, "",
       "rfc9112-7.1"},
      {"a size with 0X", post_chunked("0X5\r\nhello\r\n"), 400, "", "rfc9112-7.1"},
      {"a size in decimal with a point", post_chunked("5.0\r\nhello\r\n"), 400, "", "rfc9112-7.1"},
      {"a vertical tab behind a size", post_chunked("5\v\r\nhello\r\n"), 400, "", "rfc9112-7.1"},
      {"NUL behind a size", post_chunked(string("5\0\r\nhello\r\n", 11)), 400, "", "rfc9112-7.1"},
      {"full-width digits as a size", post_chunked("\xEF\xBC\x95\r\nhello\r\n"), 400, "",
       "rfc9112-7.1"},
      {"an empty line before a size", post_chunked("\r\n5\r\nhello\r\n"), 400, "", "rfc9112-7.1"},
      {"a last chunk without an empty line", post_chunked("0\r\nGET / HTTP/1.1\r\n\r\n"), 400, "",
       "rfc9112-7.1.2"},
      {"a trailer that is a request", post_chunked("0\r\nGET /: x\r\n\r\n"), 400, "",
       "rfc9112-7.1.2"},
      {"a space before a trailer", post_chunked("0\r\n Content-Length: 5\r\n\r\n"), 400, "",
       "rfc9112-5.2"},
      {"a trailer that ends in LF", post_chunked("0\r\nA: b\n\r\n"), 400, "", "rfc9112-7.1.2"},
      {"CVE-2025-23167: CR, then anything, ends the trailers", post_chunked("0\r\n\rX"), 400, "",
       "rfc9112-7.1"},
  };
}

// Where the request line, or the authority, has two readings.
inline std::vector<MessageRow> request_line_trick_rows() {
  using std::string;
  const string host_a = "\r\nHost: a\r\n\r\n";
  return {
      {"a byte order mark", "\xEF\xBB\xBFGET / HTTP/1.1" + host_a, 400, "", "rfc9112-3.1"},
      {"NUL before the method", string("\0GET / HTTP/1.1", 15) + host_a, 400, "", "rfc9112-3.1"},
      {"a space before the method", " GET / HTTP/1.1" + host_a, 400, "", "rfc9112-3"},
      {"a vertical tab as a space", "GET\v/ HTTP/1.1" + host_a, 400, "", "rfc9112-3"},
      {"a form feed before the version", "GET /\fHTTP/1.1" + host_a, 400, "", "rfc9112-3"},
      {"a space in the target", "GET / x HTTP/1.1" + host_a, 400, "", "rfc9112-3.2"},
      {"two versions", "GET / HTTP/1.1 HTTP/1.1" + host_a, 400, "", "rfc9112-3"},
      {"a version with a plus", "GET / HTTP/+1.1" + host_a, 400, "", "rfc9112-2.3"},
      {"a version with a zero in front", "GET / HTTP/01.1" + host_a, 400, "", "rfc9112-2.3"},
      {"a version with a space", "GET / HTTP/ 1.1" + host_a, 400, "", "rfc9112-2.3"},
      {"a version without a number", "GET / HTTP" + host_a, 400, "", "rfc9112-2.3"},
      {"CR CR LF behind the version", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", 400, "",
       "rfc9112-2.2"},
      {"a tab behind the version", "GET / HTTP/1.1\t" + host_a, 400, "", "rfc9112-3"},
      {"an RTSP request", "OPTIONS * RTSP/1.0" + host_a, 400, "", "rfc9112-2.3"},
      {"an ICAP request", "REQMOD / ICAP/1.0" + host_a, 400, "", "rfc9112-2.3"},
      {"a proxy protocol header", "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\nGET / HTTP/1.1" + host_a, 400,
       "", "rfc9112-3.2"},
      {"a target that is a bare host", "GET a/b HTTP/1.1" + host_a, 400, "", "rfc9112-3.2"},
      {"a target that begins with a backslash", "GET \\a HTTP/1.1" + host_a, 400, "",
       "rfc9112-3.2"},
      {"an absolute target with a space in its host", "GET http://a b/ HTTP/1.1" + host_a, 400, "",
       "rfc9112-3.2.2"},
      {"an absolute target with a bad port", "GET http://a:b/ HTTP/1.1" + host_a, 400, "",
       "rfc9112-3.2.2"},
      {"a Host with a fragment", host("a#b"), 400, "", "rfc9110-7.2"},
      {"a Host with a query", host("a?b"), 400, "", "rfc9110-7.2"},
      {"a Host with a backslash", host("a\\b"), 400, "", "rfc9110-7.2"},
      {"a Host in angle brackets", host("<script>"), 400, "", "rfc9110-7.2"},
      {"a Host with two ports", host("a:80:80"), 400, "", "rfc9110-7.2"},
      {"a Host in quotes", host("\"a\""), 400, "", "rfc9110-7.2"},
      {"a second Host behind a space", "GET / HTTP/1.1\r\nHost: a\r\nHost : b\r\n\r\n", 400, "",
       "rfc9112-5.1"},
      {"a second Host in another case", "GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n", 400, "",
       "rfc9112-3.2"},
      {"a second Host on a folded line", "GET / HTTP/1.1\r\nX: y\r\n Host: b\r\nHost: a\r\n\r\n",
       400, "", "rfc9112-5.2"},
  };
}

}  // namespace strata::test
