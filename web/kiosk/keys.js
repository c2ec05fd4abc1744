/** What a key means to the kiosk. Pure: takes the parts of a KeyboardEvent that matter. */
const ANSWERS = { KeyO: 'O', KeyY: 'O', KeyX: 'X', KeyN: 'X' };
const LETTERS = { o: 'O', y: 'O', ㅐ: 'O', ㅛ: 'O', x: 'X', n: 'X', ㅌ: 'X', ㅜ: 'X' };

/**
 * @returns {'CAPTURE'|'O'|'X'|'BACK'|null} a Korean input method changes nothing; keys that belong to a focused control or a dialog, and shortcuts, are left alone
 */
export function intentOf({ key, code, repeat, ctrlKey, altKey, metaKey, target }, state) {
  if (repeat || ctrlKey || altKey || metaKey) return null;
  if (target?.closest?.('dialog')) return null;
  if (key === 'Escape') return 'BACK';
  if (target?.closest?.('input, select, textarea') || state === 'keypad') return null;
  if (key === ' ' || key === 'Enter') {
    const onControl = target?.closest?.('button, a');
    return onControl || state === 'confirming' ? null : 'CAPTURE';
  }
  if (state !== 'confirming') return null;
  const letter = key.toLowerCase();
  return LETTERS[letter] ?? (/^[a-z]$/.test(letter) ? null : ANSWERS[code] ?? null);
}
