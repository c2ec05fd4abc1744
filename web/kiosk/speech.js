/**
 * Spoken prompts through the browser's own speech synthesis, or a recording where it has no voice of the language.
 * Recordings say no names, so whoever calls it is told whether a voice speaks, and shows the words where none does.
 */
export class Speech {
  /**
   * @param {object} [options]
   * @param {(key: string, tag: string) => string|null} [options.recording] the address of a prompt's recording
   * @param {(address: string) => {pause: () => void}} [options.play]
   */
  constructor({ muted = false, synthesis = globalThis.speechSynthesis, recording = () => null, play = playFile } = {}) {
    Object.assign(this, { muted, recording, play });
    this.synthesis = synthesis ?? null;
    this.playing = null;
  }

  setMuted(muted) {
    this.muted = muted;
    if (muted) this.#hush();
  }

  /**
   * Says `text`, dropping what is still being said: the newest prompt is the one that counts.
   * @param {string} tag language, BCP 47
   * @param {string} [key] of the prompt, for its recording
   * @returns {boolean} whether a voice says all of it
   */
  say(text, tag, key) {
    this.#hush();
    if (this.muted) return false;
    const voice = this.#voice(tag);
    if (!voice) {
      const address = this.recording(key, tag);
      this.playing = address && this.play(address);
      return false;
    }
    const utterance = new SpeechSynthesisUtterance(text);
    Object.assign(utterance, { lang: tag, rate: 1, voice });
    this.synthesis.speak(utterance);
    return true;
  }

  #hush() {
    this.synthesis?.cancel();
    this.playing?.pause();
    this.playing = null;
  }

  /** Voices load after the page: each prompt looks anew. */
  #voice(tag) {
    const language = tag.slice(0, 2);
    return this.synthesis?.getVoices().find((one) => one.lang.toLowerCase().startsWith(language)) ?? null;
  }
}

/** A browser that plays nothing before it was touched stays silent: the caption is there. */
function playFile(address) {
  const audio = new Audio(address);
  audio.play().catch(() => {});
  return audio;
}
