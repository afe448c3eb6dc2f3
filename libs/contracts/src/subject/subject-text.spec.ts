import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SubjectState } from '../subject.js';
import { newSubject } from './evolve.js';
import { parseSubject, serializeSubject } from './subject-text.js';

const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom('__proto__', '"', '\\', '\u2028'));
const name = text.filter((one) => one !== '__proto__');
const value = fc.oneof(
  text,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.jsonValue(),
);

const subjects = fc.record({
  id: text,
  type: name,
  sequence: fc.nat(),
  state: name,
  model: fc.nat(),
  policies: fc.dictionary(name, fc.nat()),
  parties: fc.dictionary(name, text),
  keeps: fc.dictionary(name, value),
  enteredAtMs: fc.nat(),
  due: fc.option(fc.record({ type: name, atMs: fc.nat() }), { nil: undefined }),
  left: fc.dictionary(name, fc.array(text, { maxLength: 3 })),
  lastAtMs: fc.nat(),
});

describe('a subject as text', () => {
  it('is what JSON.stringify makes of all but its log, whatever it holds', () => {
    fc.assert(
      fc.property(subjects, (parts) => {
        const subject = { ...newSubject(parts.id), ...parts } as SubjectState;
        const { log, ...rest } = subject;
        expect(serializeSubject(subject)).toBe(JSON.stringify(rest));
        expect(log.size).toBe(0);
      }),
    );
  });

  it('reads back as it was', () => {
    fc.assert(
      fc.property(subjects, (parts) => {
        const subject = { ...newSubject(parts.id), ...parts } as SubjectState;
        expect(serializeSubject(parseSubject(serializeSubject(subject), []))).toBe(serializeSubject(subject));
      }),
    );
  });
});
