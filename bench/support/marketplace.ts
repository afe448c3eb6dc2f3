import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteJournal, SqliteSubjectStore } from '@tutti/adapter-sqlite';
import { readEvent } from '@tutti/contracts';
import { parseModel } from '@tutti/model';
import { type Backbone, createBackbone } from '@tutti/runtime';
import { openMarketplace } from './server.ts';

export const partitions = 4;

/**
 * A backbone with the open marketplace in force, on SQLite files of its own: judging, journal and store. No index: it
 * follows the journal in a thread of its own and is no part of the way of a decision.
 */
export async function marketplaceIn(folder: string): Promise<Backbone> {
  mkdirSync(folder);
  const backbone = await createBackbone({
    journal: SqliteJournal.open(join(folder, 'journal.sqlite')),
    store: SqliteSubjectStore.open(join(folder, 'store.sqlite')),
    space: 'bench',
    trust: 'network',
    partitions,
  });
  const { definition } = parseModel(openMarketplace(), 'marketplace.tutti.yaml');
  const act = { act: 'publish-model', by: 'bench', because: 'to be measured', breaking: false } as const;
  const { effectiveEpoch } = await backbone.operate({ ...act, definition: definition! });
  await backbone.inForce(effectiveEpoch);
  return backbone;
}

/** Reads and submits raw events together; throws unless all of them are accepted. */
export async function acceptAll(backbone: Backbone, events: readonly Buffer[]): Promise<void> {
  const answers = await backbone.submitAll(
    events.map((bytes) => ({ event: readEvent({ mode: 'structured', bytes }), authentication: { how: 'none' } })),
  );
  for (const answer of answers) {
    if (answer instanceof Error) throw answer;
    if (!answer.accepted) throw new Error(`a decision was refused: ${answer.text()}`);
  }
}
