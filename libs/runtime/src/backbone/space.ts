import type { Trust } from '@tutti/contracts';
import { formatTime, TuttiError } from '@tutti/kernel';
import type { ControlRecord } from '../control/control-record.js';
import type { ControlState } from '../control/control-state.js';
import type { ControlStream } from '../control/control-stream.js';
import { JOURNAL_VERSION } from '../journal/block-header.js';

/** Version of the records of `control`. */
export const CONTROL_VERSION = 1;
const PARTITIONS_DEFAULT = 4;
const PARTITIONS_MAX = 1_024;

/** Which space is meant. */
export interface SpaceOptions {
  space: string;
  /** Fixed at the space's first start. Undefined: as journaled, {@link partitionsOfNew} at the first start. */
  partitions?: number;
  /** Partitions of a space that nobody gives a number; default 4. */
  partitionsOfNew?: number;
  /** Fixed at the space's first start. Undefined: as journaled, `signed` at the first start. */
  trust?: Trust;
}

/**
 * Creates the space where the journal is empty; else checks that it is the one asked for.
 *
 * @throws TuttiError `space-differs`, `partitions-differ`, `trust-differs`, `malformed`
 */
export async function openSpace(control: ControlStream, options: SpaceOptions, nowMs: number): Promise<void> {
  await control.append((state) => (state.revision >= 0 ? checkSpace(state, options) : creation(options, nowMs)));
}

function creation(options: SpaceOptions, nowMs: number): ControlRecord | TuttiError {
  const { space, partitionsOfNew = PARTITIONS_DEFAULT, partitions = partitionsOfNew, trust = 'signed' } = options;
  if (!Number.isSafeInteger(partitions) || partitions < 1 || partitions > PARTITIONS_MAX) {
    return new TuttiError('malformed', `a space cannot have ${partitions} partitions`, {
      where: 'partitions',
      mend: `Choose a number from 1 to ${PARTITIONS_MAX}.`,
    });
  }
  const formats = { journal: JOURNAL_VERSION, control: CONTROL_VERSION };
  return { kind: 'SpaceCreated', space, partitions, hash: 'murmur2', trust, formats, at: formatTime(nowMs) };
}

function checkSpace(state: ControlState, options: SpaceOptions): undefined | TuttiError {
  const { space, partitions, trust } = options;
  const { journal, control } = state.formats;
  if (journal !== JOURNAL_VERSION || control !== CONTROL_VERSION) {
    return new TuttiError(
      'journal-version',
      `the journal has formats ${journal} and ${control}, this release reads 1`,
      {
        where: 'control',
        mend: 'Run the release that wrote it, or a later one.',
        facts: { journal, control },
      },
    );
  }
  if (state.space !== space) {
    return new TuttiError('space-differs', `the journal holds space ${state.space}, not ${space}`, {
      where: 'control',
      mend: 'Name that space, or choose another data folder.',
      facts: { journaled: state.space, wanted: space },
    });
  }
  if (partitions !== undefined && partitions !== state.partitions) {
    return new TuttiError(
      'partitions-differ',
      `space ${space} was created with ${state.partitions} partitions, not ${partitions}`,
      {
        where: 'control',
        mend: `Set partitions to ${state.partitions}, or leave it out: it is fixed for the life of a space.`,
        facts: { journaled: state.partitions, wanted: partitions },
      },
    );
  }
  if (trust !== undefined && trust !== state.trust) {
    return new TuttiError('trust-differs', `space ${space} was created with trust ${state.trust}, not ${trust}`, {
      where: 'control',
      mend: `Set trust to ${state.trust}, or leave it out: it is fixed for the life of a space.`,
      facts: { journaled: state.trust, wanted: trust },
    });
  }
  return undefined;
}
