import { ApiError, postOperation, type Session } from '../clients/typescript/src/index.ts';

const fields = 'accessToken refreshToken user { id }';
const register = `mutation ($input: RegisterInput!) { session: register(input: $input) { ${fields} } }`;
const login = `mutation ($input: LoginInput!) { session: login(input: $input) { ${fields} } }`;

/** Opens an account, or signs in when there is one already. */
export async function signIn(
  url: string,
  account: { email: string; password: string },
  deviceName: string,
): Promise<Session> {
  const open = (document: string) =>
    postOperation(url)<{ session: Session }>(document, { input: { ...account, deviceName } });
  const opened = open(register).catch((error: unknown) => {
    if (error instanceof ApiError) return open(login);
    throw error;
  });
  return (await opened).session;
}
