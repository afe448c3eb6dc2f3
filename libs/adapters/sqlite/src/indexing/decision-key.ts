import { sha256 } from '@tutti/kernel';
import { parseRecord, verdictAt, verdictsOf, type JournalRecord } from '@tutti/runtime';

/** What the index needs of a verdict's record. */
export interface IndexedVerdict {
  /** Of the decision, where its envelope could be read. */
  source: string | undefined;
  id: string | undefined;
  accepted: boolean;
  /** Whether there are reasons why it was refused or is irregular. */
  hasFindings: boolean;
  /** `order.ship@2` */
  contract: string | undefined;
}

interface Recorded {
  accepted: boolean;
  reasons?: unknown[];
  irregular?: unknown[];
  contract?: string;
  decision?: { source?: unknown; id?: unknown } | null;
}

/** Reads a verdict's record as far as the index needs it. @throws TuttiError `journal-corrupt` */
export function readIndexed(partition: number, record: JournalRecord): IndexedVerdict {
  const recorded = parseRecord(verdictsOf(partition), record) as unknown as Recorded;
  const { accepted, reasons, irregular, contract, decision } = recorded;
  const rest = { accepted, hasFindings: reasons !== undefined || irregular !== undefined, contract };
  const { source, id } =
    decision === undefined ? verdictAt(partition, record.revision, record.line).verdict : (decision ?? {});
  return { ...rest, source: textOf(source), id: textOf(id) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/**
 * Key of a decision: the first 48 bits of SHA-256(source NUL id), which fit a number. Different decisions may share
 * one: whoever looks up must compare.
 */
export function decisionKey(source: string, id: string): number {
  return sha256(`${source}\0${id}`).readUIntBE(0, 6);
}
