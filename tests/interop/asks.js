// tests/interop/asks.js - one HTTP request, and bytes on a socket.
'use strict';
const http = require('http');
const net = require('net');
const {limited} = require('./runner');

// One request; resolves to {status, headers, body}. A server may close a connection that it kept
// just as it is used again: then another is taken.
function ask(url, options) {
  return ask_once(url, options).catch((error) => {
    if (!error.kept || error.code !== 'ECONNRESET') throw error;
    return ask_once(url, options);
  });
}

function ask_once(url, {method = 'GET', headers = {}, body, agent} = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, {method, headers, agent}, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({
                           status: response.statusCode,
                           headers: response.headers,
                           body: Buffer.concat(chunks),
                           socket: request.socket
                         }));
    });
    request.on('error', (error) => reject(Object.assign(error, {kept: request.reusedSocket})));
    if (Array.isArray(body)) body.forEach((chunk) => request.write(chunk));
    request.end(Array.isArray(body) ? undefined : body);
  });
}

// Sends `text` as it stands; resolves to all that comes until the server closes or `until` holds.
function raw(port, text, until = () => false) {
  return limited(
      new Promise((resolve, reject) => {
        const socket = net.connect(port, '127.0.0.1', () => socket.write(text));
        let got = '';
        const done = () => {
          socket.destroy();
          resolve(got);
        };
        socket.on('data', (data) => {
          got += data.toString('latin1');
          if (until(got)) done();
        });
        socket.on('end', done);
        socket.on('error', (error) => (got ? done() : reject(error)));
      }),
      'answer');
}

module.exports = {
  ask,
  raw
};
