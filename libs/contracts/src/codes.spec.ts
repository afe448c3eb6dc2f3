import { describe, expect, it } from 'vitest';
import { codePage, REASON_CODES, statusOfVerdict, TRANSPORT_CODES } from './codes.js';
import { isRetryable, type ReasonCode } from './reason.js';

describe('codes', () => {
  it('each say what they mean and how to mend it', () => {
    for (const [code, page] of Object.entries({ ...TRANSPORT_CODES, ...REASON_CODES })) {
      expect(codePage(code)).toBe(page);
      expect([page.title, page.meaning, page.mend].every((text) => text.length > 5)).toBe(true);
    }
    expect(codePage('toString')).toBeUndefined();
  });

  it('agree with judging about what may be sent again', () => {
    for (const code of Object.keys(REASON_CODES) as ReasonCode[]) {
      expect([code, REASON_CODES[code].retryable]).toEqual([code, isRetryable(code)]);
    }
  });

  it('give a verdict its HTTP status', () => {
    expect(statusOfVerdict({ accepted: true })).toBe(201);
    expect(statusOfVerdict({ accepted: false, reasons: [{ code: 'conflict' }] })).toBe(409);
    expect(statusOfVerdict({ accepted: false, reasons: [{ code: 'too-early' }] })).toBe(422);
  });
});
