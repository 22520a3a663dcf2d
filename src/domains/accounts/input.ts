import { z } from 'zod';
import { isTimeZone } from '../../kernel/civil-time.ts';
import { isStorable, toSearchable } from '../../kernel/text.ts';
import { commonPasswords } from './common-passwords.ts';

export const passwordLimits = { min: 8, max: 256 } as const;
export const deviceNameMax = 100;
/** Bytes of JSON. */
export const preferencesMax = 16 * 1024;

const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'This is not a time zone of the IANA database, such as Europe/Vienna.');

const email = z
  .string()
  .trim()
  .max(254, 'An email address has at most 254 characters.')
  .toLowerCase()
  .pipe(z.email('This is not an email address.'));

const newPassword = z
  .string()
  .min(passwordLimits.min, `A password needs at least ${passwordLimits.min} characters.`)
  .max(passwordLimits.max, `A password has at most ${passwordLimits.max} characters.`)
  .refine((password) => !isCommon(password), 'This password is among the first that others would guess.');

const deviceName = z
  .string()
  .trim()
  .max(deviceNameMax, `A device name has at most ${deviceNameMax} characters.`)
  .refine(isStorable, 'A device name cannot hold U+0000 or half of a surrogate pair.')
  .nullish();

export const registerShape = z
  .object({ email, password: newPassword, timeZone: timeZone.nullish(), deviceName })
  .refine((account) => account.password.toLowerCase() !== account.email, {
    path: ['password'],
    message: 'The password must not be the email address.',
  });

/** A login takes whatever it is given: only what could not be anybody's is refused before hashing. */
export const loginShape = z.object({
  email: z.string().max(254).trim().toLowerCase().transform(toSearchable),
  password: z.string().max(passwordLimits.max, `A password has at most ${passwordLimits.max} characters.`),
  deviceName,
});

export const passwordChangeShape = z.object({
  currentPassword: z.string().max(passwordLimits.max),
  newPassword,
});

/** Of an account that is to be erased: what is longer than any password is not hashed. */
export const erasureShape = z.object({
  password: z.string().max(passwordLimits.max, `A password has at most ${passwordLimits.max} characters.`),
});

export const profileShape = z.object({
  timeZone: timeZone.nullish(),
  dayStartsAt: z.int().min(0, 'A day begins between 0 and 23.').max(23, 'A day begins between 0 and 23.').nullish(),
  preferences: z
    .record(z.string(), z.json())
    .refine(
      (value) => Buffer.byteLength(JSON.stringify(value)) <= preferencesMax,
      `Preferences have at most ${preferencesMax} bytes.`,
    )
    .refine(isStorableJson, 'Preferences cannot hold U+0000 or half of a surrogate pair.')
    .nullish(),
});

export type RegisterInput = z.input<typeof registerShape>;
export type LoginInput = z.input<typeof loginShape>;
export type ProfileInput = z.input<typeof profileShape>;
export type ProfileSettings = z.output<typeof profileShape>;

function isCommon(password: string): boolean {
  const plain = password.toLowerCase();
  return commonPasswords.has(plain) || new Set(plain).size < 3;
}

function isStorableJson(value: unknown): boolean {
  let isGood = true;
  JSON.stringify(value, (key, part: unknown) => {
    isGood &&= isStorable(key) && (typeof part !== 'string' || isStorable(part));
    return part;
  });
  return isGood;
}
