import { parseSubject, type SubjectState } from '@tutti/contracts';
import type { SubjectStore } from '../ports/store.js';
import type { PartitionTask } from './partition-task.js';

/**
 * A subject as the task of its partition has it; undefined where nothing was ever recorded about it.
 *
 * @throws TuttiError `unavailable`, StoreUnavailableError
 */
export async function visitSubject(
  task: PartitionTask,
  store: SubjectStore,
  id: string,
): Promise<SubjectState | undefined> {
  const cached = await task.visit((subjects) => {
    const found = subjects.peek(id);
    return found === undefined ? undefined : { ...found.state };
  });
  if (cached !== undefined) return cached.log.size === 0 ? undefined : cached;
  const [stored] = await store.read(task.partition, [id]);
  return stored === undefined ? undefined : parseSubject(stored.state, stored.chunks);
}
