/** Whether PostgreSQL can store the text: it holds neither U+0000 nor half of a surrogate pair. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

/** The text as one can look for it: what cannot be stored becomes U+FFFD, so that it finds nothing and breaks nothing. */
export const toSearchable = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd');
