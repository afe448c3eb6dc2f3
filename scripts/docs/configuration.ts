import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { knownVariables } from '@tutti/standalone';
import { GENERATED, head, root, row } from './project.ts';

const CLASS = 'services/standalone/src/configuration/environment.ts';

const INTRODUCTION = `# Configuration

What the ecosystem *is* stands in the model file. The environment says only where it runs. Every variable is optional; an empty one counts as not set; an unknown \`TUTTI_\` variable stops the start with \`config-invalid\`, so that a typo does not pass unseen. Options of \`tutti start\` win over variables.

## The backbone
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
  const described = describedVariables();
  const missing = knownVariables().filter((name) => !described.has(name));
  if (missing.length > 0) throw new Error(`${CLASS}: no doc comment on ${missing.join(', ')}`);
  let table = head('Variable', '', 'Default');
  for (const [name, text] of described) {
    const [what, standard = ''] = text.split(/\s*Default:? /);
    table += row(`\`${name}\``, what!, standard.replace(/\.$/, ''));
  }
  return `${GENERATED}${INTRODUCTION}\n${table}${OTHERS}`;
}

/** Variables of the class with their doc comments, in its order. */
function describedVariables(): Map<string, string> {
  const text = readFileSync(join(root, CLASS), 'utf8');
  const found = new Map<string, string>();
  for (const [, comment, name] of text.matchAll(
    /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/(?:(?!\/\*\*)[\s\S])*?\b(TUTTI_\w+)\?:/g,
  )) {
    found.set(name!, comment!.replace(/\s*\n\s*\*\s*/g, ' ').trim());
  }
  return found;
}
