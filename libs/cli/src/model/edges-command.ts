import type { Contract, Edge } from '@tutti/client/admin';
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
  const admin = session.admin();
  const edges = await admin.edges();
  const contracts = edges.length === 0 ? [] : await admin.contracts();
  const suggested = edges.map((edge) => ({ ...edge, suggestion: suggestionOf(edge, contracts) ?? null }));
  output.result({ edges: suggested }, () => {
    const { dim } = output.colours;
    if (edges.length === 0) output.line('No edges: the model had an answer to everything so far.');
    const heads = columns(
      edges.map((edge) => [
        grouped(edge.count).padStart(6),
        edge.signature,
        whoOf(edge),
        dim(`epochs ${edge.firstEpoch}-${edge.lastEpoch}`),
      ]),
    );
    suggested.forEach(({ suggestion, samples }, index) => {
      output.line(heads[index]);
      if (suggestion !== null) output.line(`        ${dim('add to the model?')}   ${suggestion}`);
      const sample = samples.at(-1);
      if (sample !== undefined) output.line(`        ${dim('the latest')}          tutti explain ${sample}`);
    });
  });
}

function whoOf({ participants }: Edge): string {
  const shown = participants.slice(0, 3).join(', ');
  return participants.length > 3 ? `${shown} and ${participants.length - 3} more` : shown;
}

/** The line of YAML that would answer it; undefined where none can be guessed. */
function suggestionOf({ code, type, state }: Edge, contracts: readonly Contract[]): string | undefined {
  const verb = type.slice(type.lastIndexOf('.') + 1);
  switch (code) {
    case 'undeclared': {
      const moves = contracts.find((contract) => contract.type === type)?.moves ?? [];
      if (state === undefined || moves.length === 0) return undefined;
      const targets = new Set(moves.map(({ to }) => to));
      const added = { from: state, to: targets.size === 1 ? moves[0]!.to : '…' };
      return `${verb}: moves: [${[...moves, added].map(({ from, to }) => `${from} -> ${to}`).join(', ')}]`;
    }
    case 'unknown-type':
      return type.includes('.')
        ? `${type.slice(0, type.lastIndexOf('.'))}: decisions: ${verb}: { by: …, moves: … }`
        : undefined;
    case 'unknown-version':
      return undefined;
    default:
      return code satisfies never;
  }
}
