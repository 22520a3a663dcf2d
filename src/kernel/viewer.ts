/** On whose behalf something is done. Every public function of a domain takes one, and every query names its user. */
export type Viewer = {
  userId: string;
  /** The device (session) that acts; null for jobs. Changes carry it, so that a device can tell its own. */
  deviceId: string | null;
  /** The operation of a device's queue that is being applied: a write notes it, so that a repetition is recognised. */
  operationId?: string | null;
};

/** The viewer a background job acts as: the person, from no device. */
export const jobViewer = (userId: string): Viewer => ({ userId, deviceId: null });
