/** The time of day as people of a language write it. Pure. */
const KOREAN_PERIODS = { AM: '오전', PM: '오후' };

/**
 * A function from a moment (ISO 8601) to the time of day in a time zone. Some browsers' Korean data says "AM 9:03"
 * where Korean says "오전 9:03".
 * @param {string} tag BCP 47
 * @param {string} [timeZone] IANA name; the device's own without one
 */
export function timeOfDay(tag, timeZone) {
  const format = new Intl.DateTimeFormat(tag, { hour: 'numeric', minute: '2-digit', timeZone });
  return (moment) =>
    format
      .formatToParts(new Date(moment))
      .map(({ type, value }) => (type === 'dayPeriod' && tag.startsWith('ko') ? KOREAN_PERIODS[value] ?? value : value))
      .join('');
}
