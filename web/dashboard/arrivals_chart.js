/** Takes the chart of arrivals anew from the server, which draws it, soon after something changed. */
const SOON = 400; // ms: several arrivals at once are one drawing

export function arrivalsChart(root) {
  let timer = null;

  async function draw() {
    timer = null;
    const response = await fetch(root.dataset.arrivals, { headers: { Accept: 'text/html' } }).catch(() => null);
    if (!response?.ok) return; // the next arrival tries again
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    const fresh = page.querySelector('#arrivals');
    const shown = root.querySelector('#arrivals');
    if (!fresh || !shown) return;
    const table = fresh.querySelector('details');
    if (table) table.open = Boolean(shown.querySelector('details')?.open);
    shown.replaceWith(fresh);
  }

  return {
    renew() {
      timer ??= setTimeout(draw, SOON);
    },
  };
}
