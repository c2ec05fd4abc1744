/** An export that is chosen or dropped is sent at once: the next page says what it is, or why it is refused. */
import { onDroppedFiles } from './dropped_files.js';

export function gestureUpload(form) {
  if (!form) return;
  const input = form.querySelector('input[type=file]');
  const drop = form.querySelector('.drop');

  input.addEventListener('change', () => input.files.length > 0 && form.requestSubmit());
  onDroppedFiles(drop, (files, transfer) => {
    if (files.length === 0) return;
    input.files = transfer.files;
    form.requestSubmit();
  });
}
