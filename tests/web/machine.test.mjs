import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { BACK_OFF, MISSES, RETRY_REASONS, SECONDS, initial, session, step } from '../../web/kiosk/machine.js';

const CLASS = { id: 7, title: 'Monday', course: { code: 'FACE101', name: 'Portraits' }, is_demo: false };
const DEMO = { id: 1, title: 'Demo', course: { code: 'DEMO', name: 'Demo class' }, is_demo: true };
const STUDENT = { id: 3, name: '김민준', number: '2026001' };
const server = (kiosk = {}) => ({
  type: 'SERVER',
  status: 'ok',
  kiosk: { paired: true, demo: false, sessions: [CLASS], ...kiosk },
});
const camera = (status) => ({ type: 'CAMERA', status });

/** Feeds events; returns the last state and every effect on the way. */
function play(state, ...events) {
  const effects = [];
  for (const event of events) {
    const next = step(state, event);
    state = next.state;
    effects.push(...next.effects);
  }
  return { state, effects };
}

const timer = (effects, type) => effects.find((e) => e.type === 'after' && e.event.type === type)?.event;
const ofType = (effects, type) => effects.filter((e) => e.type === type);

function waiting(kiosk) {
  const { state } = play(initial(), server(kiosk), camera('live'));
  assert.equal(state.name, 'waiting');
  return state;
}

function matching(state = waiting(), by = undefined) {
  let next = step(state, { type: 'CAPTURE', by });
  for (let i = 0; i < SECONDS.countdown; i += 1) next = step(next.state, timer(next.effects, 'TICK'));
  assert.deepEqual(ofType(next.effects, 'capture'), [{ type: 'capture' }]);
  return step(next.state, { type: 'CAPTURED', nonce: 'n-1', capturedAt: '2026-03-02T00:00:00Z' });
}

const BY_GESTURE = { way: 'gesture', confidence: 0.97, frames: 6 };

const result = (body, nonce = 'n-1') => ({ type: 'RESULT', nonce, body });
const match = () => step(matching().state, result({ id: 'c-1', reason: 'match', student: STUDENT }));

describe('a visit', () => {
  it('tells the server whether it was begun by gesture, touch or keyboard', () => {
    const { state, effects } = matching(waiting(), BY_GESTURE);
    assert.deepEqual(ofType(effects, 'submit')[0].by, BY_GESTURE);
    const again = step(step(state, { type: 'SUBMIT_FAILED', nonce: 'n-1' }).state, { type: 'SUBMIT' });
    assert.deepEqual(ofType(again.effects, 'submit')[0].by, BY_GESTURE, 'the same record when it is sent again');
  });

  it('counts down, takes the burst, submits it once, asks, and records', () => {
    const submitted = matching();
    assert.equal(submitted.state.name, 'matching');
    assert.deepEqual(ofType(submitted.effects, 'submit'), [
      { type: 'submit', nonce: 'n-1', capturedAt: '2026-03-02T00:00:00Z', session: 7, by: null },
    ]);
    const asked = step(submitted.state, result({ id: 'c-1', reason: 'match', student: STUDENT }));
    assert.equal(asked.state.name, 'confirming');
    assert.equal(asked.state.detail.student.name, '김민준');
    assert.ok(ofType(asked.effects, 'forget').length, 'the frames are let go as soon as they are not needed');
    const answered = step(asked.state, { type: 'O' });
    assert.deepEqual(ofType(answered.effects, 'answer'), [{ type: 'answer', id: 'c-1', answer: 'O' }]);
    const done = step(answered.state, {
      type: 'RECORDED',
      id: 'c-1',
      body: { status: 'accepted', attendance: { status: 'late', recorded_at: 't' }, student: STUDENT },
    });
    assert.equal(done.state.name, 'done');
    assert.equal(done.state.detail.kind, 'late');
    assert.equal(step(done.state, timer(done.effects, 'TIMEOUT')).state.name, 'waiting');
  });

  it('lets the next person begin while the last result is still shown', () => {
    const done = step(matching().state, result({ reason: 'already_checked_in', student: STUDENT, attendance: {} }));
    assert.equal(done.state.detail.kind, 'already');
    assert.equal(step(done.state, { type: 'CAPTURE' }).state.name, 'counting_down');
  });

  it('says again to who came too late that it counts as absent', () => {
    const attendance = { status: 'absent', recorded_at: 't' };
    const done = step(matching().state, result({ reason: 'already_checked_in', student: STUDENT, attendance }));
    assert.equal(done.state.detail.kind, 'absent');
  });

  it('asks who leaves whether they do, and says goodbye', () => {
    const asked = step(matching().state, result({ id: 'c-1', reason: 'match', student: STUDENT, leaving: true }));
    assert.equal(ofType(asked.effects, 'say')[0].key, 'say.confirming.leaving');
    const goodbye = (status) => {
      const attendance = { status, recorded_at: 't', left_at: 'u', check_out_from: 'v' };
      const body = { status: 'accepted', attendance, student: STUDENT };
      return step(step(asked.state, { type: 'O' }).state, { type: 'RECORDED', id: 'c-1', body }).state.detail.kind;
    };
    assert.equal(goodbye('late'), 'left');
    assert.equal(goodbye('left_early'), 'left_early');
  });

  it('reminds who comes again too soon that they check out when they leave', () => {
    const attendance = { status: 'present', recorded_at: 't', left_at: null, check_out_from: 'v' };
    const done = step(matching().state, result({ reason: 'already_checked_in', student: STUDENT, attendance }));
    assert.equal(done.state.detail.kind, 'staying');
  });

  it('records nothing after X and says what to do', () => {
    const answered = step(match().state, { type: 'X' });
    const { state } = step(answered.state, { type: 'RECORDED', id: 'c-1', body: { status: 'discarded' } });
    assert.deepEqual([state.name, state.detail.kind], ['fallback', 'not_me']);
  });

  it('takes one answer only', () => {
    const answered = step(match().state, { type: 'O' });
    for (const type of ['X', 'O', 'BACK']) {
      const again = step(answered.state, { type });
      assert.deepEqual(again, { state: answered.state, effects: [] });
    }
  });

  it('goes back to waiting when nobody answers', () => {
    const asked = match();
    assert.equal(step(asked.state, timer(asked.effects, 'TIMEOUT')).state.name, 'waiting');
  });

  it('can be left by BACK, and the frames are forgotten', () => {
    for (const state of [step(waiting(), { type: 'CAPTURE' }).state, matching().state, match().state]) {
      const back = step(state, { type: 'BACK' });
      assert.equal(back.state.name, 'waiting');
      assert.ok(ofType(back.effects, 'forget').length);
    }
  });

  it('does not care for O and X while nobody is asked', () => {
    for (const type of ['O', 'X']) assert.equal(step(waiting(), { type }).state.name, 'waiting');
  });
});

describe('a challenge', () => {
  const ASKING = { ...CLASS, challenges: true };
  const challenging = () => matching(waiting({ sessions: [ASKING] }), BY_GESTURE);
  const CHALLENGE = { type: 'CHALLENGE', nonce: 'n-1', challenge: { id: 'c-9', kind: 'turn_left' } };

  it('is asked for after the burst, shown, watched, and answered with the visit', () => {
    const asking = challenging();
    assert.deepEqual([asking.state.name, asking.state.detail.kind], ['challenging', null]);
    assert.deepEqual(ofType(asking.effects, 'ask_challenge'), [{ type: 'ask_challenge', session: 7, nonce: 'n-1' }]);
    const shown = step(asking.state, CHALLENGE);
    assert.equal(shown.state.detail.kind, 'turn_left');
    assert.equal(ofType(shown.effects, 'say')[0].key, 'say.challenging.turn_left');
    assert.deepEqual(ofType(shown.effects, 'watch'), [{ type: 'watch', nonce: 'n-1' }]);
    const watched = step(shown.state, { type: 'WATCHED', nonce: 'n-1' });
    assert.equal(watched.state.name, 'matching');
    const [sent] = ofType(watched.effects, 'submit');
    assert.deepEqual([sent.challenge, sent.nonce, sent.by], ['c-9', 'n-1', BY_GESTURE]);
    const again = step(step(watched.state, { type: 'SUBMIT_FAILED', nonce: 'n-1' }).state, { type: 'SUBMIT' });
    assert.equal(ofType(again.effects, 'submit')[0].challenge, 'c-9', 'the same when it is sent again');
  });

  it('that cannot be asked leaves the rest to the server', () => {
    const asking = challenging();
    const late = timer(asking.effects, 'UNASKED');
    const unknown = { type: 'CHALLENGE', nonce: 'n-1', challenge: { id: 'c-9', kind: 'stand_on_one_leg' } };
    for (const event of [late, { ...CHALLENGE, challenge: null }, unknown]) {
      const { state, effects } = step(asking.state, event);
      assert.equal(state.name, 'matching');
      assert.equal(ofType(effects, 'submit')[0].challenge, undefined);
    }
  });

  it('is shown once, and never to the next visitor', () => {
    const asking = challenging();
    const shown = step(asking.state, CHALLENGE).state;
    assert.equal(step(shown, CHALLENGE).state, shown);
    assert.equal(step(asking.state, { ...CHALLENGE, nonce: 'n-0' }).state, asking.state);
    assert.equal(step(shown, { type: 'WATCHED', nonce: 'n-0' }).state, shown);
    assert.equal(step(shown, timer(asking.effects, 'UNASKED')).state, shown, 'the time to ask in is over by then');
  });

  it('ends with BACK, and when the camera is lost', () => {
    const shown = step(challenging().state, CHALLENGE).state;
    assert.equal(step(shown, { type: 'BACK' }).state.name, 'waiting');
    assert.equal(step(shown, camera('lost')).state.name, 'trouble');
  });

  it('says where the body was in the burst', () => {
    const asking = challenging();
    assert.equal(asking.state.detail.by.bodies, undefined);
    const counted = { ...waiting({ sessions: [ASKING] }), name: 'counting_down', detail: { left: 0, by: null } };
    const bodies = [[0.5, 0.4, 1, 0.6, 0.6, 1, 0.4, 0.6, 1], null];
    const { state } = step(counted, { type: 'CAPTURED', nonce: 'n-2', capturedAt: 't', bodies });
    assert.deepEqual(state.detail.by, { bodies });
  });
});

describe('what the server says', () => {
  for (const reason of ['no_face', 'several_faces', 'low_quality', 'not_live', 'session_closed']) {
    it(`${reason} asks to try again`, () => {
      const { state } = step(matching().state, result({ reason, problems: ['too_dark'] }));
      assert.equal(state.name, 'retry');
      assert.equal(state.detail.reason, reason);
      assert.ok(RETRY_REASONS.has(reason));
    });
  }

  for (const reason of ['unknown', 'not_on_roster']) {
    it(`${reason} tells what to do next`, () => {
      const { state } = step(matching().state, result({ reason }));
      assert.deepEqual([state.name, state.detail.kind], ['fallback', reason]);
    });
  }

  it('a reason that no screen knows is a server error, never a blank screen', () => {
    const { state } = step(matching().state, result({ reason: 'invented_tomorrow' }));
    assert.deepEqual([state.name, state.detail.reason], ['retry', 'server_error']);
  });

  it('kiosk_not_paired leads to the pairing screen', () => {
    const { state, effects } = step(matching().state, result({ reason: 'kiosk_not_paired' }));
    assert.deepEqual([state.name, state.detail.kind], ['trouble', 'not_paired']);
    assert.ok(ofType(effects, 'refresh').length);
  });

  it('an answer that came too late is not shown as recorded', () => {
    const answered = step(match().state, { type: 'O' });
    const { state } = step(answered.state, { type: 'RECORDED', id: 'c-1', body: { reason: 'answer_expired' } });
    assert.deepEqual([state.name, state.detail.reason], ['retry', 'answer_expired']);
  });

  it('results of an earlier visit are ignored', () => {
    const { state } = matching();
    assert.equal(step(state, result({ reason: 'match', student: STUDENT }, 'n-0')).state, state);
    const asked = match().state;
    assert.equal(step(asked, { type: 'RECORDED', id: 'c-0', body: { status: 'accepted' } }).state, asked);
  });

  it('after several misses it stops asking to try again', () => {
    let state = waiting();
    for (let i = 0; i < MISSES; i += 1) state = step(matching(state).state, result({ reason: 'no_face' })).state;
    assert.deepEqual([state.name, state.detail.kind], ['fallback', 'many_tries']);
  });

  it('misses are forgotten with the visitor', () => {
    const missed = step(matching().state, result({ reason: 'no_face' }));
    const left = step(missed.state, timer(missed.effects, 'TIMEOUT'));
    assert.equal(left.state.world.misses, 0);
  });
});

describe('a network that fails', () => {
  it('sends the same nonce again, later and later, then says that the server is away', () => {
    let { state } = matching();
    const waits = [];
    for (let attempt = 0; attempt < BACK_OFF.length; attempt += 1) {
      const failed = step(state, { type: 'SUBMIT_FAILED', nonce: 'n-1' });
      waits.push(failed.effects.find((e) => e.type === 'after').ms);
      const again = step(failed.state, timer(failed.effects, 'SUBMIT'));
      assert.deepEqual(again.effects.map((e) => e.nonce), ['n-1']);
      state = again.state;
    }
    assert.deepEqual(waits, BACK_OFF);
    const gone = step(state, { type: 'SUBMIT_FAILED', nonce: 'n-1' });
    assert.deepEqual([gone.state.name, gone.state.detail.kind], ['trouble', 'server_away']);
    assert.equal(step(gone.state, server()).state.name, 'waiting');
  });

  it('honours a longer wait that the server asks for', () => {
    const failed = step(matching().state, { type: 'SUBMIT_FAILED', nonce: 'n-1', wait: 4000 });
    assert.equal(failed.effects.find((e) => e.type === 'after').ms, 4000);
  });

  it('tells a crowd from silence, and goes on by itself after either', () => {
    const crowd = step(matching().state, { type: 'SUBMIT_FAILED', nonce: 'n-1', wait: 3000, reason: 'busy' });
    assert.equal(crowd.state.detail.crowded, true);
    assert.equal(crowd.effects.find((e) => e.type === 'after').ms, 3000);
    const sent = step(crowd.state, timer(crowd.effects, 'SUBMIT'));
    assert.deepEqual(sent.effects.map((e) => [e.type, e.nonce]), [['submit', 'n-1']]);
    const silence = step(sent.state, { type: 'SUBMIT_FAILED', nonce: 'n-1', wait: 0 });
    assert.equal(silence.state.detail.crowded, false);
  });

  it('repeats the answer, and never claims what was not recorded', () => {
    let { state } = step(match().state, { type: 'O' });
    for (let attempt = 0; attempt < BACK_OFF.length; attempt += 1) {
      const failed = step(state, { type: 'ANSWER_FAILED', id: 'c-1' });
      const again = step(failed.state, timer(failed.effects, 'ANSWER'));
      assert.deepEqual(again.effects, [{ type: 'answer', id: 'c-1', answer: 'O' }]);
      state = again.state;
    }
    const gone = step(state, { type: 'ANSWER_FAILED', id: 'c-1' });
    assert.deepEqual([gone.state.name, gone.state.detail.reason], ['retry', 'not_recorded']);
  });

  it('says when it takes longer', () => {
    const submitted = matching();
    assert.equal(step(submitted.state, timer(submitted.effects, 'SLOW')).state.detail.slow, true);
  });
});

describe('resting', () => {
  it('starts until server and camera are known', () => {
    assert.equal(initial().name, 'starting');
    assert.equal(step(initial(), camera('live')).state.name, 'starting');
    assert.equal(step(initial(), server()).state.name, 'starting');
  });

  for (const status of ['prompt', 'none', 'refused', 'insecure', 'busy', 'lost', 'black', 'frozen']) {
    it(`a camera that is ${status} is a trouble of its own, until it is back`, () => {
      const broken = step(waiting(), camera(status)).state;
      assert.deepEqual([broken.name, broken.detail.kind], ['trouble', `camera_${status}`]);
      assert.equal(step(broken, { type: 'CAPTURE' }).state.name, 'trouble');
      assert.equal(step(broken, camera('live')).state.name, 'waiting');
    });
  }

  it('a camera lost in the countdown ends it at once', () => {
    const { state } = step(step(waiting(), { type: 'CAPTURE' }).state, camera('lost'));
    assert.deepEqual([state.name, state.detail.kind], ['trouble', 'camera_lost']);
  });

  it('a camera lost while being asked is noticed afterwards', () => {
    const lost = step(match().state, camera('lost'));
    assert.equal(lost.state.name, 'confirming');
    assert.equal(step(lost.state, { type: 'BACK' }).state.detail.kind, 'camera_lost');
  });

  it('a burst without frames is not sent', () => {
    const counting = step(waiting(), { type: 'CAPTURE' }).state;
    const { state, effects } = step(counting, { type: 'CAPTURE_FAILED' });
    assert.deepEqual([state.name, state.detail.reason], ['retry', 'no_frames']);
    assert.equal(ofType(effects, 'submit').length, 0);
  });

  it('no session, not paired and server away are told apart', () => {
    const kind = (event) => step(waiting(), event).state.detail.kind;
    assert.equal(kind(server({ sessions: [] })), 'no_session');
    assert.equal(kind(server({ sessions: [], paired: false })), 'not_paired');
    assert.equal(kind({ type: 'SERVER', status: 'away' }), 'server_away');
    assert.equal(kind(server({ sessions: [], paired: false, revoked: true })), 'revoked');
  });

  it('an unpaired browser may use the demo class, and no other', () => {
    const { state } = play(initial(), server({ paired: false, sessions: [CLASS, DEMO] }), camera('live'));
    assert.equal(state.name, 'waiting');
    assert.equal(session(state).id, DEMO.id);
  });

  it('a revoked kiosk and one that asks to be paired do not pass for the demo class', () => {
    const unpaired = { paired: false, sessions: [DEMO] };
    assert.equal(play(initial(), server({ ...unpaired, revoked: true }), camera('live')).state.detail.kind, 'revoked');
    const asking = play(initial({ pairing: true }), server(unpaired), camera('live'));
    assert.equal(asking.state.detail.kind, 'not_paired');
    assert.equal(step(asking.state, server()).state.name, 'waiting');
  });

  it('several open sessions: one is chosen and remembered', () => {
    const { state } = play(initial(), server({ sessions: [CLASS, DEMO] }), camera('live'));
    assert.equal(state.name, 'choosing');
    const chosen = step(state, { type: 'CHOOSE', session: 1 });
    assert.equal(chosen.state.name, 'waiting');
    assert.deepEqual(ofType(chosen.effects, 'remember'), [{ type: 'remember', session: 1 }]);
    assert.equal(step(chosen.state, { type: 'CHANGE_SESSION' }).state.name, 'choosing');
  });

  it('a remembered session is taken, a closed one is not', () => {
    const both = server({ sessions: [CLASS, DEMO] });
    assert.equal(play(initial({ session: 1 }), both, camera('live')).state.name, 'waiting');
    assert.equal(play(initial({ session: 99 }), both, camera('live')).state.name, 'choosing');
  });

  it('a session pinned by the address is never swapped for another', () => {
    const pinned = play(initial({ session: 99, pinned: true }), server(), camera('live'));
    assert.equal(pinned.state.detail.kind, 'session_not_open');
    assert.equal(step(pinned.state, { type: 'CHANGE_SESSION' }).state.name, 'waiting');
  });

  it('a timer of an earlier turn does nothing', () => {
    const first = step(waiting(), { type: 'CAPTURE' });
    const back = step(first.state, { type: 'BACK' });
    const second = step(back.state, { type: 'CAPTURE' });
    assert.equal(step(second.state, timer(first.effects, 'TICK')).state, second.state);
  });

  it('news of the same world neither restart a state nor speak', () => {
    const state = waiting();
    const again = step(state, server());
    assert.equal(again.state.turn, state.turn);
    assert.deepEqual(again.effects, []);
  });
});
