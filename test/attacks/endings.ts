import { goodPassword, type Client } from '../setup/client.ts';

/** How a session ends: what its device asks for, and whether the other devices of the person are signed out as well. */
export const endings: Readonly<
  Record<string, { document: (client: Client) => string; reaches: 'this device' | 'all' }>
> = {
  logout: { document: () => 'mutation { logout }', reaches: 'this device' },
  endDevice: {
    document: ({ session }) => `mutation { endDevice(id: "${session!.device.id}") }`,
    reaches: 'this device',
  },
  logoutEverywhere: { document: () => 'mutation { logoutEverywhere }', reaches: 'all' },
  changePassword: {
    document: () =>
      `mutation { changePassword(currentPassword: "${goodPassword}", newPassword: "another long sentence") { expiresAt } }`,
    reaches: 'all',
  },
  deleteAccount: { document: () => `mutation { deleteAccount(password: "${goodPassword}") }`, reaches: 'all' },
};
