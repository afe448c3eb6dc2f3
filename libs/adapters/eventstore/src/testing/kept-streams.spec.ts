import { beforeEach, describe, expect, it } from 'vitest';
import { keptEvent } from './blocks.js';
import { KeptStreams, type Expected } from './kept-streams.js';

const event = (id: string, text = id) => keptEvent(id, 'test', Buffer.from(text));
const [a, b, c] = [event('a'), event('b'), event('c')];

describe('what the double appends, as servers were seen to', () => {
  let kept: KeptStreams;
  beforeEach(() => {
    kept = new KeptStreams();
    kept.append('s', 'no-stream', [a]);
  });

  it('appends where the stream ends as expected', () => {
    expect(kept.append('s', 0, [b, c])).toEqual({ written: 2 });
    expect(kept.append('t', 'no-stream', [a])).toEqual({ written: 0 });
  });

  it.each<[string, Expected]>([
    ['no stream where there is one', 'no-stream'],
    ['a later end', 5],
  ])('refuses %s', (_, expected) => {
    expect(kept.append('s', expected, [b])).toEqual({ wrong: true, current: 0 });
  });

  it('refuses a number where there is no stream', () => {
    expect(kept.append('t', 0, [b])).toEqual({ wrong: true, current: undefined });
  });

  it('takes the same ids under the same number as written, also after others and a restart', () => {
    kept.append('s', 0, [b, c]);
    kept.forget();
    expect(kept.append('s', 'no-stream', [a])).toEqual({ written: 0 });
    expect(kept.append('s', 0, [b])).toEqual({ written: 1 });
    expect(kept.append('s', 0, [b, c])).toEqual({ written: 2 });
    expect(kept.streams.get('s')).toHaveLength(3);
  });

  it('refuses ids of which some are old and some new', () => {
    kept.append('s', 0, [b]);
    expect(kept.append('s', 0, [b, c])).toEqual({ wrong: true, current: 1 });
    expect(kept.append('s', 0, [c, b])).toEqual({ wrong: true, current: 1 });
  });

  it('keeps the old payload when an id comes with another one', () => {
    expect(kept.append('s', 'no-stream', [event('a', 'other')])).toEqual({ written: 0 });
    expect(kept.streams.get('s')).toEqual([a]);
  });

  it('knows ids from memory alone where nothing is expected', () => {
    expect(kept.append('s', 'any', [a])).toEqual({ written: 0 });
    kept.forget();
    expect(kept.append('s', 'any', [a])).toEqual({ written: 1 });
  });
});
