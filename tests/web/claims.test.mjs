import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { SeenBefore, isStudentCode } from '../../web/kiosk/codes/student_code.js';
import { BACK_OFF, initial, step } from '../../web/kiosk/machine.js';

const CLASS = { id: 7, title: 'Monday', course: { code: 'FACE101', name: 'Portraits' }, is_demo: false };
const STUDENT = { id: 3, name: '남궁하늘별', number: '2026001' };
const CODE = { type: 'CODE', code: 'FC1.abcdefgh', nonce: 'n-1', capturedAt: 't' };
const PIN = { type: 'PIN', number: '2026001', pin: '123456', nonce: 'n-1', capturedAt: 't' };

const play = (state, ...events) => events.reduce((one, event) => step(one, event).state, state);
const server = { type: 'SERVER', status: 'ok', kiosk: { paired: true, demo: false, sessions: [CLASS] } };
const waiting = () => play(initial(), server, { type: 'CAMERA', status: 'live' });
const keypad = () => play(waiting(), { type: 'KEYPAD' });
const accepted = { reason: 'match', status: 'accepted', student: STUDENT, attendance: { status: 'present', recorded_at: 't' } };
const claimed = (body) => ({ type: 'CLAIMED', nonce: 'n-1', body });

describe('a QR code', () => {
  it('is sent once and recorded without a question', () => {
    const { state, effects } = step(waiting(), CODE);
    assert.equal(state.name, 'claiming');
    const [claim] = effects.filter((one) => one.type === 'claim');
    assert.deepEqual([claim.code, claim.nonce, claim.session], ['FC1.abcdefgh', 'n-1', 7]);
    const done = step(state, claimed(accepted)).state;
    assert.deepEqual([done.name, done.detail.kind, done.detail.student.name], ['done', 'present', '남궁하늘별']);
  });

  it('is taken while the last visit is still shown, not while somebody is being served', () => {
    const done = play(waiting(), CODE, claimed(accepted));
    assert.equal(step(done, CODE).state.name, 'claiming');
    const counting = play(waiting(), { type: 'CAPTURE' });
    assert.equal(step(counting, CODE).state, counting);
  });

  for (const reason of ['code_unknown', 'code_expired', 'code_used', 'session_closed']) {
    it(`${reason} is said`, () => {
      const { state } = step(play(waiting(), CODE), claimed({ reason }));
      assert.deepEqual([state.name, state.detail.reason], ['retry', reason]);
    });
  }

  it('of somebody else’s class leads to the instructor', () => {
    const { state } = step(play(waiting(), CODE), claimed({ reason: 'not_on_roster' }));
    assert.deepEqual([state.name, state.detail.kind], ['fallback', 'not_on_roster']);
  });

  it('is sent again with the same nonce while the server is slow', () => {
    let state = play(waiting(), CODE);
    for (const pause of BACK_OFF) {
      const failed = step(state, { type: 'CLAIM_FAILED', nonce: 'n-1' });
      const timer = failed.effects.find((one) => one.type === 'after');
      assert.equal(timer.ms, pause);
      const again = step(failed.state, timer.event);
      assert.deepEqual(again.effects.map((one) => [one.type, one.nonce]), [['claim', 'n-1']]);
      state = again.state;
    }
  });

  it('waits as long as a server with many at its door asks for', () => {
    const failed = step(play(waiting(), CODE), { type: 'CLAIM_FAILED', nonce: 'n-1', wait: 4000, reason: 'busy' });
    assert.equal(failed.effects.find((one) => one.type === 'after').ms, 4000);
    assert.deepEqual([failed.state.name, failed.state.detail.crowded], ['claiming', true]);
  });

  it('that is none of ours is not sent anywhere; a card that stays in view is taken once', () => {
    for (const text of ['https://school.example', 'FC3.abcdefgh', 'FC1.', 'FC1.a b c d e f']) assert.ok(!isStudentCode(text), text);
    assert.ok(isStudentCode('FC1.Zm9vYmFyYmF6'));
    assert.ok(isStudentCode('FC2.17.ABCDEFGHIJKLMNOP'));
    const seen = new SeenBefore(1000);
    assert.deepEqual([0, 500, 1400, 3000].map((now) => seen.isNew('FC1.x', now)), [true, false, false, true]);
    assert.ok(seen.isNew('FC1.y', 3100));
  });
});

describe('the keypad', () => {
  it('takes number and PIN, and says when they are wrong', () => {
    const { state, effects } = step(keypad(), PIN);
    const [claim] = effects.filter((one) => one.type === 'claim');
    assert.deepEqual([claim.number, claim.pin], ['2026001', '123456']);
    const wrong = step(state, claimed({ reason: 'pin_wrong' })).state;
    assert.deepEqual([wrong.name, wrong.detail.error], ['keypad', 'pin_wrong']);
    assert.equal(play(wrong, PIN, claimed(accepted)).name, 'done');
  });

  it('is closed by BACK, and after a time in which nobody types', () => {
    assert.equal(play(keypad(), { type: 'BACK' }).name, 'waiting');
    const opened = step(waiting(), { type: 'KEYPAD' });
    const timer = opened.effects.find((one) => one.type === 'after').event;
    const typing = step(opened.state, { type: 'TYPING' });
    assert.equal(step(typing.state, timer).state.name, 'keypad', 'the time starts anew');
    const late = typing.effects.find((one) => one.type === 'after').event;
    assert.equal(step(typing.state, late).state.name, 'waiting');
  });

  it('helps while the camera does not', () => {
    const broken = play(waiting(), { type: 'CAMERA', status: 'refused' });
    assert.equal(broken.name, 'trouble');
    const open = play(broken, { type: 'KEYPAD' });
    assert.equal(open.name, 'keypad');
    assert.equal(play(open, PIN, claimed(accepted)).name, 'done');
  });

  it('does not open without a server or a session', () => {
    assert.equal(play(waiting(), { type: 'SERVER', status: 'away' }, { type: 'KEYPAD' }).name, 'trouble');
    assert.equal(play(initial(), { type: 'KEYPAD' }).name, 'starting');
  });

  it('forgets the PIN with the visit', () => {
    const done = play(keypad(), PIN, claimed(accepted));
    assert.ok(!JSON.stringify(done).includes('123456'));
  });
});
