import { describe, expect, it } from 'vitest';
import { run } from '../run/run.js';
import { differenceRows, topicRows } from './topic-rows.js';

async function tutti(words: string[], env: Record<string, string> = {}): Promise<{ code: number; stderr: string }> {
  let stderr = '';
  const code = await run(['topics', ...words], {
    stdout: { write: () => {} },
    stderr: { write: (text) => (stderr += text) },
    env,
    signal: new AbortController().signal,
    exitCode: 0,
  });
  return { code, stderr };
}

const retention = { topic: 'shop.states', setting: 'retention.ms', wanted: '7', found: '9', binding: false };
const count = { topic: 'shop.decisions', setting: 'partitions', wanted: '12', found: '3', binding: true };
const missing = { topic: 'shop.policies', setting: 'partitions', wanted: '1', found: '0', binding: true };

describe('the table of topics', () => {
  it('says what was created, what was there, and what is missing', () => {
    const report = {
      created: ['shop.verdicts'],
      present: ['shop.states', 'shop.decisions'],
      differences: [retention, count, missing],
    };
    expect(topicRows('shop', 12, report)).toEqual([
      ['topic', 'partitions', ''],
      ['shop.decisions', '3', 'there, differs'],
      ['shop.verdicts', '12', 'created'],
      ['shop.policies', '1', 'missing'],
      ['shop.states', '1', 'there, differs'],
    ]);
    expect(differenceRows(report)).toEqual([
      { binding: true, line: 'shop.decisions  partitions is 3, must be 12' },
      { binding: true, line: 'shop.policies  is missing: it has 1 partition' },
      { binding: false, line: 'shop.states  retention.ms is 9, by default 7' },
    ]);
  });
});

describe('tutti topics', () => {
  it.each([
    [[], {}, 'which space?'],
    [['--space', 'My Shop'], {}, 'My Shop is no name of a space'],
    [['--space', 'shop'], {}, 'TUTTI_KAFKA is missing'],
    [['--space', 'shop', '--kafka', 'k1'], {}, 'TUTTI_KAFKA names k1'],
    [['--space', 'shop', '--kafka', 'k1:9092'], { TUTTI_PARTITIONS: 'many' }, 'TUTTI_PARTITIONS is many'],
    [['--space', 'shop', '--kafka', 'k1:9092', '--partitions', '0'], {}, 'a whole number from 1 to 1024'],
    [['--space', 'shop', '--kafka', 'k1:9092'], { TUTTI_KAFKA_SASL: 'plain' }, 'TUTTI_KAFKA_PASSWORD is missing'],
  ])('%j with %j ends with 2', async (words, env, message) => {
    const { code, stderr } = await tutti(words, env as Record<string, string>);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  it('ends with 3 where no broker answers', async () => {
    const { code, stderr } = await tutti(['--space', 'shop', '--kafka', '127.0.0.1:1']);
    expect(stderr).toContain('log-unavailable');
    expect(code).toBe(3);
  });
});
