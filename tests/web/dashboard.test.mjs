import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';

import { EventStream } from '../../web/dashboard/event_stream.js';
import { ORDER, barParts, detail } from '../../web/dashboard/live_roster.js';
import { matches } from '../../web/dashboard/search_field.js';

/** Node has no EventSource: this one does what the test tells it. */
class Source {
  static opened = [];

  constructor(url) {
    this.url = url;
    this.readyState = 0;
    this.listeners = {};
    Source.opened.push(this);
  }

  addEventListener(type, listener) {
    this.listeners[type] = listener;
  }

  close() {
    this.readyState = 2;
  }

  send(type, id, data) {
    this.listeners[type]({ lastEventId: String(id), data: JSON.stringify(data) });
  }

  fail(readyState) {
    this.readyState = readyState;
    this.onerror();
  }
}

function open() {
  Source.opened = [];
  const seen = [];
  const states = [];
  const stream = new EventStream({
    url: '/api/v1/events?session_id=7',
    after: 40,
    types: ['attendance', 'visit'],
    onEvent: (type, data) => seen.push([type, data]),
    onState: (state) => states.push(state),
    Source,
  });
  return { stream, seen, states };
}

describe('the event stream', () => {
  it('asks for the events after the last one that the page knows', () => {
    open();
    assert.equal(Source.opened[0].url, '/api/v1/events?session_id=7&last_event_id=40');
  });

  it('hands on each event once', () => {
    const { seen } = open();
    const [source] = Source.opened;
    source.send('attendance', 41, { status: 'present' });
    source.send('attendance', 41, { status: 'present' });
    source.send('visit', 39, { reason: 'unknown' });
    assert.deepEqual(seen, [['attendance', { status: 'present' }]]);
  });

  it('lets the browser reconnect by itself after a network failure', () => {
    const { states } = open();
    Source.opened[0].onopen();
    Source.opened[0].fail(0);
    assert.deepEqual(states, ['live', 'reconnecting']);
    assert.equal(Source.opened.length, 1);
  });

  it('opens a new one after the browser gave up, from where it was, later and later', () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const { stream } = open();
      Source.opened[0].send('attendance', 55, {});
      for (const [count, wait] of [1000, 2000, 4000, 8000, 15000, 15000].entries()) {
        Source.opened.at(-1).fail(2);
        mock.timers.tick(wait - 1);
        assert.equal(Source.opened.length, count + 1);
        mock.timers.tick(1);
        assert.equal(Source.opened.length, count + 2);
        assert.match(Source.opened.at(-1).url, /last_event_id=55$/);
      }
      Source.opened.at(-1).onopen();
      Source.opened.at(-1).fail(2);
      mock.timers.tick(1000);
      assert.equal(Source.opened.length, 8);
      stream.close();
    } finally {
      mock.timers.reset();
    }
  });
});

describe('the bar of the live roster', () => {
  it('is as wide as everybody together', () => {
    const parts = barParts({ present: 5, late: 2, excused: 1, absent: 0, waiting: 2 });
    assert.deepEqual(parts.map(({ code }) => code), ORDER);
    assert.deepEqual(parts[1], { code: 'late', x: 50, width: 20 });
    assert.equal(parts.at(-1).x + parts.at(-1).width, 100);
  });

  it('is empty for an empty roster', () => {
    assert.ok(barParts({}).every(({ width }) => width === 0));
  });
});

describe('searching', () => {
  it('finds words in any order, case and width, composed or not', () => {
    assert.ok(matches('김민준 20260101', '민준'));
    assert.ok(matches('Kim Min-jun 20260101', 'jun kim'));
    assert.ok(matches('김민준', '김민준'.normalize('NFD')));
    assert.ok(matches('Kim ２０２６', '2026'));
    assert.ok(!matches('김민준', '이'));
    assert.ok(matches('anybody', ''));
  });
});

describe('how somebody came', () => {
  const words = { method: { face: 'by face' }, unconfirmed: 'not confirmed', unchallenged: 'not challenged' };

  it('says when somebody left', () => {
    const left = { method: 'face', left: '9:50' };
    assert.equal(detail('9:02', left, { ...words, left: 'left %(time)s' }), '9:02 by face · left 9:50');
  });

  it('says when nobody could be asked', () => {
    assert.equal(detail('9:02', { method: 'face', unconfirmed: true }, words), '9:02 by face · not confirmed');
    assert.equal(detail('9:02', { method: 'face', unconfirmed: false }, words), '9:02 by face');
    const kept = { method: 'face', unconfirmed: true, challenged: false };
    assert.equal(detail('9:02', kept, words), '9:02 by face · not confirmed · not challenged');
    assert.equal(detail('9:02', { method: 'face', challenged: true }, words), '9:02 by face');
    const sure = { method: 'face', confidence: 'sure', kiosk: 'Room 204' };
    assert.equal(detail('9:02', sure, { ...words, confidence: { sure: 'sure' } }), '9:02 by face · sure · Room 204');
    assert.equal(detail('', { method: null }, words), '');
  });
});
