/** Bytes of one message from a client. */
export const messageMax = 1024 * 1024;

/** Sockets of one person on one process: more devices and tabs than anybody has, and a bound for one who plays. */
export const socketsPerPerson = 32;

/** Operations under way on one socket, each of which may hold an answer in memory. An app needs a handful. */
export const operationsPerSocket = 16;

/** Bytes on their way to a device beyond which nothing more is written to it: enough to keep any line busy. */
export const bufferMax = 1024 * 1024;

/** Milliseconds such a device gets to take them all, 35 kB a second. What it holds up is then dropped; it can resume. */
export const drainTimeout = 30_000;

/** Milliseconds that a socket whose session has ended stays for answers that are under way. */
export const answerTimeout = 1000;

/** Bytes of frames written at once, about: many small ones make one write. */
export const chunkSize = 64 * 1024;

/** Bytes of a payload from which it is not copied into each device's frame, but written between its two ends. */
export const shareFrom = 16 * 1024;

/** Bytes of payloads that one process keeps for devices that ask the same a little later. */
export const payloadBytesMax = 32 * 1024 * 1024;

/** Seconds for `connection_init` to come. */
export const introductionSeconds = 3;

/** Seconds between two pings of a socket; one that has not answered by the next is dropped. */
export const pingSeconds = 12;

/**
 * 4401, 4408 and 4429 are graphql-transport-ws's own; 4429 also stands for too many sockets. 4403 is for pages of
 * other origins. 4410 is ours: the device is to connect again and resume by number. 1012 is "service restart".
 */
export const closeCodes = {
  internal: 1011,
  restart: 1012,
  unauthorized: 4401,
  forbidden: 4403,
  introductionTimeout: 4408,
  tooSlow: 4410,
  tooMany: 4429,
} as const;
