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
