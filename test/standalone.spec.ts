import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call, decide, event } from '../services/standalone/src/testing/http.js';
import { type MainProcess, runMain } from '../services/standalone/src/testing/main-process.js';
import { SHOP, SHOP_WIDER } from '../services/standalone/src/testing/shop.js';

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
  it('serves, says where and to whom; told to stop, it answers what it has taken and keeps everything', async () => {
    const first = main();
    const url = await urlOf(first);
    await first.says(/access +open: everybody/);
    const sent = Array.from({ length: 100 }, (_, i) => place(`drain-${i}`));
    const answers = Promise.allSettled(sent.map((each) => decide(url, each)));
    await decide(url, place('drain-first'));
    expect(await first.stop()).toBe(0);
    const settled = await answers;
    const acknowledged = sent.filter((_, i) => settled[i]!.status === 'fulfilled' && settled[i].value.status === 201);
    const second = main();
    const again = await urlOf(second);
    for (const { subject } of acknowledged) expect((await call(again, `/v1/subjects/${subject}`)).status).toBe(200);
    expect((await call(again, '/v1/subjects/drain-first')).status).toBe(200);
    writeFileSync(model, SHOP_WIDER);
    await second.says(/model 2 in force from epoch \d+/);
  });

  it('refuses a data folder that another process has', async () => {
    await urlOf(main());
    const second = main();
    expect(await second.ended).toBe(1);
    expect(second.printed()).toMatch(/^data-locked /m);
  });

  it('refuses a wrong configuration with exit code 2, naming each variable', async () => {
    const one = main([model], { TUTTI_PORT: 'x', TUTTI_POTR: '1' });
    expect(await one.ended).toBe(2);
    expect(one.printed()).toMatch(/^config-invalid .*TUTTI_POTR.*TUTTI_PORT/m);
  });

  it('shows where a model is wrong', async () => {
    writeFileSync(model, SHOP.replace('placed -> shipped', 'placed -> shiped'));
    const wrong = main();
    expect(await wrong.ended).toBe(1);
    expect(wrong.printed()).toMatch(/shop\.tutti\.yaml:\d+:\d+ [^]*\^\^\^/);
  });
});
