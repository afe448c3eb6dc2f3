import { ValidationPipe, type Type } from '@nestjs/common';
import { TuttiError } from '@tutti/kernel';
import type { ValidationError } from 'class-validator';

/** Checks a body or a query against a class with class-validator; nothing it does not name passes. */
export function checked(expectedType: Type<unknown>): ValidationPipe {
  return new ValidationPipe({
    expectedType,
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: true,
    exceptionFactory: (errors) => malformed(errors),
  });
}

function malformed(errors: readonly ValidationError[]): TuttiError {
  const found = errors.flatMap((error) => findings(error, ''));
  return new TuttiError('malformed', found.map(({ pointer, message }) => `${pointer} ${message}`).join('; '), {
    facts: { errors: found },
  });
}

function findings(error: ValidationError, parent: string): { code: string; pointer: string; message: string }[] {
  const pointer = `${parent}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const own = Object.values(error.constraints ?? {}).map((message) => ({ code: 'malformed', pointer, message }));
  return [...own, ...(error.children ?? []).flatMap((child) => findings(child, pointer))];
}
