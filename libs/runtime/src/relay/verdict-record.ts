import { positionOf } from '@tutti/contracts';
import { formatTime } from '@tutti/kernel';
import type { JournalRecord } from '../journal/block.js';
import type { NewRecord } from '../ports/log.js';
import { verdictAt } from '../reading/block-shelf.js';
import { glanceAtVerdict, VERDICT_MEMBERS, type VerdictGlance } from '../reading/verdict-glance.js';

/** Type of the CloudEvents that carry verdicts. */
export const VERDICT_EVENT_TYPE = 'tutti.verdict.v1';
/** Header of a verdict's revision in its partition's journal stream: what consumers and a relay that starts go by. */
export const REVISION_HEADER = 'ce_revision';

const NOTHING = Buffer.alloc(0);
const BRACE = 0x7b;

/** Headers that many verdicts share, made once each. */
class SharedBytes {
  private readonly known = new Map<string, Buffer>();

  of(text: string): Buffer {
    const found = this.known.get(text);
    if (found !== undefined) return found;
    if (this.known.size >= 10_000) this.known.clear();
    const made = Buffer.from(text);
    this.known.set(text, made);
    return made;
  }
}

/** Makes the records of topic `verdicts` from those of a partition's journal stream (SURFACE §5). */
export class VerdictRecords {
  private readonly shared = new SharedBytes();
  private readonly source: Buffer;
  private atText = '';
  private atBytes = NOTHING;

  constructor(
    space: string,
    private readonly partition: number,
  ) {
    this.source = Buffer.from(`/spaces/${encodeURIComponent(space)}/verdicts/${partition}`);
  }

  /**
   * The topic's record of a verdict: key = subject, empty where none could be read; value = the verdict as outsiders
   * read it, its decision's bytes as received; headers in CloudEvents' binary mode.
   *
   * @param record a record of kind `verdict`
   * @throws TuttiError `journal-corrupt`
   */
  make(record: JournalRecord): NewRecord {
    const { line, revision } = record;
    const glance = glanceAtVerdict(line);
    if (glance === undefined) return this.parsed(record);
    return this.record(glance, revision, splice(line, glance, revision));
  }

  /** The same, by parsing the record: for those that are not laid out as usual. */
  parsed({ line, revision }: JournalRecord): NewRecord {
    const journaled = verdictAt(this.partition, revision, line);
    const { accepted, reasons, irregular, contract, epoch, subject, id, atMs } = journaled.verdict;
    const code = (reasons ?? irregular)?.[0]?.code;
    const shown = { accepted, code, contract, epoch, id, at: formatTime(atMs), subject: subject?.id };
    const text = journaled.text();
    const value = `${text.slice(0, text.lastIndexOf(',"position":'))},"revision":${revision}}`;
    return this.record(shown, revision, Buffer.from(value));
  }

  private record(
    shown: Pick<VerdictGlance, 'accepted' | 'code' | 'contract' | 'epoch' | 'id' | 'at' | 'subject'>,
    revision: number,
    value: Buffer,
  ): NewRecord {
    const { accepted, code, contract, epoch, subject, id, at } = shown;
    const { shared } = this;
    if (at !== this.atText) {
      this.atText = at;
      this.atBytes = Buffer.from(at);
    }
    const key = subject === undefined ? NOTHING : Buffer.from(subject);
    const headers: Record<string, Buffer> = {
      'content-type': JSON_TYPE,
      ce_specversion: SPEC_VERSION,
      ce_id: Buffer.from(positionOf(this.partition, revision)),
      ce_source: this.source,
      ce_type: EVENT_TYPE,
      ce_time: this.atBytes,
      ce_accepted: accepted ? TRUE : FALSE,
      [REVISION_HEADER]: Buffer.from(`${revision}`),
      ce_epoch: shared.of(`${epoch}`),
    };
    if (subject !== undefined) headers['ce_subject'] = key;
    if (code !== undefined) headers['ce_code'] = shared.of(code);
    if (contract !== undefined) headers['ce_contract'] = shared.of(contract);
    if (id !== undefined) headers['ce_causationid'] = Buffer.from(id);
    return { key, value, headers };
  }
}

const JSON_TYPE = Buffer.from('application/json');
const SPEC_VERSION = Buffer.from('1.0');
const EVENT_TYPE = Buffer.from(VERDICT_EVENT_TYPE);
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const DECISION = Buffer.from(',"decision":');

/** The record without `kind` and `mode`, and with its revision: bytes copied, not read. */
function splice(line: Buffer, { headEnd, decision }: VerdictGlance, revision: number): Buffer {
  const tail = `,"revision":${revision}}`;
  const head = headEnd - VERDICT_MEMBERS;
  const body = line.length - 1 - decision;
  const value = Buffer.allocUnsafe(1 + head + DECISION.length + body + tail.length);
  value[0] = BRACE;
  let at = 1 + line.copy(value, 1, VERDICT_MEMBERS, headEnd);
  at += DECISION.copy(value, at);
  at += line.copy(value, at, decision, line.length - 1);
  value.write(tail, at, 'latin1');
  return value;
}

/** Revision of a verdict by its header; undefined where the record is no verdict of ours. */
export function revisionOf(headers: Readonly<Record<string, Buffer>>): number | undefined {
  const text = headers[REVISION_HEADER]?.toString('latin1');
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
