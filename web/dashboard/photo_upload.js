/** Sends photos one by one as soon as they are chosen or dropped, and tells of each what became of it. */
import { onDroppedFiles } from './dropped_files.js';

export function photoUpload(form) {
  if (!form) return;
  const words = JSON.parse(form.dataset.words);
  const input = form.querySelector('input[type=file]');
  const list = document.querySelector('#outcomes');
  const token = document.querySelector('meta[name=csrf-token]').content;
  let queue = Promise.resolve();

  function enqueue(files) {
    for (const file of files) {
      const line = announce(file);
      queue = queue.then(() => send(file, line));
    }
    queue = queue.then(showKept);
  }

  function announce(file) {
    const line = document.createElement('li');
    const name = document.createElement('strong');
    const said = document.createElement('span');
    const picture = document.createElement('img');
    name.textContent = file.name;
    said.textContent = words.waiting;
    picture.alt = '';
    picture.src = URL.createObjectURL(file);
    picture.addEventListener('error', () => picture.remove());
    line.className = 'outcome outcome-waiting';
    line.append(picture, name, said);
    list.prepend(line);
    return { line, said };
  }

  function conclude({ line, said }, state, text) {
    line.className = `outcome outcome-${state}`;
    said.textContent = text;
  }

  async function send(file, shown) {
    conclude(shown, 'waiting', words.sending);
    const body = new FormData();
    body.append('photos', file);
    let response;
    try {
      response = await fetch(form.action, {
        method: 'POST',
        headers: { Accept: 'application/json', 'X-CSRFToken': token },
        body,
        signal: AbortSignal.timeout(60_000),
      });
    } catch {
      return conclude(shown, 'refused', words.failed);
    }
    const isJson = (response.headers.get('content-type') ?? '').includes('json');
    if (!response.ok || !isJson) return conclude(shown, 'refused', words.failed);
    const { photos: [photo], recognisable } = await response.json();
    const said = [photo.message, ...photo.warnings.map((warning) => warning.message)].join(' ');
    conclude(shown, stateOf(photo), said);
    document.querySelector('#recognised').dataset.recognisable = String(recognisable);
    return undefined;
  }

  function stateOf(photo) {
    if (!photo.accepted) return 'refused';
    return photo.warnings.length ? 'warned' : 'accepted';
  }

  /** Takes the photos that are kept now from the page as the server writes it. */
  async function showKept() {
    const response = await fetch(location.href, { headers: { Accept: 'text/html' } }).catch(() => null);
    if (!response?.ok) return; // the outcomes are shown; the pictures appear with the next load
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    for (const id of ['photos', 'photos-head', 'findings']) {
      const fresh = page.querySelector(`#${id}`);
      if (fresh) document.querySelector(`#${id}`).replaceWith(fresh);
    }
  }

  input.addEventListener('change', () => {
    enqueue([...input.files]);
    input.value = '';
  });
  onDroppedFiles(form, enqueue);
}
