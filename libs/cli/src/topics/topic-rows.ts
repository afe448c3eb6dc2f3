import type { TopicReport } from '@tutti/adapter-kafka';

/** Head and rows of the table: each topic, its partitions, and what became of it. */
export function topicRows(space: string, partitions: number, report: TopicReport): string[][] {
  const names = [...report.present, ...report.created, ...missingOf(report)];
  const order = ['decisions', 'verdicts', 'policies', 'states'].map((name) => `${space}.${name}`);
  const sorted = names.toSorted((a, b) => order.indexOf(a) - order.indexOf(b));
  const head = ['topic', 'partitions', ''];
  return [head, ...sorted.map((name) => [name, partitionsIn(name, space, partitions, report), stateOf(name, report)])];
}

/** What differs, those first with which a space cannot work. */
export function differenceRows({ differences }: TopicReport): { line: string; binding: boolean }[] {
  return differences
    .toSorted((a, b) => Number(b.binding) - Number(a.binding))
    .map(({ topic, setting, wanted, found, binding }) => ({
      binding,
      line:
        setting === 'partitions' && found === '0'
          ? `${topic}  is missing: it has ${wanted} partition${wanted === '1' ? '' : 's'}`
          : `${topic}  ${setting} is ${found === '' ? 'not set' : found}, ${binding ? 'must be' : 'by default'} ${wanted}`,
    }));
}

function missingOf({ present, created, differences }: TopicReport): string[] {
  const there = new Set([...present, ...created]);
  return [...new Set(differences.map(({ topic }) => topic))].filter((topic) => !there.has(topic));
}

function partitionsIn(name: string, space: string, partitions: number, { differences }: TopicReport): string {
  const differs = differences.find(({ topic, setting }) => topic === name && setting === 'partitions');
  if (differs !== undefined && differs.found !== '0') return differs.found;
  return String(name === `${space}.decisions` || name === `${space}.verdicts` ? partitions : 1);
}

function stateOf(name: string, { created, present, differences }: TopicReport): string {
  if (created.includes(name)) return 'created';
  if (!present.includes(name)) return 'missing';
  return differences.some(({ topic }) => topic === name) ? 'there, differs' : 'there';
}
