// tests/interop/silence.js - a client of npm's engine.io-client that is there, and says nothing.
'use strict';

// From here on it answers no ping, and does not give up itself: who ends it is the server.
function fall_silent(engine) {
  engine._sendPacket = () => {};  // a pong is a packet
  engine._resetPingTimeout = () => {};
  clearTimeout(engine._pingTimeoutTimer);
}

module.exports = {fall_silent};
