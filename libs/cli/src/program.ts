import { createRequire } from 'node:module';
import { Command } from 'commander';
import { helpCommand } from './codes/help-command.js';
import { decideCommand } from './decide/decide-command.js';
import { explainCommand } from './explain/explain-command.js';
import { importCommand } from './import/import-command.js';
import { auditCommand } from './journal/audit-command.js';
import { journalCommand } from './journal/journal-command.js';
import { edgesCommand } from './model/edges-command.js';
import { modelCommand } from './model/model-command.js';
import { typesCommand } from './model/types-command.js';
import { keysCommand } from './registry/keys-command.js';
import { participantCommand } from './registry/participant-command.js';
import { tokenCommand } from './registry/token-command.js';
import type { Shell } from './run/shell.js';
import { statusCommand } from './run/status-command.js';
import { startCommand } from './start/start-command.js';
import { subjectCommand } from './subject/subject-command.js';
import { tailCommand } from './tail/tail-command.js';
import { topicsCommand } from './topics/topics-command.js';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

/** The whole command line: verbs for what people do daily, nouns with verbs for what they administer. */
export function buildProgram(shell: Shell): Command {
  const program = new Command('tutti')
    .description('Tutti: makes the decisions of independent participants add up.')
    .version(version, '-V, --version')
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
    .configureOutput({
      writeOut: (text) => shell.stdout.write(text),
      writeErr: (text) => shell.stderr.write(text),
      outputError: (text, write) => write(usageError(text)),
    })
    .addHelpText(
      'after',
      '\nExit codes: 0 done · 1 the answer is no · 2 usage · 3 cannot reach · 4 not allowed · 5 unknown outcome',
    )
    .showHelpAfterError(false)
    .exitOverride();
  program.commandsGroup('Daily:');
  startCommand(program, shell);
  statusCommand(program, shell);
  decideCommand(program, shell);
  subjectCommand(program, shell);
  tailCommand(program, shell);
  explainCommand(program, shell);
  typesCommand(program, shell);
  importCommand(program, shell);
  program.commandsGroup('Administering:');
  modelCommand(program, shell);
  edgesCommand(program, shell);
  participantCommand(program, shell);
  tokenCommand(program, shell);
  keysCommand(program, shell);
  topicsCommand(program, shell);
  program.commandsGroup('Auditing:');
  journalCommand(program, shell);
  auditCommand(program, shell);
  program.commandsGroup('Help:');
  helpCommand(program, shell);
  return program;
}

/** Commander's own words in the shape of every error. */
function usageError(text: string): string {
  const [message, ...hints] = text
    .replace(/^error: /, '')
    .trim()
    .split('\n');
  const mend = hints.length === 0 ? '' : `  mend   ${hints.join(' ').replace(/^\((.*)\)$/, '$1')}\n`;
  return `✗ usage  ${message}\n${mend}  more   tutti --help, tutti COMMAND --help\n`;
}
