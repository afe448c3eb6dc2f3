import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';

/**
 * Sets V8's collector up for a process through which much passes and of which little stays. To be called before there is
 * much in memory.
 *
 * - Bytes that pass through buffers count with the heap. By themselves, every 64 MB of them start a collection of all of
 *   it, which at ten thousand decisions a second is several times a second.
 * - All of it is collected when it has tripled since the last time. How large it may get at all is Node's limit, as ever.
 * - On one or two cores no threads help to collect what is young: they take their time from the one they help.
 */
export function tuneHeap(): void {
  setFlagsFromString('--external-memory-accounted-in-global-limit');
  setFlagsFromString('--heap-growing-percent=200');
  if (availableParallelism() <= 2) setFlagsFromString('--no-parallel-scavenge');
}
