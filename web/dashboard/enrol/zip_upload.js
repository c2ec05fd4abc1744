/** Sends a ZIP in parts, and goes on where it was when the same ZIP is chosen again. */
import { onDroppedFiles } from '../dropped_files.js';

const TRIES = 4;
const AGAIN_AFTER = 2_000; // ms
const PART_TIMEOUT = 120_000;
const MOST_BYTES = 2 * 1024 ** 3;

export function zipUpload(form) {
  if (!form) return;
  const words = JSON.parse(form.dataset.words);
  const input = form.querySelector('input[type=file]');
  const area = document.querySelector('#zip-sending');
  const bar = document.querySelector('#zip-progress');
  const said = document.querySelector('#zip-said');
  const token = document.querySelector('meta[name=csrf-token]').content;

  async function send(file) {
    area.hidden = false;
    form.hidden = true;
    try {
      if (file.size > MOST_BYTES) return stop(words.too_big);
      const begun = await post(form.action, JSON.stringify({ name: file.name, size: file.size }), 'application/json');
      await sendParts(file, begun, {
        post: (url, part) => patiently(() => post(url, part, 'application/octet-stream')),
        onShare: (share) => {
          bar.value = share;
          said.textContent = words.sending.replace('%(share)s', `${Math.floor(100 * share)} %`);
        },
      });
      said.textContent = words.looking;
      const { url } = await patiently(() => post(begun.end, '', 'text/plain'));
      location.assign(url);
    } catch {
      stop(words.failed);
    }
    return undefined;
  }

  function stop(text) {
    said.textContent = text;
    form.hidden = false;
  }

  async function post(url, body, type) {
    const headers = { Accept: 'application/json', 'Content-Type': type, 'X-CSRFToken': token };
    const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(PART_TIMEOUT) });
    if (!response.ok) throw new Error(`answered ${response.status}`);
    return response.json();
  }

  input.addEventListener('change', () => input.files.length && send(input.files[0]));
  onDroppedFiles(form, ([file]) => file && send(file));
}

/**
 * @param {Blob} file
 * @param {{part_bytes: number, parts: string[], kept: number[]}} begun where each part goes, and which are there
 * @param {{post: (url: string, part: Blob) => Promise, onShare: (share: number) => void}} how
 */
export async function sendParts(file, begun, { post, onShare }) {
  const kept = new Set(begun.kept);
  for (const [number, url] of begun.parts.entries()) {
    onShare(number / begun.parts.length);
    if (!kept.has(number)) await post(url, file.slice(number * begun.part_bytes, (number + 1) * begun.part_bytes));
  }
  onShare(1);
}

/** A network that drops out for a moment costs a pause, not the upload. */
async function patiently(action) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await action();
    } catch (error) {
      if (tries === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER * tries));
    }
  }
}
