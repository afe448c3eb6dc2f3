import { TuttiError, type TuttiErrorDetails } from '@tutti/kernel';

/** PostgreSQL for tests could not be started, or not again. Code `postgres-not-started`. */
export class PostgresNotStartedError extends TuttiError {
  constructor(message: string, details: TuttiErrorDetails = {}) {
    super('postgres-not-started', message, details);
  }
}
