import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, it } from 'node:test';

import { Network } from '../../web/kiosk/network.js';

/** A real server on the loopback that answers as each test wants. */
let server;
let network;
let respond;
let requests;

beforeEach(async () => {
  requests = [];
  server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    requests.push({ method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() });
    respond(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  network = new Network({ root: `http://127.0.0.1:${server.address().port}/prefix/api/v1/`, locale: () => 'ko' });
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const json = (status, body, headers = {}) => (response) => {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
};
const visit = { nonce: 'n-1', capturedAt: '2026-03-02T00:00:00Z', session: 7, frames: [new Blob(['a']), new Blob(['b'])] };

describe('submitting a visit', () => {
  it('sends frames, nonce, session and time below the prefix', async () => {
    respond = json(200, { reason: 'match' });
    assert.deepEqual(await network.submit(visit), { type: 'RESULT', nonce: 'n-1', body: { reason: 'match' } });
    const [{ method, url, headers, body }] = requests;
    assert.deepEqual([method, url], ['POST', '/prefix/api/v1/check-ins']);
    assert.equal(headers['accept-language'], 'ko');
    assert.equal(body.match(/name="frames"; filename="frame-\d.jpg"/g).length, 2);
    for (const part of ['n-1', '2026-03-02T00:00:00Z', '7']) assert.ok(body.includes(`\r\n\r\n${part}\r\n`), part);
  });

  it('sends how it was begun, when that is known', async () => {
    respond = json(200, { reason: 'match' });
    await network.submit(visit);
    await network.submit({ ...visit, by: { way: 'gesture', confidence: 0.97 } });
    assert.ok(!requests[0].body.includes('name="gesture"'));
    assert.match(requests[1].body, /name="gesture"\r\n\r\n\{"way":"gesture","confidence":0.97\}\r\n/);
  });

  it('a refusal is a result, with its reason and problems', async () => {
    respond = json(422, { reason: 'low_quality', problems: ['too_dark'] });
    const event = await network.submit(visit);
    assert.deepEqual([event.type, event.body.problems], ['RESULT', ['too_dark']]);
  });

  for (const status of [500, 502, 503, 504, 429]) {
    it(`${status} means "not now"`, async () => {
      respond = json(status, {}, { 'Retry-After': '3' });
      assert.deepEqual(await network.submit(visit), { type: 'SUBMIT_FAILED', nonce: 'n-1', wait: 3000 });
    });
  }

  it('a server with many at its door says so, and for how long, to whoever shows a face or a code', async () => {
    respond = json(503, { reason: 'busy' }, { 'Retry-After': '2' });
    assert.deepEqual(await network.submit(visit), { type: 'SUBMIT_FAILED', nonce: 'n-1', wait: 2000, reason: 'busy' });
    const claim = { nonce: 'n-1', capturedAt: visit.capturedAt, session: 7, code: 'FC1.x' };
    assert.deepEqual(await network.claim(claim), { type: 'CLAIM_FAILED', nonce: 'n-1', wait: 2000, reason: 'busy' });
  });

  it('a proxy’s own refusal, which is no JSON, still means something', async () => {
    respond = (response) => {
      response.writeHead(413, { 'Content-Type': 'text/html' });
      response.end('<h1>413</h1>');
    };
    assert.deepEqual((await network.submit(visit)).body, { reason: 'server_error' });
  });

  it('a connection that breaks off, an answer that is no JSON and a server that is gone are failures', async () => {
    respond = (response) => response.destroy();
    assert.equal((await network.submit(visit)).type, 'SUBMIT_FAILED');
    respond = (response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end('{"reason":');
    };
    assert.equal((await network.submit(visit)).type, 'SUBMIT_FAILED');
    server.closeAllConnections();
    server.close();
    assert.equal((await network.submit(visit)).type, 'SUBMIT_FAILED');
  });

  it('an absurd Retry-After is not obeyed', async () => {
    respond = json(503, {}, { 'Retry-After': '86400' });
    assert.equal((await network.submit(visit)).wait, 10_000);
    respond = json(503, {}, { 'Retry-After': 'Fri, 20 Nov 2026 10:00:00 GMT' });
    assert.equal((await network.submit(visit)).wait, 0);
  });
});

describe('answering and asking', () => {
  it('sends the letter for the visit', async () => {
    respond = json(200, { status: 'accepted' });
    const event = await network.answer({ id: 'a/b', answer: 'O' });
    assert.deepEqual(event, { type: 'RECORDED', id: 'a/b', body: { status: 'accepted' } });
    assert.equal(requests[0].url, '/prefix/api/v1/check-ins/a%2Fb/answer');
    assert.equal(requests[0].body, '{"answer":"O"}');
  });

  it('an answer that came too late keeps its reason', async () => {
    respond = json(410, { reason: 'answer_expired' });
    assert.equal((await network.answer({ id: 'x', answer: 'O' })).body.reason, 'answer_expired');
  });

  it('the state of the server, or that it is away', async () => {
    respond = json(200, { paired: true, sessions: [] });
    assert.deepEqual(await network.status(), { type: 'SERVER', status: 'ok', kiosk: { paired: true, sessions: [] } });
    respond = json(502, {});
    assert.deepEqual(await network.status(), { type: 'SERVER', status: 'away' });
  });

  it('no demo class, no demo people', async () => {
    respond = json(404, { reason: 'demo_unavailable' });
    assert.deepEqual(await network.demoPeople(), []);
    respond = json(200, [{ id: 'dana' }]);
    assert.deepEqual(await network.demoPeople(), [{ id: 'dana' }]);
  });
});
