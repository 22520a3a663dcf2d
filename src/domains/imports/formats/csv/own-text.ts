/**
 * The same text by itself. A cell is a part of the text it was cut from, and keeps all of that in memory as long as it is kept: what is
 * remembered of a file is taken out of it.
 */
export const toOwnText = (text: string): string => Buffer.from(text).toString();
