import type { WireVerdict } from '@tutti/contracts';
import type { ReadRecord } from './kafka-port.js';

/** The verdict in a record of the topic of verdicts. `undefined` where there is none: somebody else wrote it. */
export function verdictOfRecord(partition: number, { value }: ReadRecord): WireVerdict | undefined {
  if (value === null) return undefined;
  try {
    const wire = JSON.parse(new TextDecoder().decode(value)) as WireVerdict;
    if (typeof wire.accepted !== 'boolean' || typeof wire.revision !== 'number') return undefined;
    return { ...wire, partition, position: `${partition}-${wire.revision}` };
  } catch {
    return undefined;
  }
}

/** Where the decision of a verdict lay in the intake topic; `undefined` where it came by another road. */
export function offsetOf({ input }: WireVerdict): number | undefined {
  return 'offset' in input ? input.offset : undefined;
}
