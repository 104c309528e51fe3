// tests/ws/conformance_offer_rows.h - rows about agreeing on compression, rfc7692-5 and -7.1: what
// our server answers to an offer, what our client makes of an answer. Behind each the connection
// has to work as agreed.
#pragma once
#include <string>

#include "tests/ws/conformance_deflate_rows.h"

namespace strata::conformance {

// Taken: messages go compressed both ways, and what repeats is found within the window.
inline Row taken(const std::string& offer, const std::string& answer) {
  const std::string twice = letters(600) + letters(600);
  const Frames sent = times(2, packed_text(test::deflated(twice, 8)));
  return {"offer " + offer, "rfc7692-7.1", sent, times(2, packed_text(twice)), goes_on, For::server,
          Room::usual,      answer,        offer};
}

// Declined: the connection opens without compression (rfc7692-7.1), and RSV1 is an error.
inline Row declined(const std::string& offer) {
  return {"offer " + offer,
          "rfc7692-7.1",
          {text("plain"), packed_text(hello)},
          {text("plain")},
          fails(1002),
          For::server,
          Room::usual,
          "",
          offer};
}

inline Rows taken_rows() {
  const std::string pd = "permessage-deflate";
  const std::string s_no = "; server_no_context_takeover";
  const std::string c_no = "; client_no_context_takeover";
  Rows rows{
      taken(pd, pd),
      taken(pd + s_no, pd + s_no),
      taken(pd + c_no, pd + c_no),
      taken(pd + c_no + s_no, pd + s_no + c_no),
      taken(pd + "; client_max_window_bits", pd),
      taken(pd + "; client_max_window_bits=15", pd),
      taken(pd + "; server_max_window_bits=9; client_max_window_bits",
            pd + "; server_max_window_bits=9"),
      taken(pd + s_no + c_no + "; server_max_window_bits=12; client_max_window_bits=11",
            pd + s_no + c_no + "; server_max_window_bits=12; client_max_window_bits=11"),
      taken(pd + "; client_max_window_bits=11; server_max_window_bits=12" + c_no,
            pd + c_no + "; server_max_window_bits=12; client_max_window_bits=11"),
      taken(pd + "; server_max_window_bits=\"10\"", pd + "; server_max_window_bits=10"),
      taken(pd + "; client_max_window_bits=\"10\"", pd + "; client_max_window_bits=10"),
      taken(pd + " ;  server_max_window_bits = 10 ", pd + "; server_max_window_bits=10"),
      taken(pd + ";server_no_context_takeover;client_max_window_bits", pd + s_no),
      // The first that makes sense is taken.
      taken(pd + ", " + pd + s_no, pd),
      taken(pd + s_no + ", " + pd, pd + s_no),
      taken(pd + "; unknown, " + pd, pd),
      taken(pd + "; server_max_window_bits=7, " + pd + "; server_max_window_bits=10",
            pd + "; server_max_window_bits=10"),
      taken("x-webkit-deflate-frame, " + pd, pd),
      taken(pd + "; server_max_window_bits, " + pd + c_no + ", " + pd, pd + c_no),
      taken("bbf-usp-protocol; eid=\"doc\", " + pd + "; client_max_window_bits", pd),
      taken(", ," + pd + ", ,", pd),
      taken("a;b=c," + pd + ",d", pd),
  };
  for (int bits = 8; bits <= 15; ++bits) {
    const std::string n = std::to_string(bits);
    const std::string server = "; server_max_window_bits=" + n;
    const std::string client = "; client_max_window_bits=" + n;
    rows.push_back(taken(pd + server, pd + server));
    if (bits < 15) rows.push_back(taken(pd + client, pd + client));
    rows.push_back(taken(pd + server + client, pd + server + (bits < 15 ? client : "")));
  }
  return rows;
}

inline Rows declined_rows() {
  Rows rows;
  for (const char* const parameter : {"server_max_window_bits",
                                      "server_max_window_bits=7",
                                      "server_max_window_bits=16",
                                      "server_max_window_bits=0",
                                      "server_max_window_bits=08",
                                      "server_max_window_bits=010",
                                      "server_max_window_bits=1",
                                      "server_max_window_bits=9999999999999999999999",
                                      "server_max_window_bits=a",
                                      "server_max_window_bits=-9",
                                      "server_max_window_bits=+9",
                                      "server_max_window_bits=9.0",
                                      "server_max_window_bits=0x9",
                                      "server_max_window_bits=9; server_max_window_bits=9",
                                      "server_max_window_bits=9; server_max_window_bits=10",
                                      "client_max_window_bits=7",
                                      "client_max_window_bits=16",
                                      "client_max_window_bits=0",
                                      "client_max_window_bits=08",
                                      "client_max_window_bits=x",
                                      "client_max_window_bits; client_max_window_bits",
                                      "client_max_window_bits; client_max_window_bits=9",
                                      "server_no_context_takeover=1",
                                      "server_no_context_takeover=true",
                                      "client_no_context_takeover=0",
                                      "server_no_context_takeover; server_no_context_takeover",
                                      "client_no_context_takeover; client_no_context_takeover",
                                      "unknown",
                                      "unknown=1",
                                      "mode=fast; client_max_window_bits",
                                      "constructor",
                                      "__proto__=1",
                                      "SERVER_NO_CONTEXT_TAKEOVER=1",
                                      "server-no-context-takeover"})
    rows.push_back(declined("permessage-deflate; " + std::string(parameter)));
  for (const char* const offer :
       {"permessage-deflated", "permessage-bzip2", "permessage_deflate", "deflate", "x-deflate",
        "permessage-deflate-frame, x-webkit-deflate-frame", "a; permessage-deflate",
        "a; b=permessage-deflate", "permessage-deflate; a, permessage-deflate; b"})
    rows.push_back(declined(offer));
  return rows;
}

// What our client offers is "permessage-deflate; client_max_window_bits": each of these is an
// answer to it.
inline Rows answer_rows() {
  const std::string pd = "permessage-deflate";
  const std::string s_no = "; server_no_context_takeover";
  const std::string c_no = "; client_no_context_takeover";
  std::vector<std::string> answers_of_servers{
      pd,
      pd + s_no,
      pd + c_no,
      pd + s_no + c_no,
      pd + c_no + s_no,
      pd + "; server_max_window_bits=12" + s_no + "; client_max_window_bits=9" + c_no,
      pd + ";server_max_window_bits=12;client_max_window_bits=9",
      pd + "; server_max_window_bits=\"11\""};
  for (int bits = 8; bits <= 15; ++bits) {
    answers_of_servers.push_back(pd + "; server_max_window_bits=" + std::to_string(bits));
    answers_of_servers.push_back(pd + "; client_max_window_bits=" + std::to_string(bits));
  }
  Rows rows;
  for (const std::string& answer : answers_of_servers) {
    Row row = taken("client_max_window_bits", answer);
    row.what = "answer " + answer;
    row.who = For::client;
    rows.push_back(row);
  }
  return rows;
}

}  // namespace strata::conformance
