// tests/sio/hostile_rows.h - what hostile clients say to a Socket.IO server before they are let in,
// and with an identity that is not theirs; row by row with the defined answer. Those of a client
// that was let in stand in hostile_member_rows.h; the server that they meet in hostile_world.h.
#pragma once
#include <string>
#include <vector>

namespace strata::test {

using Texts = std::vector<std::string>;

struct HostileRow {
  std::string what;
  Texts said;              // packets; "b:..." is a binary message; "..." lets the time pass
  Texts heard;             // all that comes back; an id that was made stands there as *
  std::string end;         // the reason of its connection's end; empty: it lives on
  std::string error = {};  // a part of what the application hears: `error`, or the log's line
};

constexpr char forced[] = "forced close";        // what was said is no packet
constexpr char order[] = "forced server close";  // it is one, and has no business there
constexpr char early[] = "a packet before CONNECT";
constexpr char twice[] = "a second CONNECT for one namespace";
constexpr char too_late[] = "no namespace was joined in time";
constexpr char no_json[] = "invalid JSON";
constexpr char welcome[] = "0{\"sid\":\"*\"}";

inline std::string many(std::size_t count, std::string_view text) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all.append(text);
  return all;
}
inline std::string brackets(std::size_t count) { return many(count, "["); }
inline std::string closed(std::size_t count) { return brackets(count) + many(count, "]"); }
inline std::string attached(std::string_view num) {
  return "{\"_placeholder\":true,\"num\":" + std::string(num) + "}";
}
inline std::string invalid(const std::string& nsp) {
  return "4" + nsp + ",{\"message\":\"Invalid namespace\"}";
}
inline Texts numbered(std::size_t count, const std::string& front, const std::string& behind) {
  Texts all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(front + std::to_string(i) + behind);
  return all;
}
inline Texts with(Texts all, const std::string& last) {
  all.push_back(last);
  return all;
}
inline const std::string full = "\"Too many namespaces\"}";

// Nothing of these is in a namespace yet. Of one connection 8 namespaces are taken.
inline const std::vector<HostileRow> strangers = {
    // --- not CONNECT ---
    {"an event", {"2[\"echo\",1]"}, {}, order, early},
    {"an event that asks", {"21[\"echo\"]"}, {}, order, early},
    {"an answer", {"30[]"}, {}, order, early},
    {"a farewell", {"1"}, {}, order, early},
    {"a refusal", {"4{\"message\":\"x\"}"}, {}, order, early},
    {"attachments announced", {"51-[\"echo\"," + attached("0") + "]"}, {}, order, early},
    {"an answer with attachments", {"61-1[" + attached("0") + "]"}, {}, order, early},
    {"an attachment", {"b:x"}, {}, forced, "got binary data"},
    {"an attachment of a megabyte", {"b:" + std::string(900'000, 'x')}, {}, forced, "got binary"},
    {"nothing", {""}, {}, forced, "empty packet"},
    {"type 7", {"7"}, {}, forced, "unknown packet type"},
    {"type 9", {"9[\"echo\"]"}, {}, forced, "unknown packet type"},
    {"type x", {"x"}, {}, forced, "unknown packet type"},
    {"a minus", {"-1"}, {}, forced, "unknown packet type"},
    {"a blank first", {" 0"}, {}, forced, "unknown packet type"},
    {"a blank behind", {"0 "}, {}, forced, no_json},
    {"a NUL", {std::string(1, '\0')}, {}, forced, "unknown packet type"},
    // --- namespaces ---
    {"an unknown one", {"0/nowhere,"}, {invalid("/nowhere")}, "", ""},
    {"with a query", {"0/nowhere?x=1,"}, {invalid("/nowhere?x=1")}, "", ""},
    {"a query on a known one", {"0/admin?x=1,"}, {invalid("/admin?x=1")}, "", ""},
    {"__proto__", {"0/__proto__,"}, {invalid("/__proto__")}, "", ""},
    {"constructor", {"0/constructor,"}, {invalid("/constructor")}, "", ""},
    {"toString", {"0/toString"}, {invalid("/toString")}, "", ""},
    {"a parent's own name", {"0/_0,", "0/_1,"}, {invalid("/_0"), invalid("/_1")}, "", ""},
    {"a NUL in it", {std::string("0/a\0b,", 6)}, {invalid(std::string("/a\0b", 4))}, "", ""},
    {"255 bytes", {"0/" + many(254, "n")}, {invalid("/" + many(254, "n"))}, "", ""},
    {"256 bytes", {"0/" + many(255, "n")}, {}, forced, "illegal namespace"},
    {"a megabyte", {"0/" + many(900'000, "n") + ","}, {}, forced, "illegal namespace"},
    {"no UTF-8", {"0/\xff,"}, {}, forced, "illegal namespace"},
    {"a surrogate in UTF-8", {"0/\xed\xa0\x80,"}, {}, forced, "illegal namespace"},
    {"overlong UTF-8", {"0/\xc0\xaf,"}, {}, forced, "illegal namespace"},
    {"no slash", {"0admin,"}, {}, forced, no_json},
    {"too many", with(numbered(8, "0/room-", ","), "0/room-8,"),
     with(numbered(8, "0/room-", ",{\"sid\":\"*\"}"), "4/room-8,{\"message\":" + full), "", ""},
    {"200 unknown ones", Texts(200, "0/no,"), Texts(200, invalid("/no")), "", ""},
    {"in and out",
     {"0/room-1,", "1/room-1", "0/room-1", "1/room-1,"},
     {"0/room-1,{\"sid\":\"*\"}", "0/room-1,{\"sid\":\"*\"}"},
     "",
     ""},
    // --- auth ---
    {"an array", {"0[1]"}, {}, forced, "invalid payload"},
    {"text", {"0\"token\""}, {}, forced, "invalid payload"},
    {"true", {"0true"}, {}, forced, "invalid payload"},
    {"null", {"0null"}, {}, forced, "invalid payload"},
    {"a number is an id, and means nothing", {"042"}, {welcome}, "", ""},
    {"half an object", {"0{\"token\""}, {}, forced, no_json},
    {"more than an object", {"0{\"token\":1}x"}, {}, forced, no_json},
    {"100,000 brackets", {"0{\"a\":" + brackets(100'000)}, {}, forced, no_json},
    {"100,000 brackets, closed", {"0{\"a\":" + closed(100'000) + "}"}, {}, forced, no_json},
    {"100,000 objects", {"0" + many(100'000, "{\"a\":")}, {}, forced, no_json},
    {"depth 129", {"0{\"a\":" + closed(128) + "}"}, {}, forced, no_json},
    {"depth 128", {"0{\"a\":" + closed(127) + "}"}, {welcome}, "", ""},
    {"as long as a packet", {"0{\"a\":\"" + many(125'000, "x") + "\"}"}, {welcome}, "", ""},
    {"the prototype has the token",
     {"0/admin,{\"__proto__\":{\"token\":\"sesame\"}}"},
     {"4/admin,{\"message\":\"who are you\",\"data\":{\"code\":401}}"},
     "",
     ""},
    {"the token twice: the last counts",
     {"0/admin,{\"token\":\"sesame\",\"token\":\"no\"}"},
     {"4/admin,{\"message\":\"who are you\",\"data\":{\"code\":401}}"},
     "",
     ""},
    {"a token that makes the middleware throw",
     {"0/admin,{\"token\":[\"sesame\"]}"},
     {"4/admin,{\"message\":\"Internal error\"}"},
     "",
     "a middleware threw"},
    {"attachments in it", {"01-[\"x\"]"}, {}, forced, no_json},
    // --- twice, early, never ---
    {"CONNECT twice", {"0", "0"}, {welcome}, order, twice},
    {"twice while a middleware thinks", {"0/slow,", "0/slow,"}, {}, order, twice},
    {"an event while it thinks", {"0/slow,", "2/slow,[\"e\"]"}, {}, order, early},
    {"a farewell while it thinks", {"0/slow,", "1/slow,"}, {}, order, early},
    {"an attachment while it thinks", {"0/slow,", "51-/slow,[\"e\"]"}, {}, order, early},
    {"twice while a rule thinks", {"0/think-1,", "0/think-1,"}, {}, order, twice},
    {"an event while it thinks of a name", {"0/think-1,", "2/think-1,[\"e\"]"}, {}, order, early},
    {"more names than it may think of",
     numbered(10, "0/think-", ","),
     {"4/think-8,{\"message\":" + full, "4/think-9,{\"message\":" + full},
     "",
     ""},
    {"silence", {"..."}, {}, order, too_late},
    {"silence behind a refusal", {"0/no,", "..."}, {invalid("/no")}, order, too_late},
    {"silence while a middleware thinks", {"0/slow,", "..."}, {}, order, too_late},
    {"silence while a rule thinks", {"0/think-1,", "..."}, {}, order, too_late},
};

// A victim was here, and its connection broke. PID and OFFSET are what it was told; OTHER is the
// private id of somebody who is still there, LEFT that of one who said goodbye.
constexpr char anew[] = "0{\"sid\":\"*\",\"pid\":\"*\"}";
inline const std::vector<HostileRow> ghosts = {
    {"no offset", {"0{\"pid\":\"PID\"}"}, {anew}, "", ""},
    {"no pid", {"0{\"offset\":\"OFFSET\"}"}, {anew}, "", ""},
    {"an offset that is a number", {"0{\"pid\":\"PID\",\"offset\":1}"}, {anew}, "", ""},
    {"an offset that is null", {"0{\"pid\":\"PID\",\"offset\":null}"}, {anew}, "", ""},
    {"an offset of the future", {"0{\"pid\":\"PID\",\"offset\":\"zzz\"}"}, {anew}, "", ""},
    {"a negative offset", {"0{\"pid\":\"PID\",\"offset\":\"-1\"}"}, {anew}, "", ""},
    {"an empty offset", {"0{\"pid\":\"PID\",\"offset\":\"\"}"}, {anew}, "", ""},
    {"an offset of 100,000 digits",
     {"0{\"pid\":\"PID\",\"offset\":\"" + many(100'000, "9") + "\"}"},
     {anew},
     "",
     ""},
    {"a pid of 100,000 letters",
     {"0{\"pid\":\"" + many(100'000, "x") + "\",\"offset\":\"OFFSET\"}"},
     {anew},
     "",
     ""},
    {"an empty pid", {"0{\"pid\":\"\",\"offset\":\"OFFSET\"}"}, {anew}, "", ""},
    {"a prototype's pid", {"0{\"pid\":\"__proto__\",\"offset\":\"OFFSET\"}"}, {anew}, "", ""},
    {"a pid that is an array", {"0{\"pid\":[\"PID\"],\"offset\":\"OFFSET\"}"}, {anew}, "", ""},
    {"half a pid", {"0{\"pid\":\"PID\\u0000\",\"offset\":\"OFFSET\"}"}, {anew}, "", ""},
    {"who is still there", {"0{\"pid\":\"OTHER\",\"offset\":\"OFFSET\"}"}, {anew}, "", ""},
    {"who said goodbye", {"0{\"pid\":\"LEFT\",\"offset\":\"OFFSET\"}"}, {anew}, "", ""},
    {"another namespace",
     {"0/b,{\"pid\":\"PID\",\"offset\":\"OFFSET\"}"},
     {"0/b,{\"sid\":\"*\",\"pid\":\"*\"}"},
     "",
     ""},
};

}  // namespace strata::test
