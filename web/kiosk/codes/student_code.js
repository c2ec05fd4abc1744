/** Which QR codes concern the kiosk, and which it has just taken. Pure. */
const STUDENT_CODE = /^FC[12]\.[\w.-]{8,76}$/;
const SAME_AGAIN_AFTER = 10_000; // ms

/** Codes of posters and pay slips are none of ours: they are not sent anywhere. */
export const isStudentCode = (text) => STUDENT_CODE.test(text);

/** A card stays before the camera for a while: it is taken once. */
export class SeenBefore {
  constructor(patience = SAME_AGAIN_AFTER) {
    this.patience = patience;
    this.text = null;
    this.at = 0;
  }

  /** @param {string} text @param {number} now ms; a code that goes on being seen goes on being old */
  isNew(text, now) {
    const known = text === this.text && now - this.at < this.patience;
    this.text = text;
    this.at = now;
    return !known;
  }
}
