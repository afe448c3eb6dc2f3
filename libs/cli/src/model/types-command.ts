import { writeFile } from 'node:fs/promises';
import type { PublishedModel, Status } from '@tutti/client/admin';
import { TuttiError } from '@tutti/kernel';
import type { ModelDefinition } from '@tutti/model';
import { type Command, Option } from 'commander';
import { stringify } from 'yaml';
import { type Call, define } from '../run/define.js';
import type { Shell } from '../run/shell.js';

const LANGUAGES = ['ts', 'json-schema', 'asyncapi'] as const;
type Language = (typeof LANGUAGES)[number];

interface TypesOptions {
  lang: Language;
  out?: string;
}

/** `tutti types` */
export function typesCommand(program: Command, shell: Shell): void {
  define<TypesOptions>(program, shell, {
    line: 'types',
    summary: 'code or schemas from the model in force',
    options: [
      new Option('--lang <lang>', 'what to write').choices(LANGUAGES).default('ts'),
      new Option('--out <file>', 'where to; default: standard output'),
    ],
    examples: ['tutti types --out marketplace.ts', 'tutti types --lang asyncapi'],
    action: writeTypes,
  });
}

async function writeTypes({ session, output, options }: Call<TypesOptions>): Promise<void> {
  const admin = session.admin();
  const model = await admin.model();
  if (model === undefined) {
    throw new TuttiError('not-found', 'no model has been published', {
      where: session.url,
      mend: 'publish one: tutti model publish',
    });
  }
  const text = await textOf(options.lang, model, options.lang === 'asyncapi' ? await admin.status() : undefined);
  if (options.out === undefined) {
    output.raw(text);
    return;
  }
  try {
    await writeFile(options.out, text);
  } catch (cause) {
    throw new TuttiError('usage', `it cannot be written: ${String(cause)}`, {
      where: options.out,
      mend: 'choose another: --out FILE',
      cause,
    });
  }
  output.result({ file: options.out, model: model.model, revision: model.revision }, () =>
    output.line(`${output.colours.green('✓')} ${options.out}   model ${model.model}@${model.revision}`),
  );
}

async function textOf(language: Language, model: PublishedModel, status: Status | undefined): Promise<string> {
  const { generateAsyncApi, generateJsonSchema, generateTypes } = await import('@tutti/model');
  const definition = model.definition as unknown as ModelDefinition;
  const { contracts, revision } = model;
  switch (language) {
    case 'ts':
      return generateTypes(definition, contracts);
    case 'json-schema':
      return `${JSON.stringify(generateJsonSchema(definition, contracts), null, 2)}\n`;
    case 'asyncapi': {
      const { space, partitions } = status!;
      return stringify(generateAsyncApi(definition, contracts, { space, partitions: partitions.length, revision }), {
        lineWidth: 0,
      });
    }
    default:
      return language satisfies never;
  }
}
