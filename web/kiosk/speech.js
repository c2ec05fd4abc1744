/** Spoken prompts through the browser's own speech synthesis; silent where there is none. */
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

  /** Says `text`, dropping what is still being said: the newest prompt is the one that counts. */
  say(text, tag) {
    if (this.muted || !this.synthesis) return;
    this.synthesis.cancel();
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.lang = tag;
    utterance.rate = 1;
    const language = tag.slice(0, 2);
    const voice = this.synthesis.getVoices().find((one) => one.lang.toLowerCase().startsWith(language));
    if (voice) utterance.voice = voice;
    this.synthesis.speak(utterance);
  }
}
