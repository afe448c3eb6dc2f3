import type { Scope } from '@tutti/client/admin';
import { sha256Hex, TuttiError } from '@tutti/kernel';
import { type Command, Option } from 'commander';
import { define, group, listOption } from '../run/define.js';
import type { Shell } from '../run/shell.js';
import { columns } from '../terminal/columns.js';
import { becauseOption, showInForce } from './participant-command.js';

const SCOPES = ['participant', 'operator', 'auditor'] as const;

/** `tutti token …` */
export function tokenCommand(program: Command, shell: Shell): void {
  const token = group(program, 'token', 'what participants prove themselves with over HTTP');

  define<{ scopes: string[]; because: string }>(token, shell, {
    line: 'new <participant>',
    summary: 'issue a token; it is shown this once',
    options: [
      new Option('--scopes <scopes>', SCOPES.join(', ')).default(['participant'], 'participant').argParser(listOption),
      becauseOption(),
    ],
    examples: ['tutti token new seller-3', 'tutti token new ops-1 --scopes operator,auditor'],
    action: async ({ session, output, options, args }) => {
      const [participant] = args as [string];
      const issued = await session
        .admin()
        .issueToken({ participant, scopes: options.scopes.map(scopeOf) }, session.why(options.because));
      output.result(issued, () => {
        output.line(issued.token);
        output.remark(`  of ${issued.participant} (${issued.scopes.join(', ')}); it is not shown again`);
        output.remark(`  revoke it with: tutti token revoke ${issued.hash}`);
      });
    },
  }).alias('issue');

  define<{ because: string }>(token, shell, {
    line: 'revoke <token>',
    summary: 'end a token, named by its hash or by itself',
    options: [becauseOption()],
    action: async ({ session, output, options, args }) => {
      const [named] = args as [string];
      const hash = /^[0-9a-f]{64}$/.test(named) ? named : sha256Hex(named);
      const done = await session.admin().revokeToken(hash, session.why(options.because));
      output.result({ hash, ...done }, () =>
        output.line(`${output.colours.green('✓')} revoked ${hash}   ${showInForce(done)}`),
      );
    },
  });

  define<object>(token, shell, {
    line: 'ls',
    summary: 'tokens in force, by their hashes',
    action: async ({ session, output }) => {
      const tokens = await session.admin().tokens();
      output.result({ tokens }, () => {
        if (tokens.length === 0) output.line('No tokens are in force.');
        for (const line of columns(tokens.map((one) => [one.participant, one.scopes.join(', '), one.hash])))
          output.line(line);
      });
    },
  });
}

function scopeOf(text: string): Scope {
  const scope = SCOPES.find((one) => one === text);
  if (scope !== undefined) return scope;
  throw new TuttiError('usage', `there is no scope ${text}`, { mend: `write one of ${SCOPES.join(', ')}` });
}
