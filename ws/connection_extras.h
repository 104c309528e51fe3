// ws/connection_extras.h - what few connections have, behind one pointer. For ws/connection*.cpp.
#pragma once
#include <string>

#include "ws/connection.h"
#include "ws/topics.h"

namespace strata::ws {

struct Connection::Extras {
  explicit Extras(Connection* connection) : topics(connection) {}
  Subscriber topics;
  std::string subprotocol;
  std::string reason;  // of the end, in the words of others
};

}  // namespace strata::ws
