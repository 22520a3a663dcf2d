import type { ChainProblem } from '../../src/domains/audit/verify.ts';

/** Plain SQL, as somebody has it who got at the database with all its rights, and at nothing else. */
export type Run = (text: string, values?: readonly unknown[]) => Promise<unknown>;

/** Lets somebody past what the database itself refuses. */
export async function withoutTriggers(run: Run, work: () => Promise<void>): Promise<void> {
  const tables = ['audit_events', 'audit_heads'];
  for (const table of tables) await run(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
  await work();
  for (const table of tables) await run(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
}

/** Something done to the log of `victim`, which has six events, with that of `other` at hand, which has as many. */
export type Tampering = {
  what: string;
  statements: (victim: string, other: string) => readonly string[];
  found: { seq: number | null; problem: ChainProblem };
};

const eventsOf = (person: string) => `audit_events WHERE user_id = '${person}'`;
const setEvent = (assignment: string) => (victim: string) => [
  `UPDATE audit_events SET ${assignment} WHERE user_id = '${victim}' AND seq = 3`,
];
const setHead = (assignment: string) => (victim: string) => [
  `UPDATE audit_heads SET ${assignment} WHERE user_id = '${victim}'`,
];
const flipped = (column: string) => `${column} = set_byte(${column}, 9, get_byte(${column}, 9) # 1)`;

/** A change of each column of an event, by its name. */
export const eventColumns: Readonly<Record<string, Tampering>> = {
  user_id: {
    what: 'an event is given to somebody else',
    statements: (victim, other) => [
      `DELETE FROM ${eventsOf(other)} AND seq = 3`,
      `UPDATE audit_events SET user_id = '${other}' WHERE user_id = '${victim}' AND seq = 3`,
    ],
    found: { seq: 3, problem: 'MISSING' },
  },
  seq: {
    what: 'an event is moved to the end',
    statements: setEvent('seq = 7'),
    found: { seq: 3, problem: 'MISSING' },
  },
  at: {
    what: 'the time is changed by a millisecond',
    statements: setEvent(`at = at + interval '1 millisecond'`),
    found: { seq: 3, problem: 'ALTERED' },
  },
  action: {
    what: 'the action is changed',
    statements: setEvent(`action = 'SIGNED_IN'`),
    found: { seq: 3, problem: 'ALTERED' },
  },
  device_id: {
    what: 'the device is changed',
    statements: setEvent('device_id = gen_random_uuid()'),
    found: { seq: 3, problem: 'ALTERED' },
  },
  details: {
    what: 'a bit of the details is flipped',
    statements: setEvent(flipped('details')),
    found: { seq: 3, problem: 'ALTERED' },
  },
  key_generation: {
    what: 'the key is said to be another',
    statements: setEvent('key_generation = 9'),
    found: { seq: 3, problem: 'KEY_UNKNOWN' },
  },
  hash: {
    what: 'a bit of the hash is flipped',
    statements: setEvent(flipped('hash')),
    found: { seq: 3, problem: 'ALTERED' },
  },
};

/** A change of each column of a head, by its name. */
export const headColumns: Readonly<Record<string, Tampering>> = {
  user_id: {
    what: 'the head is given to nobody',
    statements: setHead('user_id = gen_random_uuid()'),
    found: { seq: 1, problem: 'HEAD_MISSING' },
  },
  seq: { what: 'the number is raised', statements: setHead('seq = 7'), found: { seq: 7, problem: 'MISSING' } },
  hash: {
    what: 'a bit of the newest hash is flipped',
    statements: setHead(flipped('hash')),
    found: { seq: 6, problem: 'HEAD_ALTERED' },
  },
  first_seq: {
    what: 'the beginning is moved',
    statements: setHead('first_seq = 3'),
    found: { seq: 1, problem: 'UNEXPECTED' },
  },
  hash_before: {
    what: 'a bit of the hash before the beginning is flipped',
    statements: setHead(flipped('hash_before')),
    found: { seq: 1, problem: 'ALTERED' },
  },
  key_generation: {
    what: 'the key of the head is said to be another',
    statements: setHead('key_generation = 9'),
    found: { seq: 6, problem: 'KEY_UNKNOWN' },
  },
  mac: {
    what: 'a bit of the MAC is flipped',
    statements: setHead(flipped('mac')),
    found: { seq: 6, problem: 'HEAD_ALTERED' },
  },
};

const cutLast = (victim: string) => `DELETE FROM ${eventsOf(victim)} AND seq = 6`;
/** The head as it would be without the last event, but for the MAC. */
const headBack = (victim: string) =>
  `UPDATE audit_heads h SET seq = 5, hash = e.hash FROM audit_events e
   WHERE h.user_id = '${victim}' AND e.user_id = h.user_id AND e.seq = 5`;
const all = 'at, action, device_id, details, key_generation, hash';
const copy = (from: string, seq: number, to: string, as: number) =>
  `INSERT INTO audit_events (user_id, seq, ${all}) SELECT '${to}', ${as}, ${all} FROM ${eventsOf(from)} AND seq = ${seq}`;
/** Exchanges two values without meeting the primary key. */
const exchange = (table: string, column: string, a: string, b: string, between: string, where: string) => [
  `UPDATE ${table} SET ${column} = ${between} WHERE ${where} AND ${column} = ${a}`,
  `UPDATE ${table} SET ${column} = ${a} WHERE ${where} AND ${column} = ${b}`,
  `UPDATE ${table} SET ${column} = ${b} WHERE ${where} AND ${column} = ${between}`,
];
const betweenPeople = `'00000000-0000-7000-8000-000000000000'`;

/** Everything else. */
export const tamperings: readonly Tampering[] = [
  {
    what: 'the first event is deleted',
    statements: (victim) => [`DELETE FROM ${eventsOf(victim)} AND seq = 1`],
    found: { seq: 1, problem: 'MISSING' },
  },
  {
    what: 'an event in the middle is deleted',
    statements: (victim) => [`DELETE FROM ${eventsOf(victim)} AND seq = 3`],
    found: { seq: 3, problem: 'MISSING' },
  },
  {
    what: 'an event in the middle is deleted, and the gap closed',
    statements: (victim) => [
      `DELETE FROM ${eventsOf(victim)} AND seq = 3`,
      ...[4, 5, 6].map(
        (seq) => `UPDATE audit_events SET seq = ${seq - 1} WHERE user_id = '${victim}' AND seq = ${seq}`,
      ),
      `UPDATE audit_heads SET seq = 5 WHERE user_id = '${victim}'`,
    ],
    found: { seq: 3, problem: 'ALTERED' },
  },
  {
    what: 'the last event is deleted',
    statements: (victim) => [cutLast(victim)],
    found: { seq: 6, problem: 'MISSING' },
  },
  {
    what: 'the last event is deleted, and the head put back as far as that goes without the key',
    statements: (victim) => [cutLast(victim), headBack(victim)],
    found: { seq: 5, problem: 'HEAD_ALTERED' },
  },
  {
    what: 'the oldest events are cut off as retention would, without the key',
    statements: (victim) => [
      `UPDATE audit_heads h SET first_seq = 3, hash_before = e.hash FROM audit_events e
       WHERE h.user_id = '${victim}' AND e.user_id = h.user_id AND e.seq = 2`,
      `DELETE FROM ${eventsOf(victim)} AND seq < 3`,
    ],
    found: { seq: 6, problem: 'HEAD_ALTERED' },
  },
  {
    what: 'two events change places',
    statements: (victim) => exchange('audit_events', 'seq', '3', '4', '99', `user_id = '${victim}'`),
    found: { seq: 3, problem: 'ALTERED' },
  },
  {
    what: 'an event is added',
    statements: (victim) => [copy(victim, 6, victim, 7)],
    found: { seq: 7, problem: 'UNEXPECTED' },
  },
  {
    what: 'an event is added, and the head moved on',
    statements: (victim) => [copy(victim, 6, victim, 7), `UPDATE audit_heads SET seq = 7 WHERE user_id = '${victim}'`],
    found: { seq: 7, problem: 'ALTERED' },
  },
  {
    what: 'an event is replaced by one of somebody else',
    statements: (victim, other) => [`DELETE FROM ${eventsOf(victim)} AND seq = 3`, copy(other, 3, victim, 3)],
    found: { seq: 3, problem: 'ALTERED' },
  },
  {
    what: 'two people are given the log of each other, heads and all',
    statements: (victim, other) =>
      ['audit_events', 'audit_heads'].flatMap((table) =>
        exchange(table, 'user_id', `'${victim}'`, `'${other}'`, betweenPeople, 'true'),
      ),
    found: { seq: 1, problem: 'ALTERED' },
  },
  {
    what: 'all events are deleted',
    statements: (victim) => [`DELETE FROM ${eventsOf(victim)}`],
    found: { seq: 1, problem: 'MISSING' },
  },
  {
    what: 'the head is deleted',
    statements: (victim) => [`DELETE FROM audit_heads WHERE user_id = '${victim}'`],
    found: { seq: 1, problem: 'HEAD_MISSING' },
  },
  {
    what: 'everything is deleted',
    statements: (victim) => [`DELETE FROM ${eventsOf(victim)}`, `DELETE FROM audit_heads WHERE user_id = '${victim}'`],
    found: { seq: null, problem: 'HEAD_MISSING' },
  },
];
