import type { Done, Participant } from '@tutti/client/admin';
import { TuttiError } from '@tutti/kernel';
import { type Command, Option } from 'commander';
import { type Call, define, group, listOption } from '../run/define.js';
import type { Shell } from '../run/shell.js';
import { columns } from '../terminal/columns.js';
import type { Output } from '../terminal/output.js';

interface BecauseOption {
  because: string;
}

/** The reason that goes on record with an operator's act. */
export function becauseOption(): Option {
  return new Option('--because <text>', 'why; goes on record').default('by command line');
}

/** `tutti participant …` */
export function participantCommand(program: Command, shell: Shell): void {
  const participant = group(program, 'participant', 'who takes part, in which roles, with which keys');
  const roles = new Option('--roles <roles>', 'a,b').argParser(listOption);
  const key = new Option('--public-key <key>', 'Ed25519, raw, base64url; as `tutti keys new` prints it');

  define<BecauseOption & { roles: string[]; publicKey?: string }>(participant, shell, {
    line: 'add <id>',
    summary: 'register a participant',
    options: [roles.makeOptionMandatory(), key, becauseOption()],
    examples: ['tutti participant add seller-3 --roles seller'],
    action: async ({ session, output, options, args }) => {
      const [id] = args as [string];
      const { publicKey, because } = options;
      const given = { id, roles: options.roles, ...(publicKey === undefined ? {} : { publicKey }) };
      const done = await session.admin().addParticipant(given, session.why(because));
      output.result(done, () => showDone(output, done, 'registered'));
    },
  });

  define<BecauseOption>(participant, shell, {
    line: 'roles <id> <roles...>',
    summary: 'give exactly these roles from now on',
    options: [becauseOption()],
    examples: ['tutti participant roles seller-3 seller carrier'],
    action: async ({ session, output, options, args }) => {
      const [id, names] = args as [string, string[]];
      const done = await session.admin().setRoles(id, names.flatMap(listOption), session.why(options.because));
      output.result(done, () => showDone(output, done, 'roles set'));
    },
  });

  define<BecauseOption & { lift?: boolean }>(participant, shell, {
    line: 'suspend <id>',
    summary: 'refuse all its decisions, or let it back in',
    options: [new Option('--lift', 'let it back in'), becauseOption()],
    action: async ({ session, output, options, args }) => {
      const [id] = args as [string];
      const suspended = options.lift !== true;
      const done = await session.admin().suspend(id, suspended, session.why(options.because));
      output.result(done, () => showDone(output, done, suspended ? 'suspended' : 'let back in'));
    },
  });

  define<BecauseOption & { publicKey: string; keep?: boolean }>(participant, shell, {
    line: 'rotate <id>',
    summary: 'register a new key and retire the ones before',
    options: [
      new Option('--public-key <key>', 'Ed25519, raw, base64url').makeOptionMandatory(),
      new Option('--keep', 'leave the keys before in force'),
      becauseOption(),
    ],
    action: rotate,
  });

  define<object>(participant, shell, { line: 'ls', summary: 'everybody registered', action: list });
}

async function rotate(call: Call<BecauseOption & { publicKey: string; keep?: boolean }>): Promise<void> {
  const { session, output, options, args } = call;
  const [id] = args as [string];
  const admin = session.admin();
  const why = session.why(options.because);
  const before = await admin.participant(id);
  if (before === undefined) {
    throw new TuttiError('not-found', `nobody is registered as ${id}`, {
      mend: `register it: tutti participant add ${id}`,
    });
  }
  let done = await admin.addKey(id, options.publicKey, why);
  const added = done.participant.keys.find(({ kid }) => !before.keys.some((key) => key.kid === kid));
  if (options.keep !== true) {
    for (const { kid } of before.keys) if (kid !== added?.kid) done = await admin.retireKey(id, kid, why);
  }
  output.result({ ...done, kid: added?.kid ?? null }, () => {
    showDone(output, done, 'key rotated');
    if (added !== undefined) output.line(`  ${output.colours.dim('sign as')}   kid ${added.kid}`);
  });
}

async function list({ session, output }: Call<object>): Promise<void> {
  const participants = await session.admin().participants();
  output.result({ participants }, () => {
    if (participants.length === 0) output.line('Nobody is registered.');
    const rows = participants.map((one) => [one.id, one.roles.join(', '), signsAs(one), suspension(one, output)]);
    for (const line of columns(rows)) output.line(line);
  });
}

function signsAs({ keys }: Participant): string {
  return keys.length === 0 ? '' : `signs: ${keys.map(({ kid }) => kid).join(', ')}`;
}

function suspension({ suspended }: Participant, { colours }: Output): string {
  return suspended ? colours.red('suspended') : '';
}

function showDone(output: Output, done: Done & { participant: Participant }, what: string): void {
  const { participant } = done;
  const roles = participant.roles.length === 0 ? 'no roles' : participant.roles.join(', ');
  output.line(`${output.colours.green('✓')} ${participant.id}   ${roles}   ${what}   ${showInForce(done)}`);
}

/** From when an operator's act holds. */
export function showInForce({ inForce, effectiveEpoch }: Done): string {
  return inForce ? `in force since epoch ${effectiveEpoch}` : `in force from epoch ${effectiveEpoch}`;
}
