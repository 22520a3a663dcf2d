import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.ts';
import { runMain } from '../setup/process.ts';

describe('settings that cannot be used', () => {
  it('end the start with a message that names the setting and the way out, and without a stack', async () => {
    const child = runMain({ ROLE: 'web' });
    expect(await child.exited).toBe(1);
    expect(child.output()).toMatch(/ROLE: .*DATABASE_URL/);
    expect(child.output()).not.toMatch(/^\s+at /m);
  });

  it('are refused with all of them named at once', () => {
    const bad = { PORT: '70000', LOG_LEVEL: 'loud', DATABASE_URL: 'mysql://localhost/x' };
    expect(() => readConfig(bad)).toThrow(ConfigError);
    for (const name of Object.keys(bad)) expect(() => readConfig(bad)).toThrow(name);
  });

  it('are missing secrets in production, and short ones anywhere', () => {
    expect(() => readConfig({ NODE_ENV: 'production' })).toThrow(/JWT_SECRET[\s\S]*ENCRYPTION_KEY/);
    expect(() => readConfig({ JWT_SECRET: 'short' })).toThrow('32 bytes');
    expect(() => readConfig({ ENCRYPTION_KEY: 'c2hvcnQ=' })).toThrow('32 bytes');
  });

  it('do not include empty ones: those are unset', () => {
    expect(readConfig({ REDIS_URL: '', PORT: '' })).toMatchObject({ redisUrl: undefined, port: 4000 });
  });

  it('never print the value of a secret', () => {
    const secret = 'do-not-print';
    expect(() => readConfig({ JWT_SECRET: secret, ENCRYPTION_KEY: secret })).not.toThrow(secret);
    expect(() => readConfig({ JWT_SECRET: secret, ENCRYPTION_KEY: secret })).toThrow(ConfigError);
  });
});

describe('the settings of scheduled exports', () => {
  const plan = (given: Record<string, string>) => readConfig({ DATA_DIR: '/data', ...given }).exports;
  const server = { DATABASE_URL: 'postgres://localhost/x' };

  it('have them on with the embedded database, off with a server, and on wherever a folder is named', () => {
    expect(plan({})).toEqual({
      folder: '/data/exports',
      schedule: '25 * * * *',
      keep: { days: 7, weeks: 4, months: 12 },
    });
    expect(plan(server)).toMatchObject({ folder: '/data/exports', schedule: null });
    expect(plan({ ...server, EXPORT_DIR: '/disk' })).toMatchObject({ folder: '/disk', schedule: '25 * * * *' });
    expect(plan({ ...server, EXPORT_SCHEDULE: '0 3 * * *' })).toMatchObject({ schedule: '0 3 * * *' });
    expect(plan({ DATA_DIR: 'memory://' })).toMatchObject({ folder: null, schedule: null });
    expect(plan({ DATA_DIR: 'memory://', EXPORT_SCHEDULE: '0 3 * * *' })).toMatchObject({ schedule: null });
  });

  it('can switch them off and leave the folder known: what lies there still goes with an account', () => {
    expect(plan({ EXPORT_SCHEDULE: 'off' })).toMatchObject({ folder: '/data/exports', schedule: null });
  });

  it('take times and numbers that mean something, and no others', () => {
    for (const good of ['0 0 1 1 0', '*/10 * * * *', '5,35 0-23/2 1-15 * 1-5', '59 23 31 12 7'])
      expect(plan({ EXPORT_SCHEDULE: good }).schedule).toBe(good);
    for (const bad of ['nightly', '0 3 * *', '60 * * * *', '* 24 * * *', '* * 0 * *', '5-1 * * * *', '* * * * * *'])
      expect([bad, isRefused({ EXPORT_SCHEDULE: bad })]).toEqual([bad, true]);
    expect(plan({ EXPORT_KEEP: '1,0,0' }).keep).toEqual({ days: 1, weeks: 0, months: 0 });
    for (const bad of ['0,4,12', '7', '7,4', '-1,4,12', '7,4,12,1', 'a,b,c'])
      expect(isRefused({ EXPORT_KEEP: bad })).toBe(true);
  });

  const isRefused = (given: Record<string, string>): boolean => {
    try {
      return plan(given) === null;
    } catch (error) {
      return error instanceof ConfigError && error.message.includes(Object.keys(given)[0]!);
    }
  };
});
