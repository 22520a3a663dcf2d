/** A wall-clock time as people write it: 7:30, 07.30, 07:30:15.5, 7:30 PM, 7 pm. */
const clock = /^(\d{1,2})(?:[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d{1,9})?)?)?(?: ?([ap])\.? ?m\.?)?$/i;

/** How nearly all times are written. */
const usual = /^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?$/;

/** The time as 07:30:00; null when it is none. A number alone is none either. */
export function toClock(text: string): string | null {
  if (usual.test(text)) return text.length === 5 ? `${text}:00` : text;
  const [, hour, minute, second = '00', half] = clock.exec(withPlainSpaces(text)) ?? [];
  if (hour === undefined || (minute === undefined && !half)) return null;
  if (half && (Number(hour) < 1 || Number(hour) > 12)) return null;
  // 12 AM is midnight, 12 PM noon.
  const hours = half ? (Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0) : Number(hour);
  if (hours > 23 || Number(minute ?? 0) > 59 || Number(second) > 59) return null;
  return `${String(hours).padStart(2, '0')}:${minute ?? '00'}:${second}`;
}

/** Some programs put a narrow space before PM. */
const withPlainSpaces = (text: string): string => text.replace(/[\u00a0\u2009\u202f]/g, ' ');
