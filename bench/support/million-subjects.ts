import { join } from 'node:path';
import { openDataFolder } from '@tutti/adapter-sqlite';
import { readEvent } from '@tutti/contracts';
import { parseModel } from '@tutti/model';
import { createBackbone } from '@tutti/runtime';
import { orderLoad } from './orders.ts';
import { openMarketplace } from './server.ts';

const [folder, limit] = process.argv.slice(2);
const limitMiB = Number(limit);
const subjects = 1_000_000;
const chunk = 10_000;

const data = openDataFolder(join(folder!, 'data'));
const backbone = await createBackbone({
  journal: data.journal,
  store: data.store,
  space: 'bench',
  trust: 'network',
  partitions: 4,
});
const { definition } = parseModel(openMarketplace(), 'marketplace.tutti.yaml');
const published = await backbone.operate({
  act: 'publish-model',
  definition: definition!,
  breaking: false,
  by: 'bench',
  because: 'memory',
});
await backbone.inForce(published.effectiveEpoch);

const started = performance.now();
const time = new Date().toISOString();
let made = 0;
while (made < subjects) {
  // Each chunk places orders of its own: subjects are renamed, so that no two chunks share one.
  const { events } = orderLoad(chunk, chunk, time);
  const answers = await Promise.all(
    events.map((event, n) => {
      const text = event.toString().replace(/"subject":"order-\d+"/, `"subject":"order-${made + n}"`);
      return backbone.submit(readEvent({ mode: 'structured', bytes: Buffer.from(text) }), { how: 'none' });
    }),
  );
  if (!answers.every(({ verdict }) => verdict.accepted)) throw new Error('an order was refused');
  made += chunk;
  const residentMiB = process.memoryUsage().rss / 1024 / 1024;
  if (residentMiB > limitMiB) throw new Error(`${Math.round(residentMiB)} MiB after ${made} subjects`);
}
await backbone.close();
await data.close();
const peakMiB = process.resourceUsage().maxRSS / 1024;
if (peakMiB > limitMiB) throw new Error(`${Math.round(peakMiB)} MiB at the peak`);
console.log(JSON.stringify({ peakMiB, seconds: (performance.now() - started) / 1000, subjects: made }));
