/**
 * Calls `take` with the files that are dropped on an element, which shows meanwhile that it would take them.
 * @param {HTMLElement} area
 * @param {(files: File[], transfer: DataTransfer) => void} take
 */
export function onDroppedFiles(area, take) {
  for (const type of ['dragenter', 'dragover']) {
    area.addEventListener(type, (event) => {
      event.preventDefault();
      area.classList.add('drop-over');
    });
  }
  for (const type of ['dragleave', 'drop']) {
    area.addEventListener(type, () => area.classList.remove('drop-over'));
  }
  area.addEventListener('drop', (event) => {
    event.preventDefault();
    take([...event.dataTransfer.files], event.dataTransfer);
  });
}
