import type { Edge } from '@tutti/client/admin';
import type { Command } from 'commander';
import { type Call, define } from '../run/define.js';
import type { Shell } from '../run/shell.js';
import { columns, grouped } from '../terminal/columns.js';

/** `tutti edges` */
export function edgesCommand(program: Command, shell: Shell): void {
  define<object>(program, shell, {
    line: 'edges',
    summary: 'what the model has no answer to, by signature, most frequent first',
    action: listEdges,
  });
}

async function listEdges({ session, output }: Call<object>): Promise<void> {
  const edges = await session.admin().edges();
  output.result({ edges }, () => {
    const { dim } = output.colours;
    if (edges.length === 0) output.line('No edges: the model had an answer to everything so far.');
    const heads = columns(edges.map((edge) => [grouped(edge.count).padStart(6), edge.signature, whoOf(edge)]));
    edges.forEach((edge, index) => {
      output.line(`${heads[index]}   ${dim(`epochs ${edge.firstEpoch}-${edge.lastEpoch}`)}`);
      const suggestion = suggestionOf(edge);
      if (suggestion !== undefined) output.line(`        ${dim('add to the model?')}   ${suggestion}`);
      const sample = edge.samples.at(-1);
      if (sample !== undefined) output.line(`        ${dim('the latest')}          tutti explain ${sample}`);
    });
  });
}

function whoOf({ participants }: Edge): string {
  const shown = participants.slice(0, 3).join(', ');
  return participants.length > 3 ? `${shown} and ${participants.length - 3} more` : shown;
}

/** The line of YAML that would answer it; undefined where none can be guessed. */
function suggestionOf({ code, type, state }: Edge): string | undefined {
  const verb = type.slice(type.lastIndexOf('.') + 1);
  switch (code) {
    case 'undeclared':
      return state === undefined ? undefined : `${verb}: { moves: ${state} -> … }   beside the moves it has`;
    case 'unknown-type':
      return type.includes('.')
        ? `${verb}: { by: …, moves: … -> … }   under ${type.slice(0, type.lastIndexOf('.'))}.decisions`
        : undefined;
    case 'unknown-version':
      return undefined;
    default:
      return code satisfies never;
  }
}
