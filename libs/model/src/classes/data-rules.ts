import { ValidateBy, type ValidationOptions } from 'class-validator';
import { parseTime } from '@tutti/kernel';
import { ROLE_LENGTH_MAX, SHARE_MAX } from '../data-schema.js';

/** Names of our own rules in class-validator's metadata. */
export const IS_ROLE = 'isRole';
export const IS_AMOUNT = 'isAmount';
export const IS_SHARE = 'isShare';
export const IS_TIME = 'isTime';

/** The property names a participant who holds the role. */
export function IsRole(role: string, options?: ValidationOptions): PropertyDecorator {
  const validate = (value: unknown) => typeof value === 'string' && [...value].length <= ROLE_LENGTH_MAX;
  return rule(IS_ROLE, [role], validate, `$property must be the id of a ${role}`, options);
}

/** The property is an amount: an integer in the asset's smallest unit (cents, for USD with 2 decimal places). */
export function IsAmount(asset: string, options?: ValidationOptions): PropertyDecorator {
  const message = `$property must be an integer amount of ${asset} in its smallest unit`;
  return rule(IS_AMOUNT, [asset], Number.isSafeInteger, message, options);
}

/** The property is a share: an integer in basis points, 10000 being the whole. */
export function IsShare(options?: ValidationOptions): PropertyDecorator {
  const validate = (value: unknown) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= SHARE_MAX;
  return rule(IS_SHARE, [], validate, `$property must be a share in basis points, 0 to ${SHARE_MAX}`, options);
}

/** The property is an RFC 3339 time that exists; the same contract as `@IsRFC3339()`, which lets 31 February pass. */
export function IsTime(options?: ValidationOptions): PropertyDecorator {
  const validate = (value: unknown) => typeof value === 'string' && parseTime(value) !== undefined;
  return rule(IS_TIME, [], validate, '$property must be an RFC 3339 time', options);
}

function rule(
  name: string,
  constraints: unknown[],
  validate: (value: unknown) => boolean,
  message: string,
  options?: ValidationOptions,
): PropertyDecorator {
  const said = (options?.each ?? false) ? `each value in ${message}` : message;
  return ValidateBy({ name, constraints, validator: { validate, defaultMessage: () => said } }, options);
}
