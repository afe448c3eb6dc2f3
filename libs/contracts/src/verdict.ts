import type { Json } from '@tutti/kernel';
import type { InputRoad } from './event.js';
import type { Reason } from './reason.js';
import type { SubjectView } from './subject.js';

/** The backbone's record of one decision, without the decision's own bytes. Times are milliseconds. */
export interface Verdict {
  accepted: boolean;
  /** Why it was refused; only where `accepted` is false. */
  reasons?: Reason[] | undefined;
  /** Why it would have been refused; only where it was accepted although a rule would refuse it. */
  irregular?: Reason[] | undefined;
  /** Of the decision; absent where the envelope could not be read. */
  type?: string | undefined;
  source?: string | undefined;
  id?: string | undefined;
  /** Participant and the role acted in; absent where that was not reached. `{id: '', role: 'clock'}` for deadlines. */
  by?: { id: string; role: string } | undefined;
  /** How `source` was proven: `token`, `signature KID`, `network`, `clock`. Absent where it was not. */
  auth?: string | undefined;
  /** 64 hexadecimal digits. */
  hash: string;
  /** `order.ship@2`; absent where no contract was found. */
  contract?: string | undefined;
  /** Model revision it was judged under. */
  model: number;
  epoch: number;
  atMs: number;
  /** Policy → revision it was judged under. */
  policies: Readonly<Record<string, number>>;
  /** The subject after the decision; absent where no subject could be read. */
  subject?: SubjectView | undefined;
  /** State before, where the decision moved the subject. */
  moved?: { from: string; to: string } | undefined;
  road: InputRoad;
  /** True where the id is used up by this verdict. Not recorded: it follows from `accepted` and `reasons`. */
  usesId: boolean;
}

/** A verdict as outsiders read it (SURFACE §5): HTTP bodies, SSE, topic `verdicts`. */
export interface WireVerdict {
  accepted: boolean;
  reasons?: Reason[];
  irregular?: Reason[];
  /** The event in structured form as received; `{ base64 }` where its bytes are no JSON. */
  decision: Json;
  by?: { id: string; role: string };
  auth?: string;
  /** `sha256:…` */
  hash: string;
  contract?: string;
  model: number;
  epoch: number;
  /** RFC 3339 */
  at: string;
  policies: Readonly<Record<string, number>>;
  subject?: SubjectView;
  moved?: { from: string; to: string };
  input: InputRoad;
  /** `3-1207`: partition and revision. */
  position: string;
  partition: number;
  revision: number;
}
