import type { Clock } from '../clock/clock.js';
import type { RecordedTime } from '../clock/recorded-time.js';
import type { ControlStream } from '../control/control-stream.js';
import type { Journal } from '../ports/journal.js';
import type { SubjectStore } from '../ports/store.js';
import type { Problems } from '../problems/problems.js';
import type { IntakeEnds } from './due-barriers.js';
import type { QueueLimits } from './input-queue.js';
import type { WriteBehindPace } from './write-behind.js';

/** How much a task takes on, and how long it puts off storing. */
export interface TaskSettings extends WriteBehindPace, QueueLimits {
  /** Subjects kept in memory, about. */
  subjectsMax: number;
}

/** What a task works with. */
export interface TaskSurroundings {
  journal: Journal;
  store: SubjectStore;
  control: ControlStream;
  clock: Clock;
  time: RecordedTime;
  problems: Problems;
  /** Told of records made. */
  decided(count: number): void;
  /** The partition's intake topic; undefined on one machine, which has none. */
  intake?: IntakeEnds;
}
