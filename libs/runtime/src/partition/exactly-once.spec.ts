import {
  array,
  assert,
  asyncProperty,
  boolean,
  constant,
  constantFrom,
  nat,
  oneof,
  record,
  type Arbitrary,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DecisionEvent } from '@tutti/contracts';
import type { AppendFault } from '../fixture/faults.js';
import { ANYBODY, World } from '../fixture/world.js';

/** What happens next: decisions are sent, the process dies and starts again, memory's pace is what it is. */
type Step =
  | { does: 'send'; subject: number; verb: number; repeats: boolean }
  | { does: 'fault'; fault: AppendFault | 'die'; after: number }
  | { does: 'crash' };

const TYPES = ['order.place', 'order.ship', 'order.note', 'order.cancel', 'order.vanish'];

const step: Arbitrary<Step> = oneof(
  {
    weight: 12,
    arbitrary: record({
      does: constant('send' as const),
      subject: nat(5),
      verb: nat(TYPES.length - 1),
      repeats: boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: record({
      does: constant('fault' as const),
      fault: constantFrom<AppendFault | 'die'>('before', 'after', 'die'),
      after: nat(2),
    }),
  },
  { weight: 1, arbitrary: record({ does: constant('crash' as const) }) },
);

describe('whatever goes wrong', () => {
  it('every decision has one verdict, every answer is in the journal, memory is the journal folded', async () => {
    await assert(
      asyncProperty(
        array(step, { minLength: 1, maxLength: 40 }),
        constantFrom(1, 2, 3),
        constantFrom(2, 100),
        constantFrom(1, 5, 1_000),
        async (steps, partitions, subjectsInMemory, flushVerdicts) => {
          const world = new World();
          const options = { partitions, subjectsInMemory, tasks: { flushVerdicts } };
          const sent: DecisionEvent[] = [];
          const answered = new Map<string, string>();
          let starting = world.start(options);
          const restart = (): Promise<unknown> => {
            world.die();
            starting = world.start(options);
            return starting;
          };
          /** Sends until it is answered, as a client does; a process that died meanwhile is started again. */
          const send = async (event: DecisionEvent): Promise<void> => {
            for (;;) {
              await starting;
              const { death } = world;
              const answer = await Promise.race([world.backbone.submit(event, ANYBODY), death]);
              if (answer === 'died') {
                // Whoever notices first starts it again.
                if (death === world.death) void restart();
                continue;
              }
              const { id } = event.attributes;
              const { position, reasons } = answer.verdict;
              // Too early: the id is not used up, and sending it again is another try.
              if (reasons?.some(({ retryable }) => retryable) === true) return;
              if (answered.has(id!)) expect(position).toBe(answered.get(id!));
              answered.set(id!, position);
              return;
            }
          };
          for (const one of steps) {
            await starting;
            if (one.does === 'send') {
              const event = world.event({ type: TYPES[one.verb]!, subject: `o-${one.subject}` });
              sent.push(event);
              await Promise.all(one.repeats ? [send(event), send(event)] : [send(event)]);
            } else if (one.does === 'crash') {
              await restart();
            } else {
              world.failOnce(one.fault, one.after);
            }
          }
          for (const event of sent) await send(event);

          const final = new Map<string, string[]>();
          for (let partition = 0; partition < partitions; partition++) {
            for (const { verdict, revision } of await world.journaled(partition)) {
              if (!verdict.usesId) continue;
              final.set(verdict.id!, [...(final.get(verdict.id!) ?? []), `${partition}-${revision}`]);
            }
          }
          for (const [id, positions] of final) expect([id, positions]).toEqual([id, [answered.get(id)]]);
          const folded = await world.folded(partitions);
          expect(await world.known(folded.keys())).toEqual(folded);
          await restart();
          expect(await world.known(folded.keys())).toEqual(folded);
          await world.end();
        },
      ),
      { numRuns: 40 },
    );
  });
});
