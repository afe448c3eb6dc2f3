import { TuttiError, type TuttiErrorDetails } from '@tutti/kernel';

/** PostgreSQL for tests could not be started, or not again. Code `postgres-start`. */
export class PostgresStartError extends TuttiError {
  constructor(message: string, details: TuttiErrorDetails = {}) {
    super('postgres-start', message, details);
  }
}
