import { TuttiError } from '@tutti/kernel';
import type { TaskSettings } from '../partition/task-surroundings.js';

const SUBJECTS_IN_MEMORY = 250_000;
const TASKS: Omit<TaskSettings, 'subjectsMax'> = {
  queueMax: 20_000,
  queueCharsMax: 64 * 1024 * 1024,
  flushVerdicts: 100_000,
  flushSubjects: 50_000,
  flushAfterMs: 10_000,
};

/** What may be said about how much partitions take on. */
export interface TaskOptions {
  /** Subjects kept in memory over all partitions, about; default 250,000 (about 1 KB each). */
  subjectsInMemory?: number;
  /** How much each partition takes on, and how long it puts off storing. */
  tasks?: Partial<Omit<TaskSettings, 'subjectsMax'>>;
}

/** What each of so many partitions takes on. @throws TuttiError `malformed` */
export function taskSettings(options: TaskOptions, partitions: number): TaskSettings {
  const { subjectsInMemory = SUBJECTS_IN_MEMORY, tasks } = options;
  if (!(subjectsInMemory >= 1)) {
    throw new TuttiError('malformed', `memory for ${subjectsInMemory} subjects`, {
      where: 'subjectsInMemory',
      mend: 'Give a number of at least 1.',
    });
  }
  return { ...TASKS, ...tasks, subjectsMax: Math.max(2, Math.ceil(subjectsInMemory / partitions)) };
}
