import type { SubjectState, WireVerdict } from '@tutti/contracts';
import type { VerdictReader } from './verdict-reader.js';

/** Verdicts of one subject that are handed out at once. */
export const HISTORY_LIMIT = 100;

/** The verdicts on a decision about a subject, oldest first: of its latest, and those by which its id is used up. */
export async function findOnSubject(
  reader: VerdictReader,
  state: SubjectState,
  source: string,
  id: string,
): Promise<WireVerdict[]> {
  const used = new Set(state.log.find(source, id, 0));
  const found: WireVerdict[] = [];
  // Verdicts that did not use the id up are not remembered by it; they are looked for in the latest of its history.
  const latest = state.log.revisions().slice(-HISTORY_LIMIT);
  for (const revision of [...new Set([...latest, ...used])].toSorted((a, b) => a - b)) {
    const verdict = await reader.at(revision);
    if (verdict?.verdict.id === id && verdict.verdict.source === source) found.push(verdict.wire());
  }
  return found;
}

/** The verdicts that an index names, as far as they are on that decision. */
export async function findAtPlaces(
  readers: readonly VerdictReader[],
  places: readonly { partition: number; revision: number }[],
  source: string,
  id: string,
): Promise<WireVerdict[]> {
  const found: WireVerdict[] = [];
  for (const { partition, revision } of places) {
    const verdict = await readers[partition]?.at(revision);
    if (verdict?.verdict.id === id && verdict.verdict.source === source) found.push(verdict.wire());
  }
  return found;
}
