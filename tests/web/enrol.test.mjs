import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Sending } from '../../web/dashboard/enrol/sending.js';
import { ShotList } from '../../web/dashboard/enrol/shot_list.js';
import { Shutter } from '../../web/dashboard/enrol/shutter.js';

const SHOTS = ['front', 'smile', 'glasses'];

describe('the list of shots', () => {
  it('goes from one to the next, and begins after those that are there', () => {
    const list = new ShotList(SHOTS, ['front']);
    assert.equal(list.current, 'smile');
    assert.equal(list.place, 2);
    list.take();
    assert.equal(list.current, 'glasses');
    list.take();
    assert.equal(list.current, null);
  });

  it('passes over what is skipped, and comes back to what is chosen', () => {
    const list = new ShotList(SHOTS);
    list.skip();
    list.take();
    list.take();
    assert.equal(list.current, null);
    assert.equal(list.isTaken('front'), false);
    list.choose('front');
    assert.equal(list.current, 'front');
    list.take();
    assert.equal(list.current, null);
  });

  it('takes one again without asking for the others', () => {
    const list = new ShotList(SHOTS, SHOTS);
    list.choose('smile');
    list.take();
    assert.equal(list.current, null);
  });
});

describe('the shutter', () => {
  /** Looks every 300 ms; gives the first time at which it takes. */
  const takenAt = (looks, countsDown = false) => {
    const shutter = new Shutter();
    return looks.findIndex((fits, index) => shutter.see(fits, 10_000 + 300 * index, countsDown).take) * 300;
  };

  it('takes after a second of looks that fit', () => assert.equal(takenAt(Array(9).fill(true)), 1200));

  it('counts down from three for what is asked in words', () => {
    const shutter = new Shutter();
    const shown = Array.from({ length: 11 }, (_, index) => shutter.see(true, 10_000 + 300 * index, true).seconds);
    assert.deepEqual([...new Set(shown)], [3, 2, 1, null]);
    assert.equal(takenAt(Array(12).fill(true), true), 3000);
  });

  it('forgives one look, not two', () => {
    assert.equal(takenAt([true, true, false, true, true, true]), 1200);
    assert.equal(takenAt([true, true, false, false, true, true, true, true, true]), 2400);
  });

  it('does not count a time in which nobody looked', () => {
    const shutter = new Shutter();
    shutter.see(true, 10_000, false);
    assert.equal(shutter.see(true, 14_000, false).take, false);
  });

  it('starts anew after it has taken', () => {
    const shutter = new Shutter();
    const takes = Array.from({ length: 9 }, (_, index) => shutter.see(true, 10_000 + 300 * index, false).take);
    assert.deepEqual(takes.flatMap((take, index) => (take ? [index] : [])), [4]);
  });
});

describe('sending', () => {
  const answering = (status, body) => async () => new Response(body, { status });
  const sending = (request) => new Sending({ checkUrl: '/check', photosUrl: '/photos', token: 't', request });

  it('tells the answers apart', async () => {
    const frame = new Blob(['x']);
    assert.deepEqual(await sending(answering(200, '{"hint":"ready"}')).look(frame, 'front'), { hint: 'ready' });
    assert.equal(await sending(answering(503, '')).look(frame, 'front'), 'busy');
    assert.equal(await sending(answering(429, '')).look(frame, 'front'), 'busy');
    assert.equal(await sending(answering(410, '')).look(frame, 'front'), 'over');
    assert.equal(await sending(answering(500, '')).look(frame, 'front'), 'failed');
    assert.equal(await sending(() => Promise.reject(new TypeError('offline'))).look(frame, 'front'), 'failed');
  });

  it('sends the shot with its photo, and the token', async () => {
    let sent = null;
    const keep = async (url, options) => {
      sent = { url, ...options };
      return new Response('{}');
    };
    await sending(keep).photo(new Blob(['x']), 'smile');
    assert.equal(sent.url, '/photos');
    assert.equal(sent.headers['X-CSRFToken'], 't');
    assert.equal(sent.body.get('shot'), 'smile');
    assert.equal(sent.body.get('photos').name, 'smile.jpg');
  });
});
