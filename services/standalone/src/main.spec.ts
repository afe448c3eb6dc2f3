import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call, decide, event } from './testing/http.js';
import { type MainProcess, runMain } from './testing/main-process.js';
import { SHOP, SHOP_WIDER } from './testing/shop.js';

let folder: string;
let model: string;
let data: string;
const running: MainProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tutti-main-'));
  model = join(folder, 'shop.tutti.yaml');
  data = join(folder, 'data');
  writeFileSync(model, SHOP);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true, force: true });
});

function main(args: string[] = [model], env: Record<string, string> = {}): MainProcess {
  const one = runMain(args, { TUTTI_DATA: data, ...env });
  running.push(one);
  return one;
}

async function urlOf(one: MainProcess): Promise<string> {
  return (await one.says(/http +(http:\S+)/))[1]!;
}

const place = (subject: string) => event('buyer-9', 'order.place', subject, { seller: 'seller-3', total: 1 });

describe('the process', () => {
  it('serves, says where and to whom, and keeps everything when it is told to stop', async () => {
    const first = main();
    const url = await urlOf(first);
    await first.says(/access +open: everybody/);
    const { body } = await decide(url, place('p-1'));
    expect(await first.stop()).toBe(0);
    const second = main();
    const { body: subject } = await call(await urlOf(second), '/v1/subjects/p-1');
    expect(subject).toMatchObject(body.subject);
    expect(second.printed()).not.toMatch(/model 2/);
  });

  it('answers what it has taken before it stops', async () => {
    const one = main();
    const url = await urlOf(one);
    const sent = Array.from({ length: 200 }, (_, i) => place(`drain-${i}`));
    const answers = Promise.allSettled(sent.map((each) => decide(url, each)));
    await decide(url, place('drain-first'));
    expect(await one.stop()).toBe(0);
    const settled = await answers;
    const acknowledged = sent.filter((_, i) => settled[i]!.status === 'fulfilled' && settled[i].value.status === 201);
    const again = await urlOf(main());
    for (const { subject } of acknowledged) expect((await call(again, `/v1/subjects/${subject}`)).status).toBe(200);
  });

  it('refuses a port that is taken, and names it', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const one = main([model], { TUTTI_PORT: String(port) });
    expect(await one.ended).toBe(1);
    expect(one.printed()).toMatch(new RegExp(`^port-in-use .*${port}`, 'm'));
    server.close();
    // It has let go of its data folder.
    expect(await main().says(/http /)).toBeTruthy();
  });

  it('refuses a data folder that another process has', async () => {
    await urlOf(main());
    const second = main();
    expect(await second.ended).toBe(1);
    expect(second.printed()).toMatch(/^data-locked /m);
  });

  it('refuses another number of partitions than the journal has', async () => {
    const first = main([model], { TUTTI_PARTITIONS: '3' });
    await urlOf(first);
    await first.stop();
    const second = main([model], { TUTTI_PARTITIONS: '5' });
    expect(await second.ended).toBe(1);
    expect(second.printed()).toMatch(/partitions/);
    const third = main();
    await third.says(/ 3 partitions/);
  });

  it('refuses a wrong configuration with exit code 2, naming each variable', async () => {
    const one = main([model], { TUTTI_PORT: 'x', TUTTI_POTR: '1' });
    expect(await one.ended).toBe(2);
    expect(one.printed()).toMatch(/^config-invalid .*TUTTI_POTR.*TUTTI_PORT/m);
  });

  it('refuses a model that is not there, or does not parse, where there is no older one', async () => {
    const none = main([join(folder, 'none.yaml')]);
    expect(await none.ended).toBe(1);
    expect(none.printed()).toMatch(/^model-unreadable /m);
    writeFileSync(model, SHOP.replace('placed -> shipped', 'placed -> shiped'));
    const wrong = main();
    expect(await wrong.ended).toBe(1);
    expect(wrong.printed()).toMatch(/shop\.tutti\.yaml:\d+:\d+ [^]*\^\^\^/);
  });

  it('refuses to be open where others reach it', async () => {
    const one = main([model], { TUTTI_HOST: '0.0.0.0' });
    expect(await one.ended).toBe(1);
    expect(one.printed()).toMatch(/^open-access /m);
  });
});

describe('a saved change of the model', () => {
  it('is in force at the next epoch; one that does not parse leaves the old one', async () => {
    const one = main();
    const url = await urlOf(one);
    writeFileSync(model, SHOP.replace('moves: new -> placed', 'moves: new -> plced'));
    await one.says(/shop\.tutti\.yaml:\d+:\d+ [^]*\^\^\^[^]*The model in force stays/);
    expect((await decide(url, place('w-1'))).body.contract).toBe('order.place@1');
    writeFileSync(model, SHOP_WIDER);
    await one.says(/model 2 in force from epoch \d+/);
    expect((await decide(url, place('w-2'))).body.contract).toBe('order.place@2');
  });

  it('made while it was stopped is published at the start; one that does not parse is told and left', async () => {
    const first = main();
    await urlOf(first);
    await first.stop();
    writeFileSync(model, SHOP_WIDER);
    const second = main();
    await second.says(/model 2 in force/);
    await second.stop();
    writeFileSync(model, 'tutti: 1\nmodel: [');
    const third = main();
    const url = await urlOf(third);
    expect(third.printed()).toMatch(/The model in force stays/);
    expect((await decide(url, place('w-3'))).body.contract).toBe('order.place@2');
  });
});
