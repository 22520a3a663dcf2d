/** Everything that is recorded. What is written to entries and metrics is in the change log, with its device. */
export type AuditAction =
  | 'REGISTERED'
  | 'SIGNED_IN'
  | 'SIGN_IN_REFUSED'
  | 'SIGNED_OUT'
  | 'SIGNED_OUT_EVERYWHERE'
  | 'DEVICE_ENDED'
  | 'PASSWORD_CHANGED'
  | 'PASSWORD_REFUSED'
  | 'TOKEN_REPLAYED'
  | 'SETTINGS_CHANGED'
  | 'EXPORT_REQUESTED'
  | 'EXPORT_DOWNLOADED'
  | 'IMPORT_APPLIED'
  | 'IMPORT_UNDONE'
  | 'ACCOUNT_ERASED';

/** What is told of an event. All of it is sealed: it goes with the account. */
export type AuditDetails = {
  /** As the device called itself then. */
  deviceName?: string | null;
  /** The network address; null for what came from no request. */
  address?: string | null;
  /** What it was done to: a device, an import. */
  subjectId?: string;
  /** What that was called, if it had a name. */
  subjectName?: string | null;
  /** Which settings were set. Their values are nobody's business here. */
  fields?: readonly string[];
  /** How a file is written, as the API calls it. */
  format?: string;
  /** Of how many of whatever the action is about. */
  count?: number;
};

/** Who did it. */
export type Actor = { userId: string; deviceId: string | null; address?: string | null };

/** What is recorded of one action. */
export type AuditEvent = { seq: number; at: Date; action: AuditAction; deviceId: string | null; details: AuditDetails };
