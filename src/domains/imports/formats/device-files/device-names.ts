/** Characters of a device's name, and of what it is looked for in. */
const deviceMax = 60;
const textMax = 300;

/** What a program writes beside the name: addresses in memory or of the network, ids, serial numbers at the end. */
const noName = [
  /<?\b0x[0-9a-f]+\b>?/gi,
  /\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b/gi,
  /\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi,
  /\b(?=[a-f]*\d)[0-9a-f]{8,}\b/gi,
  /[\s(#]*\b(?:s\/?n|serial)\b[\s.:#-]*[\w-]+\)?$/gi,
  /[\s(#]+(?=[\da-z-]*\d{5})[\da-z-]{6,}\)?$/gi,
  /\(\s*\)|<\s*>/g,
];

/** A device as people call it: without its addresses and serial number, so that it has one name in every export. Null: none. */
export function toDeviceName(text: string | null): string | null {
  if (text === null) return null;
  const start = text.slice(0, textMax).replaceAll('\0', ' ').toWellFormed();
  const name = noName.reduce((rest, pattern) => rest.replace(pattern, ' '), start);
  const tidy = name
    .replace(/\s+/g, ' ')
    .replace(/[\s,;:(<#-]+$/, '')
    .trim();
  return [...tidy].slice(0, deviceMax).join('').trim() || null;
}
