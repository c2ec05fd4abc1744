import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { describe, it } from 'node:test';

import { Clock } from '../../web/kiosk/clock.js';
import { BACK_OFF, initial, step } from '../../web/kiosk/machine.js';
import { Delivery } from '../../web/kiosk/offline/delivery.js';
import { pack, unpack } from '../../web/kiosk/offline/visit_record.js';

const CLASS = { id: 7, title: 'Monday', course: { code: 'FACE101', name: 'Portraits' }, is_demo: false };
const KEEPING = { hours: 12, visits: 2 };
const known = { paired: true, sessions: [CLASS], keeping: KEEPING };
const server = { type: 'SERVER', status: 'ok', kiosk: { ...known, demo: false } };
const away = { type: 'SERVER', status: 'away' };
const camera = { type: 'CAMERA', status: 'live' };
const play = (state, ...events) => events.reduce((one, event) => step(one, event).state, state);

function captured(state) {
  let next = step(state, { type: 'CAPTURE' });
  while (next.effects.some((one) => one.event?.type === 'TICK')) {
    next = step(next.state, next.effects.find((one) => one.event?.type === 'TICK').event);
  }
  return step(next.state, { type: 'CAPTURED', nonce: 'n-1', capturedAt: '2026-03-02T00:00:00Z' });
}

describe('while the server is away', () => {
  it('a kiosk that is allowed to goes on, and keeps the visit', () => {
    const resting = play(initial(), server, camera, away);
    assert.equal(resting.name, 'waiting');
    const { state, effects } = captured(resting);
    assert.deepEqual(effects.map((one) => one.type), ['keep']);
    assert.deepEqual([effects[0].visit.nonce, effects[0].visit.session], ['n-1', 7]);
    const kept = step(state, { type: 'KEPT', nonce: 'n-1', count: 1 });
    assert.deepEqual([kept.state.name, kept.state.detail.kind, kept.state.world.kept], ['done', 'kept', 1]);
  });

  it('it starts from what the server said last', () => {
    assert.equal(play(initial({ known }), camera, away).name, 'waiting');
    assert.equal(play(initial(), camera, away).detail.kind, 'server_away');
  });

  it('a visit that the server stopped answering is kept under its nonce', () => {
    let { state } = captured(play(initial(), server, camera));
    let effects = [];
    for (let attempt = 0; attempt <= BACK_OFF.length; attempt += 1) {
      ({ state, effects } = step(state, { type: 'SUBMIT_FAILED', nonce: 'n-1' }));
    }
    assert.deepEqual(effects.map((one) => one.type), ['keep', 'refresh']);
    assert.equal(effects[0].visit.nonce, 'n-1');
  });

  it('codes and PINs are kept, too', () => {
    const resting = play(initial(), server, camera, away);
    const { effects } = step(resting, { type: 'CODE', code: 'FC1.abcdefgh', nonce: 'n-2', capturedAt: 't' });
    const [keep] = effects.filter((one) => one.type === 'keep');
    assert.deepEqual([keep.visit.kind, keep.visit.code], ['code', 'FC1.abcdefgh']);
  });

  it('a full box, a kiosk that is not paired or not allowed says that the server is away', () => {
    for (const change of [{ keeping: null }, { keeping: { hours: 0, visits: 2 } }, { paired: false }, { sessions: [] }]) {
      const other = { ...server, kiosk: { ...server.kiosk, ...change } };
      assert.equal(play(initial(), other, camera, away).detail.kind, 'server_away', JSON.stringify(change));
    }
    assert.equal(play(initial(), server, camera, { type: 'KEPT_COUNT', count: 2 }, away).detail.kind, 'server_away');
  });

  it('what cannot be kept is said', () => {
    const { state } = captured(play(initial(), server, camera, away));
    const failed = step(state, { type: 'KEEP_FAILED', nonce: 'n-1' }).state;
    assert.deepEqual([failed.name, failed.detail.reason], ['retry', 'not_kept']);
  });
});

describe('a visit as bytes', () => {
  it('comes back as it was, frames and all', async () => {
    const frames = [new Blob(['one']), new Blob([webcrypto.getRandomValues(new Uint8Array(500))])];
    const visit = unpack(await pack({ nonce: 'n', capturedAt: '한글', frames }));
    assert.deepEqual([visit.nonce, visit.capturedAt], ['n', '한글']);
    assert.equal(await visit.frames[0].text(), 'one');
    assert.deepEqual(await visit.frames[1].arrayBuffer(), await frames[1].arrayBuffer());
    assert.deepEqual(unpack(await pack({ nonce: 'n' })).frames, []);
  });
});

describe('delivery', () => {
  const boxOf = (visits) => ({
    visits: new Map(visits.map((one) => [one.nonce, one])),
    async sweep() { return this.visits.size; },
    async nonces() { return [...this.visits.keys()]; },
    async open(nonce) { return this.visits.get(nonce); },
    async remove(nonce) { this.visits.delete(nonce); },
    async count() { return this.visits.size; },
  });
  const visit = (nonce, more = {}) => ({ kind: 'face', nonce, capturedAt: '2026-03-02T00:00:00.000Z', clockKnown: true, frames: [], ...more });

  async function deliver(visits, answer, clock = { now: () => 0, offset: 0 }) {
    const sent = [];
    const box = boxOf(visits);
    const take = async (told) => {
      sent.push(told);
      return answer(told);
    };
    let left = null;
    const delivery = new Delivery({ box, clock, network: { submit: take, claim: take }, onCount: (count) => (left = count) });
    await Promise.all([delivery.deliver(KEEPING), delivery.deliver(KEEPING)]);
    return { sent, left };
  }
  const decided = ({ nonce }) => ({ type: 'RESULT', nonce, body: { reason: 'match' } });

  it('sends each once, in order, marked as kept', async () => {
    const { sent, left } = await deliver([visit('n-1'), visit('n-2')], decided);
    assert.deepEqual(sent.map((one) => [one.nonce, one.kept]), [['n-1', true], ['n-2', true]]);
    assert.equal(left, 0);
  });

  it('keeps what the server has not decided about', async () => {
    const { sent, left } = await deliver([visit('n-1'), visit('n-2')], () => ({ type: 'SUBMIT_FAILED' }));
    assert.deepEqual([sent.length, left], [1, 2]);
    const revoked = () => ({ type: 'RESULT', body: { reason: 'kiosk_not_paired' } });
    assert.equal((await deliver([visit('n-1')], revoked)).left, 1);
  });

  it('corrects the time of a clock that was not checked then', async () => {
    const late = { now: () => 0, offset: 3_600_000 };
    const { sent } = await deliver([visit('n-1', { clockKnown: false }), visit('n-2')], decided, late);
    assert.deepEqual(sent.map((one) => one.capturedAt), ['2026-03-02T01:00:00.000Z', '2026-03-02T00:00:00.000Z']);
  });
});

describe('the clock', () => {
  it('is corrected by the server’s and says when it was wrong', () => {
    const clock = new Clock({ wall: () => 1_000_000 });
    assert.deepEqual([clock.known, clock.wrong, clock.now()], [false, false, 1_000_000]);
    assert.ok(clock.see({ sent: 999_900, received: 1_000_100, server: 8_200_000 }));
    assert.deepEqual([clock.known, clock.wrong, clock.now()], [true, true, 8_200_000]);
  });

  it('does not jump about with the network', () => {
    const clock = new Clock({ offset: 500, wall: () => 0 });
    assert.ok(!clock.see({ sent: 0, received: 200, server: 1_300 }));
    assert.ok(!clock.see({ sent: 0, received: 60_000, server: 9_000_000 }), 'a slow answer says nothing');
    assert.ok(!clock.see({ sent: 0, received: 10, server: Number.NaN }));
    assert.equal(clock.offset, 500);
    assert.ok(clock.see({ sent: 0, received: 200, server: 5_000 }));
  });
});
