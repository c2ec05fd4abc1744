/** A part of a page that follows a job: taken again and again from the page as the server writes it. */
const LOST_FOR = 4_000; // ms, while the server does not answer

export function livePart(part) {
  if (!part?.dataset.live) return;
  const { id } = part;
  setTimeout(() => renew(id), Number(part.dataset.live));
}

async function renew(id) {
  const old = document.getElementById(id);
  if (document.hidden) return setTimeout(() => renew(id), LOST_FOR);
  const response = await fetch(location.href, { headers: { Accept: 'text/html' } }).catch(() => null);
  if (!response?.ok) return setTimeout(() => renew(id), LOST_FOR);
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const fresh = page.getElementById(id);
  if (!fresh) return undefined;
  const opened = [...old.querySelectorAll('details')].map((one) => one.open);
  [...fresh.querySelectorAll('details')].forEach((one, place) => {
    one.open = opened[place] ?? one.open;
  });
  const busy = old.contains(document.activeElement) || old.querySelector(':active');
  if (busy && fresh.dataset.live) {
    keepFigures(old, fresh);
    return setTimeout(() => renew(id), Number(fresh.dataset.live));
  }
  old.replaceWith(fresh);
  return livePart(fresh);
}

/** While somebody is on a button in it, only the figures change, so that nothing is pulled from under them. */
function keepFigures(old, fresh) {
  const bars = fresh.querySelectorAll('progress');
  old.querySelectorAll('progress').forEach((bar, place) => {
    if (bars[place]) bar.value = bars[place].value;
  });
}
