import { TuttiError } from '@tutti/kernel';

/** What is away or wrong now, as readiness tells it. */
export interface Problem {
  code: string;
  detail: string;
  /** Wall time it was first seen, milliseconds since 1970. */
  sinceMs: number;
}

/** Problems by who has them; each has one at a time. */
export class Problems {
  private readonly byOwner = new Map<string, Problem>();

  constructor(private readonly nowMs: () => number) {}

  say(owner: string, error: unknown): void {
    const code = error instanceof TuttiError ? error.code : 'internal';
    const detail = error instanceof Error ? error.message : String(error);
    const before = this.byOwner.get(owner);
    const sinceMs = before?.code === code ? before.sinceMs : this.nowMs();
    this.byOwner.set(owner, { code, detail, sinceMs });
  }

  solved(owner: string): void {
    this.byOwner.delete(owner);
  }

  /** Each code once, with its earliest time. */
  list(): Problem[] {
    const byCode = new Map<string, Problem>();
    for (const problem of this.byOwner.values()) {
      const before = byCode.get(problem.code);
      if (before === undefined || problem.sinceMs < before.sinceMs) byCode.set(problem.code, problem);
    }
    return [...byCode.values()];
  }
}
