import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { TuttiError } from '@tutti/kernel';
import { type Command, Option } from 'commander';
import { type Call, countOption, define, group } from '../run/define.js';
import type { Shell } from '../run/shell.js';

interface KeysOptions {
  out?: string;
  number: number;
}

/** `tutti keys …` */
export function keysCommand(program: Command, shell: Shell): void {
  const keys = group(program, 'keys', 'what participants sign with');
  define<KeysOptions>(keys, shell, {
    line: 'new',
    summary: 'make an Ed25519 key pair and print the line an operator needs',
    description: 'The private key is written to a file that only you can read, and never leaves it.',
    options: [
      new Option('--out <file>', 'where to; default: ID.key of --as, else tutti.key'),
      new Option('--number <n>', 'which key of --as it is: the first is 1').default(1).argParser(countOption(1)),
    ],
    examples: ['tutti keys new --as seller-3'],
    action: newKeys,
  });
}

async function newKeys({ output, options }: Call<KeysOptions>): Promise<void> {
  const { as, number } = options;
  const out = options.out ?? `${(as ?? 'tutti').replaceAll(/[^\w.-]/g, '_')}.key`;
  const pair = generateKeyPairSync('ed25519');
  const { kty, crv, d, x } = pair.privateKey.export({ format: 'jwk' });
  const key: JsonWebKey = { kty, crv, d, x, ...(as === undefined ? {} : { kid: `${as}#${number}` }) } as JsonWebKey;
  try {
    // Never over a key that is there: whoever holds it could not sign any more.
    await writeFile(out, `${JSON.stringify(key)}\n`, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    const isThere = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    throw new TuttiError('usage', isThere ? 'there is a file of this name' : `it cannot be written: ${String(cause)}`, {
      where: out,
      mend: 'choose another: --out FILE',
      cause,
    });
  }
  const publicKey = x!;
  const id = as ?? 'ID';
  const line =
    number === 1
      ? `tutti participant add ${id} --roles ROLE --public-key=${publicKey}`
      : `tutti participant rotate ${id} --public-key=${publicKey}`;
  output.result(
    { file: out, publicKey, ...(as === undefined ? {} : { kid: `${as}#${number}` }), operator: line },
    () => {
      output.remark(`${output.errorColours.green('✓')} ${out}   keep it to yourself; sign with it: --key ${out}`);
      output.remark('  an operator registers it with');
      output.line(line);
    },
  );
}
