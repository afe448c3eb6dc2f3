import type { Json, JsonObject } from '@tutti/kernel';
import { Ajv2020, type AnySchemaObject } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { ANNOTATIONS } from '../data-schema.js';
import { linearPattern } from './pattern.js';
import { readTime } from './read-time.js';

/**
 * An ajv for payloads: JSON Schema 2020-12, strict, with the model's annotations. Times are what {@link readTime}
 * takes. Schemas themselves are not checked, see {@link schemaFault}.
 *
 * @param allErrors all errors, or the first one only (faster)
 * @param foreign for schemas written whole, whose properties may be called `constructor`
 */
export function payloadAjv(allErrors: boolean, foreign: boolean): Ajv2020 {
  const ajv = new Ajv2020({
    strict: true,
    allErrors,
    verbose: allErrors,
    ownProperties: foreign,
    allowUnionTypes: foreign,
    strictRequired: false,
    messages: true,
    logger: false,
    validateSchema: false,
    addUsedSchema: false,
    unicodeRegExp: true,
    // For compiled code to call, never to be written out: `code` is for standalone modules.
    code: { regExp: Object.assign((pattern: string) => linearPattern(pattern) as RegExp, { code: 'linearPattern' }) },
  });
  addFormats.default(ajv);
  ajv.addFormat('date-time', { type: 'string', validate: (text: string) => readTime(text) !== undefined });
  for (const keyword of ANNOTATIONS) ajv.addKeyword({ keyword });
  return ajv;
}

let checker: Ajv2020 | undefined;

/** Why ajv does not take a schema, with the keyword it is about; `undefined` if it takes it. */
export function schemaFault(schema: Json): { keyword: string; message: string } | undefined {
  checker ??= payloadAjv(false, true);
  const { $id: _, ...anonymous } = schema as JsonObject;
  try {
    if (checker.validateSchema(anonymous as AnySchemaObject) !== true) {
      const [error] = checker.errors ?? [];
      const keyword = error?.instancePath.split('/').find((part) => part !== '') ?? '';
      return { keyword, message: `\`${keyword}\` ${error?.message ?? 'is wrong'}` };
    }
    checker.compile(anonymous as AnySchemaObject);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message.replace(/^strict mode: /, '') : String(error);
    const keyword = /regular expression/.test(message) ? 'pattern' : /"([^"]+)"/.exec(message)?.[1];
    return { keyword: keyword ?? '', message };
  } finally {
    checker.removeSchema(anonymous as AnySchemaObject);
  }
}
