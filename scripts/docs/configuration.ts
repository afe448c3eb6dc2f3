import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { variablesOf } from '@tutti/service';
import { MachinesVariables } from '@tutti/service/machines';
import { Environment } from '@tutti/standalone';
import { GENERATED, head, root, row } from './project.ts';

/** Classes: whose variables all have, and what each has besides. */
const SHARED = 'libs/service/src/configuration/service-variables.ts';
const ONE = 'services/standalone/src/configuration/environment.ts';
const MANY = 'libs/service/src/configuration/machines-variables.ts';

const INTRODUCTION = `# Configuration

What the ecosystem *is* stands in the model file. The environment says only where it runs. Every variable is optional unless it says that it is needed; an empty one counts as not set; an unknown \`TUTTI_\` variable stops the start with \`config-invalid\`, so that a typo does not pass unseen. Options of \`tutti start\` win over variables.
`;

const OTHERS = `
## The client and the command line

| Variable | |
| --- | --- |
| \`TUTTI_URL\` | where the backbone is. Default \`http://127.0.0.1:4400\` |
| \`TUTTI_AS\` | participant to act as (command line) |
| \`TUTTI_KEY\` | file of that participant's private key: decisions are signed (command line) |
| \`TUTTI_TOKEN\` | that participant's token (command line) |

## What is fixed when a space is created

\`TUTTI_SPACE\`, \`TUTTI_PARTITIONS\` and \`TUTTI_TRUST\` are written down in the first record of the journal. A later start without them takes what is there. A later start with another value is refused: \`space-differs\`, \`partitions-differ\`, \`trust-differs\`.
`;

/** \`configuration.md\` */
export function configurationPage(): string {
  const shared = describedVariables(SHARED);
  const one = describedVariables(ONE);
  const many = describedVariables(MANY);
  requireAll(variablesOf(Environment), shared, one);
  requireAll(variablesOf(MachinesVariables), shared, many);
  return `${GENERATED}${INTRODUCTION}
## Every backbone

${tableOf(shared)}
## One machine besides

${tableOf(one)}
## Many machines besides

One environment may serve contract, projection and feedback: none of them refuses what another one needs.

${tableOf(many)}${OTHERS}`;
}

function requireAll(names: readonly string[], ...described: ReadonlyMap<string, string>[]): void {
  const missing = names.filter((name) => !described.some((one) => one.has(name)));
  if (missing.length > 0) throw new Error(`no doc comment on ${missing.join(', ')}`);
}

function tableOf(described: ReadonlyMap<string, string>): string {
  let table = head('Variable', '', 'Default');
  for (const [name, text] of described) {
    const [what, standard = ''] = text.split(/\s*Default:? /);
    table += row(`\`${name}\``, what!, standard.replace(/\.$/, ''));
  }
  return table;
}

/** Variables of a class with their doc comments, in its order. */
function describedVariables(file: string): Map<string, string> {
  const text = readFileSync(join(root, file), 'utf8');
  const found = new Map<string, string>();
  for (const [, comment, name] of text.matchAll(
    /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/(?:(?!\/\*\*)[\s\S])*?\b(TUTTI_\w+)\?:/g,
  )) {
    found.set(name!, comment!.replace(/\s*\n\s*\*\s*/g, ' ').trim());
  }
  return found;
}
