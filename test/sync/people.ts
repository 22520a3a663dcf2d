import { Client, type Session } from '../setup/client.ts';
import { newId } from '../../src/kernel/ids.ts';
import { sql } from '../../src/platform/database/database.ts';
import { signToken } from '../../src/platform/secrets/signed-tokens.ts';
import type { Line } from './witness.ts';

export type Person = { id: string; sessionIds: readonly string[]; session: Session };

/** Four devices at most, and an app that has no copy. */
const devices = 5;

/**
 * Opens accounts by the dozen, each as the first one was opened by the API: their passwords are never asked for, and
 * hashing them would take longer than everything else.
 */
export async function createPeople(url: string, count: number): Promise<Person[]> {
  const template = await Client.register(url);
  const people = Array.from({ length: count }, () => ({
    id: newId(),
    sessionIds: Array.from({ length: devices }, newId),
  }));
  await sql.query(cloneAccount, [template.userId, JSON.stringify(people)]);
  return people.map((person) => ({ ...person, session: toSession(person.id, person.sessionIds[0]!) }));
}

function toSession(userId: string, sessionId: string): Session {
  const { token } = signToken('access-token', { sub: userId, sid: sessionId }, 3600);
  return {
    accessToken: token,
    refreshToken: '',
    expiresAt: '',
    user: { id: userId, email: '' },
    device: { id: sessionId },
  };
}

/** The log of somebody, as it is in the database. */
export const readLines = (userId: string): Promise<Line[]> =>
  sql.query<Line>(
    `SELECT seq, xmin::text AS transaction, kind, entity_type AS "entityType", entity_id AS "entityId", snapshot, device_id AS "deviceId", at::text AS at
     FROM changes WHERE user_id = $1::uuid ORDER BY seq`,
    [userId],
  );

/** What is noted of somebody's operations: the number of each, by its id. */
export async function readNotes(userId: string): Promise<Map<string, number | null>> {
  const rows = await sql.query<{ id: string; seq: number | null }>(
    'SELECT id, seq FROM operations WHERE user_id = $1::uuid',
    [userId],
  );
  return new Map(rows.map(({ id, seq }) => [id, seq]));
}

/** $1: the person to do it as; $2: the others, with the ids of their sessions. */
const cloneAccount = `
  WITH people AS (SELECT * FROM jsonb_to_recordset($2::jsonb) AS p(id uuid, "sessionIds" uuid[])),
  opened AS (
    INSERT INTO users (id, email, password_hash, time_zone, day_starts_at, preferences, created_at)
    SELECT p.id, p.id || '@example.org', u.password_hash, u.time_zone, u.day_starts_at, u.preferences, u.created_at
    FROM people p, users u WHERE u.id = $1::uuid
  ), signed_in AS (
    INSERT INTO sessions (user_id, id) SELECT p.id, s FROM people p, unnest(p."sessionIds") s
  ), heads AS (
    INSERT INTO change_heads (user_id, seq) SELECT p.id, h.seq FROM people p, change_heads h WHERE h.user_id = $1::uuid
  )
  INSERT INTO changes (user_id, seq, kind, entity_type, entity_id, snapshot, at)
  SELECT p.id, c.seq, c.kind, c.entity_type, p.id,
         c.snapshot || jsonb_build_object('id', p.id, 'email', p.id || '@example.org'), c.at
  FROM people p, changes c WHERE c.user_id = $1::uuid`;
