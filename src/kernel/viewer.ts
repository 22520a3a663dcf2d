/** On whose behalf something is done. Every public function of a domain takes one, and every query names its user. */
export type Viewer = {
  userId: string;
  /** The device (session) that acts; null for jobs. Changes carry it, so that a device can tell its own. */
  deviceId: string | null;
  /** The operation of a device's queue that is being applied: a write notes it, so that a repetition is recognised. */
  operationId?: string | null;
  /** The network address they ask from, where that is known: for the audit log. */
  address?: string | null;
  /** Set for background jobs: they write whether or not the device still is signed in. */
  isJob?: true;
};

/** Where a request comes from: what is known of somebody who has not signed in yet. */
export type Caller = {
  /** The network address, IPv6 by its /64; null when there is none. */
  readonly address: string | null;
  /** The access token that came along, which may be dead. */
  readonly accessToken: string | null;
};

/**
 * The viewer a background job acts as: the person, from no device, or in the name of the device that asked for the job. That
 * one may have signed out since.
 */
export const jobViewer = (userId: string, deviceId: string | null = null): Viewer => ({
  userId,
  deviceId,
  isJob: true,
});
