const number = String.raw`(\d+(?:[.,]\d+)?)`;
const clock = /^(\d{1,6}):([0-5]\d)(?::([0-5]\d)(?:[.,]\d{1,9})?)?$/;
const iso = new RegExp(`^P(?:${number}D)?(?:T(?:${number}H)?(?:${number}M)?(?:${number}S)?)?$`, 'i');
const words = new RegExp(
  `^(?:${number} ?d(?:ays?)?)? ?(?:${number} ?h(?:ours?|rs?)?)? ?(?:${number} ?m(?:in(?:ute)?s?)?)? ?(?:${number} ?s(?:ec(?:ond)?s?)?)?$`,
  'i',
);

/** Seconds of a duration: 7:30 (hours and minutes), 7:30:15, 1h 20m, 45 min, PT1H20M (ISO 8601, up to days); null for anything else. */
export function toSeconds(text: string): number | null {
  const [, hour, minute, second = '0'] = clock.exec(text) ?? [];
  if (hour !== undefined) return Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  const parts = (iso.exec(text) ?? words.exec(text))?.slice(1);
  if (!parts?.some((part) => part !== undefined)) return null;
  const [days, hours, minutes, seconds] = parts.map((part) => Number((part ?? '0').replace(',', '.')));
  const sum = days! * 86_400 + hours! * 3600 + minutes! * 60 + seconds!;
  // What 0.1 h adds behind the twelfth digit is noise.
  return Number.isFinite(sum) ? Number(sum.toPrecision(12)) : null;
}

/** Whether a text that looks like a duration may as well be metres: 20m. */
export const mayBeMetres = (text: string): boolean => /^[\d.,]+ ?m$/i.test(text);
