// tests/browser/chromium.js - just enough of the DevTools protocol: start, open tabs, evaluate,
// type, take a picture. Spoken over a pipe, so that no port and no package is needed:
// JSON texts, each ended by a zero byte, on the browser's descriptors 3 and 4.
'use strict';
const {spawn, spawnSync} = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const {limited} = require('../interop/runner');

const names =
    [process.env.CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function program() {
  const found =
      names.find((name) => name && spawnSync(name, ['--version'], {stdio: 'ignore'}).status === 0);
  if (!found) throw new Error('no Chromium here');
  return found;
}

class Browser {
  constructor() {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'strata-browser-'));
    this.child = spawn(
        program(),
        [
          '--headless',
          '--no-sandbox',
          '--disable-gpu',
          '--disable-quic',
          '--disable-dev-shm-usage',
          '--no-first-run',
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-sync',
          '--disable-background-timer-throttling',
          '--disable-renderer-backgrounding',
          '--disable-backgrounding-occluded-windows',
          '--no-proxy-server',
          '--remote-debugging-pipe',
          `--user-data-dir=${this.folder}`,
          'about:blank',
        ],
        {stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe']});
    this.complaints = '';
    this.child.stderr.on('data', (data) => {
      this.complaints = (this.complaints + data).slice(-2000);
    });
    this.ended = new Promise((resolve) => this.child.on('exit', resolve));
    this.calls = new Map();      // id -> {resolve, reject}
    this.listeners = new Map();  // session -> function(method, params)
    this.last_id = 0;
    let kept = '';
    this.child.stdio[4].on('data', (data) => {
      const parts = (kept + data).split('\0');
      kept = parts.pop();
      parts.forEach((part) => this.receive(JSON.parse(part)));
    });
    this.ended.then((code) => {
      for (const {reject} of this.calls.values())
        reject(new Error(`Chromium ended (${code}): ${this.complaints}`));
    });
    this.child.stdio[3].on('error', () => {});
    process.once('exit', () => this.remove());  // also after a failure in mid-test
  }

  receive(message) {
    const call = this.calls.get(message.id);
    if (!call) return void this.listeners.get(message.sessionId)?.(message.method, message.params);
    this.calls.delete(message.id);
    if (message.error)
      call.reject(new Error(message.error.message));
    else
      call.resolve(message.result);
  }

  call(method, params = {}, sessionId = undefined) {
    const id = ++this.last_id;
    this.child.stdio[3].write(JSON.stringify({id, method, params, sessionId}) + '\0');
    return limited(new Promise((resolve, reject) => this.calls.set(id, {resolve, reject})), method);
  }

  async open(url, width = 1100, height = 720) {
    const {targetId} = await this.call('Target.createTarget', {url: 'about:blank'});
    const {sessionId} = await this.call('Target.attachToTarget', {targetId, flatten: true});
    const tab = new Tab(this, targetId, sessionId);
    await tab.call('Page.enable');
    await tab.call('Runtime.enable');
    await tab.call('Network.enable');
    await tab.call(
        'Emulation.setDeviceMetricsOverride', {width, height, deviceScaleFactor: 1, mobile: false});
    await tab.call('Page.navigate', {url});
    return tab;
  }

  async close() {
    this.call('Browser.close').catch(() => {});
    await limited(this.ended, 'end of Chromium').catch(() => this.child.kill('SIGKILL'));
    await this.ended;
    this.remove();
  }

  remove() {
    this.child.kill('SIGKILL');
    fs.rmSync(this.folder, {recursive: true, force: true, maxRetries: 5});
  }
}

class Tab {
  constructor(browser, target, session) {
    Object.assign(this, {browser, target, session, errors: [], requests: [], handshakes: []});
    browser.listeners.set(session, (method, params) => {
      if (method === 'Runtime.exceptionThrown')
        this.errors.push(
            params.exceptionDetails.exception?.description || params.exceptionDetails.text);
      if (method === 'Runtime.consoleAPICalled' && params.type === 'error')
        this.errors.push(JSON.stringify(params.args));
      if (method === 'Network.requestWillBeSent') this.requests.push(params.request.url);
      if (method === 'Network.webSocketCreated') this.requests.push(params.url);
      if (method === 'Network.webSocketHandshakeResponseReceived')
        this.handshakes.push(params.response);
    });
  }

  call(method, params) { return this.browser.call(method, params, this.session); }

  async evaluate(expression) {
    const {result, exceptionDetails} =
        await this.call('Runtime.evaluate', {expression, returnByValue: true, awaitPromise: true});
    if (exceptionDetails)
      throw new Error(exceptionDetails.exception?.description || exceptionDetails.text);
    return result.value;
  }

  // Until the expression is truthy; answers its value. The page asks itself, once a frame.
  async until(expression, what = expression) {
    const asked = this.evaluate(`new Promise((resolve) => {
      const ask = () => { const value = ${
        expression}; value ? resolve(value) : setTimeout(ask, 20); };
      ask();
    })`);
    return limited(asked, what);
  }

  // As a person does: into what has the focus.
  async type(selector, text) {
    await this.until(`document.querySelector(${JSON.stringify(selector)})`);
    await this.evaluate(`document.querySelector(${JSON.stringify(selector)}).focus()`);
    await this.call('Input.insertText', {text});
  }
  async press_enter() {
    const key = {key: 'Enter', code: 'Enter', text: '\r', windowsVirtualKeyCode: 13};
    await this.call('Input.dispatchKeyEvent', {type: 'keyDown', ...key});
    await this.call('Input.dispatchKeyEvent', {type: 'keyUp', ...key});
  }

  async picture(file) {
    await this.call('Page.bringToFront');
    const {data} = await this.call('Page.captureScreenshot', {format: 'png'});
    fs.mkdirSync(path.dirname(file), {recursive: true});
    fs.writeFileSync(file, Buffer.from(data, 'base64'));
  }

  close() { return this.browser.call('Target.closeTarget', {targetId: this.target}); }
}

module.exports = {Browser};
