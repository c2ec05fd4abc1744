/** On a phone the tabs scroll sideways: the one that is open is in view. */
export function showTab(tab) {
  if (!tab) return;
  const row = tab.parentElement;
  row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
}
