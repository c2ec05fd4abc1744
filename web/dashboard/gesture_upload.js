/** An export that is chosen or dropped is sent at once: the next page says what it is, or why it is refused. */
export function gestureUpload(form) {
  if (!form) return;
  const input = form.querySelector('input[type=file]');
  const drop = form.querySelector('.drop');

  input.addEventListener('change', () => input.files.length > 0 && form.requestSubmit());
  for (const type of ['dragenter', 'dragover', 'dragleave', 'drop']) {
    drop.addEventListener(type, (event) => {
      event.preventDefault();
      drop.classList.toggle('drop-over', type === 'dragenter' || type === 'dragover');
    });
  }
  drop.addEventListener('drop', (event) => {
    if (event.dataTransfer.files.length === 0) return;
    input.files = event.dataTransfer.files;
    form.requestSubmit();
  });
}
