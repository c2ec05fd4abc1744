import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';

import { FaceTry, TURN } from '../../web/dashboard/face_step/face_try.js';

function tried(answers, { pictures = 1 } = {}) {
  const told = [];
  const sent = [];
  const one = new FaceTry({
    challengeUrl: '/challenge',
    tryUrl: '/try',
    token: 'token',
    take: async ({ frames = 4 }) => Array.from({ length: pictures * frames }, () => new Blob(['picture'])),
    onAsked: (kind) => told.push(kind),
    onSending: () => told.push('sending'),
    request: async (url, { body, headers }) => {
      sent.push({ url, body, token: headers['X-CSRFToken'] });
      const { status, json } = answers.shift();
      return { ok: status < 300, status, json: async () => json };
    },
  });
  return { told, sent, outcome: one.run() };
}

const ASKED = { status: 200, json: { id: 'one', kind: 'turn_left' } };

describe('a try to sign in with the face', () => {
  it('sends the burst and the answer to the challenge', async () => {
    const { told, sent, outcome } = tried([ASKED, { status: 200, json: { next: '/courses' } }]);
    assert.deepEqual(await outcome, { next: '/courses' });
    assert.deepEqual(told, ['turn_left', 'sending']);
    const { body, token } = sent[1];
    assert.equal(token, 'token');
    assert.equal(body.get('challenge'), 'one');
    assert.equal(body.getAll('frames').length, 4);
    assert.equal(body.getAll('challenge_frames').length, TURN.frames);
  });

  it('shows as much time as it takes', async () => {
    const css = await readFile(new URL('../../web/dashboard/face_step.css', import.meta.url), 'utf8');
    assert.match(css, new RegExp(`animation: face-ring-fills ${TURN.seconds}s `));
  });

  it('hands on what the server says of a refusal', async () => {
    const refusal = { message: 'That was the other side.', left: 3 };
    assert.deepEqual(await tried([ASKED, { status: 422, json: refusal }]).outcome, refusal);
  });

  for (const [status, fault] of [[429, 'busy'], [503, 'busy'], [409, 'over'], [401, 'over'], [500, 'failed']]) {
    it(`tells ${status} as ${fault}`, async () => {
      const { told, outcome } = tried([{ status }]);
      assert.deepEqual(await outcome, { fault });
      assert.deepEqual(told, []);
    });
  }

  it('asks for nothing when the camera gives no picture', async () => {
    const { sent, outcome } = tried([], { pictures: 0 });
    assert.deepEqual(await outcome, { fault: 'failed' });
    assert.equal(sent.length, 0);
  });
});
