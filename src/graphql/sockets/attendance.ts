import { keepDevicesSeen } from '../../domains/accounts/devices.ts';
import { authenticate, findOpenSessions, onSessionEnd, type Authentication } from '../../domains/accounts/sessions.ts';
import { UnauthenticatedError } from '../../kernel/errors.ts';
import { log } from '../../platform/observation/log.ts';
import { readBearer } from '../server.ts';
import type { Connection } from './connection.ts';
import { closeCodes, introductionSeconds, pingSeconds, socketsPerPerson } from './limits.ts';

/** Milliseconds between two rounds. */
const roundInterval = 1000;

/**
 * Who is there. One timer looks after all sockets: those that say nothing, that no longer answer, or whose token ends.
 * A socket lives no longer than its access token and its session.
 */
export class Attendance {
  /** By round: each round pings its part, so that thousands of pings are not sent at once. */
  private readonly parts = Array.from({ length: pingSeconds }, () => new Set<Connection>());
  private readonly people = new Map<string, Set<Connection>>();
  private opened = 0;
  private round = 0;
  private readonly timers: NodeJS.Timeout[];
  private readonly stopListening: () => void;
  private readonly stopNoting: () => void;

  constructor(heartbeatSeconds: number) {
    this.stopListening = onSessionEnd((userId) => this.closeEnded([...(this.people.get(userId) ?? [])]));
    this.stopNoting = keepDevicesSeen(() => this.admitted().map(({ viewer }) => viewer!));
    this.timers = [
      setInterval(() => this.goRound(), roundInterval),
      setInterval(() => this.closeEnded(this.admitted()), heartbeatSeconds * 1000),
    ];
  }

  stop(): void {
    this.stopListening();
    this.stopNoting();
    for (const timer of this.timers) clearInterval(timer);
  }

  enter(connection: Connection): void {
    connection.part = this.opened += 1;
    this.parts[connection.part % pingSeconds]!.add(connection);
  }

  leave(connection: Connection): void {
    this.parts[connection.part % pingSeconds]!.delete(connection);
    const own = this.people.get(connection.viewer?.userId ?? '');
    if (own?.delete(connection) && own.size === 0) this.people.delete(connection.viewer!.userId);
  }

  /** Lets a socket in with its token, or closes it. @returns whether it is in */
  async admit(connection: Connection, authorization: unknown): Promise<boolean> {
    connection.isIntroduced = true;
    try {
      const authentication = await authenticate(readBearer(authorization) ?? '');
      // It may have gone while the token was checked: its `close` has been, and nothing would take it off the list.
      if (!connection.isOpen) return false;
      return this.take(connection, authentication);
    } catch (error) {
      if (!(error instanceof UnauthenticatedError)) throw error;
      connection.close(closeCodes.unauthorized, 'Unauthorized');
      return false;
    }
  }

  private take(connection: Connection, { viewer, expiresAt }: Authentication): boolean {
    const own = this.people.get(viewer.userId) ?? new Set();
    // Those that are closing hold nobody else up.
    if ([...own].filter((each) => each.isOpen).length >= socketsPerPerson) {
      connection.close(closeCodes.tooMany, 'Too many sockets');
      return false;
    }
    connection.viewer = viewer;
    connection.expiresAt = expiresAt.getTime();
    this.people.set(viewer.userId, own.add(connection));
    return true;
  }

  private admitted(): Connection[] {
    return [...this.people.values()].flatMap((own) => [...own]);
  }

  private goRound(): void {
    const now = Date.now();
    this.round = (this.round + 1) % pingSeconds;
    for (const part of this.parts) for (const connection of part) closeInTime(connection, now);
    for (const connection of this.parts[this.round]!) connection.ping();
  }

  /** Closes the sockets of ended sessions: of one person as soon as it is known, of everybody on the heartbeat. */
  private closeEnded(concerned: readonly Connection[]): void {
    if (concerned.length === 0) return;
    findOpenSessions(concerned.map(({ viewer }) => viewer!)).then(
      (open) => {
        for (const connection of concerned) {
          if (!open.has(connection.viewer!.deviceId!)) connection.closeAnswered(closeCodes.unauthorized, 'Signed out');
        }
      },
      (err: unknown) => log.warn({ err }, 'sessions could not be checked'),
    );
  }
}

/** A token ends at the round before its end rather than after. */
function closeInTime(connection: Connection, now: number): void {
  const { viewer, expiresAt, isIntroduced, openedAt } = connection;
  if (viewer) {
    if (expiresAt < now + roundInterval) connection.close(closeCodes.unauthorized, 'Token expired');
  } else if (!isIntroduced && openedAt + introductionSeconds * 1000 <= now) {
    connection.close(closeCodes.introductionTimeout, 'Connection initialisation timeout');
  }
}
