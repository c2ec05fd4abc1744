/** The kiosk's texts in the language of the moment. Pure. */
import { timeOfDay } from '../language/time_of_day.js';
import en from './en.js';
import ko from './ko.js';

export const DICTIONARIES = { ko, en };
const BCP47 = { ko: 'ko-KR', en: 'en-GB' };

/** The first of the wishes that is a language of the kiosk ("ko-KR" counts as ko); English otherwise. */
export function chooseLocale(...wishes) {
  for (const wish of wishes) {
    const language = String(wish ?? '').toLowerCase().split(/[-_]/)[0];
    if (language in DICTIONARIES) return language;
  }
  return 'en';
}

export class Texts {
  constructor(locale) {
    this.locale = chooseLocale(locale);
  }

  get tag() {
    return BCP47[this.locale];
  }

  get other() {
    return this.locale === 'ko' ? 'en' : 'ko';
  }

  has(key) {
    return key in DICTIONARIES[this.locale];
  }

  /** The text for `key`, with `{name}` and the like filled in. An unknown key is a fault in our code: RangeError. */
  t(key, values = {}) {
    const text = DICTIONARIES[this.locale][key];
    if (text === undefined) throw new RangeError(`no text for ${key}`);
    return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
  }

  /** A time of day, in the course's time zone, as people of that language write it. */
  time(iso, timeZone) {
    return timeOfDay(this.tag, timeZone)(iso);
  }
}
