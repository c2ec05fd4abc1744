/**
 * Spoken prompts through the browser's own speech synthesis. It says nothing in a voice of another language: whoever
 * calls it is told whether a voice speaks, and shows the words where none does.
 */
export class Speech {
  constructor({ muted = false, synthesis = globalThis.speechSynthesis } = {}) {
    this.muted = muted;
    this.synthesis = synthesis ?? null;
  }

  get available() {
    return this.synthesis !== null;
  }

  setMuted(muted) {
    this.muted = muted;
    if (muted) this.synthesis?.cancel();
  }

  /**
   * Says `text`, dropping what is still being said: the newest prompt is the one that counts.
   * @param {string} tag language, BCP 47
   * @returns {boolean} whether a voice says it
   */
  say(text, tag) {
    const voice = this.muted ? null : this.#voice(tag);
    this.synthesis?.cancel();
    if (!voice) return false;
    const utterance = new SpeechSynthesisUtterance(text);
    Object.assign(utterance, { lang: tag, rate: 1, voice });
    this.synthesis.speak(utterance);
    return true;
  }

  /** Voices load after the page: each prompt looks anew. */
  #voice(tag) {
    const language = tag.slice(0, 2);
    return this.synthesis?.getVoices().find((one) => one.lang.toLowerCase().startsWith(language)) ?? null;
  }
}
