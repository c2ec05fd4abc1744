/** Search fields that narrow a list as one types. */

/** Whether every word of the query begins somewhere in the text; case and width do not matter. Pure. */
export function matches(text, query) {
  const plain = text.normalize('NFKC').toLowerCase();
  return query
    .normalize('NFKC')
    .toLowerCase()
    .split(/\s+/)
    .every((word) => plain.includes(word));
}

export function searchFields(root) {
  root.querySelectorAll('input[data-filter]').forEach((field) => {
    const list = root.querySelector(field.dataset.filter);
    if (!list) return;
    const nobody = (list.closest('table') ?? list).parentElement.querySelector('[data-filter-empty]');
    const narrow = () => {
      let shown = 0;
      for (const row of list.children) {
        row.hidden = !matches(row.dataset.words, field.value);
        shown += row.hidden ? 0 : 1;
      }
      if (nobody) nobody.hidden = shown > 0 || list.children.length === 0;
    };
    field.addEventListener('input', narrow);
    narrow();
  });
}
