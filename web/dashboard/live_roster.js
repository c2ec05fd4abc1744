/** Keeps the live roster of a session up to date, and records marks without leaving the page. */
import { timeOfDay } from '../language/time_of_day.js';
import { arrivalsChart } from './arrivals_chart.js';
import { EventStream } from './event_stream.js';
import { liveChoices } from './live_choices.js';

export const ORDER = ['present', 'late', 'left_early', 'excused', 'absent', 'waiting'];
const MOST_VISITS = 30;
const HERE = new Set(['present', 'late']);
/** These are no visits in vain: somebody was recognised. */
const RECOGNISED = new Set(['match', 'already_checked_in']);

/** Where each part of the bar begins and how wide it is, in percent. Pure. */
export function barParts(counts) {
  const all = Math.max(1, ORDER.reduce((sum, code) => sum + (counts[code] ?? 0), 0));
  let x = 0;
  return ORDER.map((code) => {
    const width = (100 * (counts[code] ?? 0)) / all;
    const part = { code, x, width };
    x += width;
    return part;
  });
}

/** When, how, how sure, where; whether the student could be asked, and challenged to show that they are there; when they
 *  left (`left`, as text). Pure. */
export function detail(at, { method, confidence, kiosk, unconfirmed, challenged, left }, words) {
  if (!method) return '';
  const how = [at, words.method[method]].filter(Boolean).join(' ');
  const doubts = [unconfirmed && words.unconfirmed, challenged === false && words.unchallenged];
  const gone = left && words.left.replace('%(time)s', left);
  return [how, words.confidence?.[confidence], kiosk, ...doubts, gone].filter(Boolean).join(' · ');
}

export function liveRoster(root) {
  if (!root) return;
  const { session, timeZone, locale, lastEventId, status } = root.dataset;
  const words = JSON.parse(root.dataset.words);
  const api = document.body.dataset.apiRoot;
  const part = (selector) => root.querySelector(selector);
  const time = timeOfDay(locale, timeZone);
  const arrivals = arrivalsChart(root);
  liveChoices(root);

  function showCounts(counts) {
    for (const code of ORDER) part(`[data-count=${code}]`).textContent = counts[code];
    for (const { code, x, width } of barParts(counts)) {
      const rect = part(`[data-bar] [data-code=${code}]`);
      rect.setAttribute('x', x);
      rect.setAttribute('width', width);
    }
  }

  function showEntry(entry, { aloud }) {
    const row = part(`[data-student="${entry.student.id}"]`);
    if (!row) return location.reload(); // somebody joined the roster meanwhile
    const code = entry.status ?? 'waiting';
    const changed = row.dataset.status !== code;
    row.dataset.status = code;
    const pill = row.querySelector('[data-part=status] .status');
    pill.className = `status status-${code}`;
    pill.textContent = words.status[code];
    const at = entry.recorded_at ? time(entry.recorded_at) : '';
    row.querySelector('[data-part=detail]').textContent = detail(at, { ...entry, left: entry.left_at && time(entry.left_at) }, words);
    const reason = row.querySelector('[data-part=reason]');
    reason.textContent = entry.reason;
    reason.hidden = !entry.reason;
    if (HERE.has(code) && aloud) showLast(entry, detail(at, entry, words));
    arrivals.renew();
    row.querySelectorAll('.mark').forEach((mark) => mark.setAttribute('aria-pressed', String(mark.value === code)));
    if (!changed) return undefined;
    row.classList.remove('entry-new');
    void row.offsetWidth; // starts the animation anew
    row.classList.add('entry-new');
    if (aloud) part('#announcement').textContent = `${entry.student.name}: ${words.status[code]}`;
    return undefined;
  }

  function showLast(entry, how) {
    const line = part('#last-arrival');
    line.hidden = false;
    line.querySelector('[data-part=name]').textContent = entry.student.name;
    line.querySelector('[data-part=how]').textContent = how;
  }

  function showVisit({ id, reason, created_at: at }) {
    if (RECOGNISED.has(reason)) return;
    const item = document.createElement('li');
    const what = document.createElement('span');
    const when = document.createElement('time');
    what.textContent = words.visit[reason] ?? words.refused;
    when.textContent = time(at);
    when.className = 'soft';
    item.className = 'visit-new';
    item.append(what, when);
    if (id && root.dataset.visits) {
      const who = document.createElement('a');
      who.href = root.dataset.visits.replace('VISIT', id);
      who.textContent = words.who_was_it;
      item.dataset.visit = id;
      item.append(who);
    }
    part('#visits').prepend(item);
    part('#no-visits').hidden = true;
    while (part('#visits').children.length > MOST_VISITS) part('#visits').lastElementChild.remove();
  }

  function showResolved({ id, student, by }) {
    const item = part(`[data-visit="${CSS.escape(id)}"]`);
    if (!item) return;
    const said = document.createElement('p');
    said.className = 'visit-resolved soft';
    said.textContent = words.it_was.replace('%(name)s', student.name).replace('%(who)s', by);
    item.querySelectorAll('a, .visit-resolved').forEach((one) => one.remove());
    item.append(said);
  }

  const ON_EVENT = {
    attendance: ({ counts, ...entry }) => {
      showEntry(entry, { aloud: true });
      showCounts(counts);
    },
    visit: showVisit,
    visit_resolved: showResolved,
    session: (news) => news.status !== status && location.reload(),
  };

  function tell(text, trouble = true) {
    const line = part('#connection');
    line.hidden = !text;
    line.textContent = text;
    line.classList.toggle('connection-lost', trouble);
  }

  async function mark(form, wanted) {
    const row = form.closest('.entry');
    const csrfToken = document.querySelector('meta[name=csrf-token]').content;
    let response;
    try {
      response = await fetch(`${api}/sessions/${session}/attendance/${row.dataset.student}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': csrfToken },
        body: JSON.stringify({ status: wanted }),
        signal: AbortSignal.timeout(10_000),
      });
    } catch {
      return tell(words.not_saved);
    }
    if (response.status === 401) return tell(words.signed_out);
    if (!response.ok) return tell(words.not_saved);
    const { entry, counts } = await response.json();
    showEntry(entry, { aloud: false });
    return showCounts(counts);
  }

  root.addEventListener('submit', (event) => {
    if (!event.target.matches('.marks') || !event.submitter) return;
    event.preventDefault();
    mark(event.target, event.submitter.value);
  });

  if (status === 'closed') return;
  const stream = new EventStream({
    url: `${api}/events?session_id=${session}`,
    after: Number(lastEventId),
    types: Object.keys(ON_EVENT),
    onEvent: (type, data) => ON_EVENT[type](data),
    onState: (state) => tell(state === 'live' ? words.live : words.reconnecting, state !== 'live'),
  });
  addEventListener('pagehide', () => stream.close());
  addEventListener('pageshow', (event) => event.persisted && location.reload());
}
