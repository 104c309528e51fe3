// tests/http/body_rows.h - chunked content and what becomes of it, rfc9112-7.1.
#pragma once
#include <string>
#include <vector>

#include "tests/http/request_rows.h"

namespace strata::test {

struct BodyRow {
  const char* what;
  std::string wire;
  int status;  // a refusal is proved by the last byte of `wire`; 0: `wire` is whole
  std::string content;
  const char* section;
};

inline std::vector<BodyRow> chunked_rows() {
  const std::string end = "0\r\n\r\n";
  const std::string ten = "A\r\n0123456789\r\n";
  return {
      {"no chunks", end, 0, "", "rfc9112-7.1"},
      {"one chunk", "5\r\nhello\r\n" + end, 0, "hello", "rfc9112-7.1"},
      {"three chunks", "3\r\nfoo\r\n1\r\n \r\n3\r\nbar\r\n" + end, 0, "foo bar", "rfc9112-7.1"},
      {"a size in capital letters", ten + end, 0, "0123456789", "rfc9112-7.1"},
      {"a size in small letters", "a\r\n0123456789\r\n" + end, 0, "0123456789", "rfc9112-7.1"},
      {"a size of two digits", "10\r\n0123456789abcdef\r\n" + end, 0, "0123456789abcdef",
       "rfc9112-7.1"},
      {"zeros before a size", "0000000000000005\r\nhello\r\n" + end, 0, "hello", "rfc9112-7.1"},
      {"zeros as the last size", "000\r\n\r\n", 0, "", "rfc9112-7.1"},
      {"CRLF as data", "2\r\n\r\n\r\n" + end, 0, "\r\n", "rfc9112-7.1"},
      {"a chunk that looks like the end", "5\r\n0\r\n\r\n\r\n" + end, 0, "0\r\n\r\n",
       "rfc9112-7.1"},
      {"an extension", "1;a\r\nx\r\n" + end, 0, "x", "rfc9112-7.1.1"},
      {"a quoted value", "1;a=b;c=\"d;\\\"\\\\ \t\xFF\";e\r\nx\r\n" + end, 0, "x", "rfc9112-7.1.1"},
      {"bad white space", "1 \t; a \t= b ;c = \"d\" ;e\r\nx\r\n" + end, 0, "x", "rfc9112-7.1.1"},
      {"an extension of the last chunk", "0;a=b\r\n\r\n", 0, "", "rfc9112-7.1.1"},
      {"a trailer", "0\r\nChecksum: 1f\r\n\r\n", 0, "", "rfc9112-7.1.2"},
      {"trailers that look like framing",
       "1\r\nx\r\n0\r\nContent-Length: 9\r\nTransfer-Encoding: x\r\nA:\r\n\r\n", 0, "x",
       "rfc9112-7.1.2"},

      {"no size", "\r", 400, "", "rfc9112-7.1"},
      {"a size that is no number", "g", 400, "", "rfc9112-7.1"},
      {"a size with 0x", "0x", 400, "", "rfc9112-7.1"},
      {"a size with a plus", "+", 400, "", "rfc9112-7.1"},
      {"a negative size", "-", 400, "", "rfc9112-7.1"},
      {"white space before a size", " ", 400, "", "rfc9112-7.1"},
      {"white space behind a size", "5 \r", 400, "", "rfc9112-7.1.1"},
      {"an underscore in a size", "1_", 400, "", "rfc9112-7.1"},
      {"a size of seventeen digits", "00000000000000001", 400, "", "rfc9112-7.1"},
      {"a size line that ends in a bare LF", "5\n", 400, "", "rfc9112-7.1"},
      {"a size line with a bare CR", "5\rh", 400, "", "rfc9112-7.1"},
      {"a bare LF in an extension", "5;a\n", 400, "", "rfc9112-7.1.1"},
      {"a bare LF in a value", "5;a=b\n", 400, "", "rfc9112-7.1.1"},
      {"a bare LF in a quoted value", "5;a=\"\n", 400, "", "rfc9112-7.1.1"},
      {"a CR in a quoted value", "5;a=\"\r", 400, "", "rfc9110-5.6.4"},
      {"an escaped LF", "5;a=\"\\\n", 400, "", "rfc9110-5.6.4"},
      {"NUL in a quoted value", std::string("5;a=\"\0", 6), 400, "", "rfc9110-5.6.4"},
      {"something behind a quoted value", "5;a=\"b\"c", 400, "", "rfc9112-7.1.1"},
      {"an extension without a name", "5;\r", 400, "", "rfc9112-7.1.1"},
      {"an extension that is only a value", "5;=", 400, "", "rfc9112-7.1.1"},
      {"an extension without its value", "5;a=\r", 400, "", "rfc9112-7.1.1"},
      {"two extensions without a semicolon", "5;a b", 400, "", "rfc9112-7.1.1"},
      {"data longer than its size", "5\r\nhello!", 400, "hello", "rfc9112-7.1"},
      {"a bare LF behind data", "5\r\nhello\n", 400, "hello", "rfc9112-7.1"},
      {"CVE-2025-55315: two bytes behind data", "5\r\nhello\rX", 400, "hello", "rfc9112-7.1"},
      {"data shorter than its size", "6\r\nhello\r\n", 400, "hello\r", "rfc9112-7.1"},
      {"a bare LF as the end", "0\r\n\n", 400, "", "rfc9112-7.1"},
      {"a bare CR as the end", "0\r\n\rG", 400, "", "rfc9112-7.1"},
      {"a trailer without a colon", "0\r\nA\r", 400, "", "rfc9112-7.1.2"},
      {"a trailer with a space before its colon", "0\r\nA ", 400, "", "rfc9112-5.1"},
      {"a trailer without a name", "0\r\n:", 400, "", "rfc9112-7.1.2"},
      {"a folded trailer", "0\r\nA: b\r\n ", 400, "", "rfc9112-5.2"},
      {"a trailer with a bare LF", "0\r\nA: b\n", 400, "", "rfc9112-7.1.2"},
      {"a trailer with a bare CR", "0\r\nA: b\rc", 400, "", "rfc9112-7.1.2"},
      {"NUL in a trailer", std::string("0\r\nA: \0", 7), 400, "", "rfc9112-7.1.2"},
      {"100 trailers", "0\r\n" + repeat(100, "A: b\r\n") + "\r\n", 0, "", "rfc6585-5"},
      {"101 trailers", "0\r\n" + repeat(100, "A: b\r\n") + "A", 431, "", "rfc6585-5"},
      {"trailers of 16 KiB", "0\r\nA:" + std::string(16384 - 6, 'v') + "\r\n\r\n", 0, "",
       "rfc6585-5"},
      {"trailers of one byte more", "0\r\nA:" + std::string(16384 - 6, 'v') + "v\r\n\r\n", 431, "",
       "rfc6585-5"},

      {"content over the limit, in one chunk", "F4241", 413, "", "rfc9110-15.5.14"},
      {"1 MiB, where 1 MB is the limit", "100000", 413, "", "rfc9110-15.5.14"},
      {"content over the limit, in the second chunk", ten + "F4237", 413, "0123456789",
       "rfc9110-15.5.14"},
      {"an extension that never ends", "1;" + std::string(16 * 1024 - 1, 'a'), 400, "",
       "rfc9112-7.1.1"},
      {"chunks of one byte",  // 5 bytes of framing each, of which a quarter byte is earned
       repeat(3449, "1\r\nx\r\n") + "1\r", 400, std::string(3449, 'x'), "rfc9112-7.1.1"},
  };
}

}  // namespace strata::test
