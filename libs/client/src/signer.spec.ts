import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifySignature } from '@tutti/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, type SigningKey, type Tutti } from './index.js';
import { ServerDouble } from './testing/server-double.js';

let backbone: ServerDouble;
let folder: string;
let privateKey: KeyObject;
let publicKey: string;
const open: Tutti[] = [];

beforeEach(async () => {
  backbone = await ServerDouble.start();
  folder = await mkdtemp(join(tmpdir(), 'tutti-'));
  const pair = generateKeyPairSync('ed25519');
  privateKey = pair.privateKey;
  publicKey = pair.publicKey.export({ format: 'jwk' }).x!;
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((tutti) => tutti.close()));
  await backbone.stop();
  await rm(folder, { recursive: true });
});

async function signing(key: SigningKey): Promise<Tutti> {
  const tutti = await connect({ url: backbone.url, participant: 'seller-3', key });
  open.push(tutti);
  return tutti;
}

const ship = { type: 'order.ship', subject: 'order-17', data: { carrier: 'carrier-1', weight: 1.5 } };

/** The key id under which the last event's signature holds. */
function signedWith(kid: string): unknown {
  return verifySignature(backbone.received.at(-1)!, { [kid]: publicKey });
}

describe('signing', () => {
  it.each([
    ['a PEM file', async () => write('seller-3.key', privateKey.export({ format: 'pem', type: 'pkcs8' }) as string)],
    ['a JWK file', async () => write('seller-3.jwk', JSON.stringify(privateKey.export({ format: 'jwk' })))],
    ['a key object', async () => privateKey],
    ['a JWK', async () => privateKey.export({ format: 'jwk' }) as never],
  ])('with %s; the registry names the key', async (_, key) => {
    backbone.keys = [
      { kid: 'seller-3#1', publicKey: 'of-another' },
      { kid: 'seller-3#4', publicKey },
    ];
    const tutti = await signing(await key());
    await tutti.decide({ ...ship, basedOn: 2, causationId: 'c', traceparent: '00-a-b-01' });
    expect(signedWith('seller-3#4')).toEqual({ valid: true, kid: 'seller-3#4' });
    await tutti.decide(ship);
    expect(backbone.requests.filter(({ url }) => url.endsWith('/keys'))).toHaveLength(1);
  });

  it('takes the id it is given, and the first one where the key is not registered', async () => {
    const named = await signing({ key: privateKey, kid: 'seller-3#2' });
    await named.decide(ship);
    expect(signedWith('seller-3#2')).toMatchObject({ valid: true });
    const first = await signing(privateKey);
    for await (const _ of first.decideMany([ship]));
    expect(signedWith('seller-3#1')).toMatchObject({ valid: true });
  });

  it('does not sign for others', async () => {
    const tutti = await signing(privateKey);
    await tutti.decide({ ...ship, participant: 'buyer-9' });
    expect(backbone.received[0]).not.toHaveProperty('signature');
  });

  it('says what is wrong with a key', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    await expect(signing(rsa)).rejects.toMatchObject({
      code: 'key-unreadable',
      message: expect.stringContaining('rsa'),
    });
    const path = await write('torn.key', '-----BEGIN PRIVATE KEY-----\n');
    await expect(signing(path)).rejects.toMatchObject({ code: 'key-unreadable', where: path });
    await expect(signing(join(folder, 'absent'))).rejects.toMatchObject({ code: 'key-unreadable' });
  });
});

async function write(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}
