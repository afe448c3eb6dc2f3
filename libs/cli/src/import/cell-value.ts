import { formatTime, type Json } from '@tutti/kernel';
import type { DataColumn } from './map/import-map.js';
import { timeReader } from './time-format.js';

/** The JSON value of a cell that holds something. A text that is not of the type stays the text it is. */
export type CellReader = (text: string) => Json;

/** Reads the cells of one column. Never throws: the contract judges what does not fit. */
export function cellReader(column: DataColumn): CellReader {
  const { map } = column;
  const read = typeReader(column);
  return (text) => (Object.hasOwn(map, text) ? map[text]! : (read(text) ?? text));
}

function typeReader(column: DataColumn): (text: string) => Json | undefined {
  const { type, times } = column;
  switch (type) {
    case 'string':
      return (text) => text;
    case 'integer':
      return (text) => wholeNumber(scaled(text, times));
    case 'number':
      return (text) => finiteNumber(scaled(text, times));
    case 'boolean':
      return booleanOf;
    case 'time': {
      const time = timeReader(column.format, column.zone);
      return (text) => {
        const atMs = time(text);
        return atMs === undefined ? undefined : formatTime(atMs);
      };
    }
    case 'json':
      return jsonOf;
    default:
      return type satisfies never;
  }
}

const DECIMAL = /^([+-]?)(\d{1,30})(?:\.(\d{1,30}))?$/;

/** A decimal times a whole number, exactly: `9.6` times 10 is `96`. Undefined where the text is no decimal. */
export function scaled(text: string, times: number): string | undefined {
  const found = DECIMAL.exec(text.trim());
  if (found === null) return undefined;
  const [, sign, whole, fraction = ''] = found;
  const digits = (BigInt(whole! + fraction) * BigInt(times)).toString().padStart(fraction.length + 1, '0');
  const cut = digits.length - fraction.length;
  const rest = digits.slice(cut).replace(/0+$/, '');
  const number = digits.slice(0, cut) + (rest === '' ? '' : `.${rest}`);
  return sign === '-' && /[1-9]/.test(number) ? `-${number}` : number;
}

function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined || text.includes('.')) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

function finiteNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function booleanOf(text: string): boolean | undefined {
  switch (text.toLowerCase()) {
    case 'true':
      return true;
    case 'false':
      return false;
    default:
      return undefined;
  }
}

function jsonOf(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
