import { join } from 'node:path';
import { acceptAll, marketplaceIn } from './marketplace.ts';
import { orderLoad } from './orders.ts';

const [folder, limit] = process.argv.slice(2);
const limitMiB = Number(limit);
const subjects = 1_000_000;
const chunk = 2_000;

const backbone = await marketplaceIn(join(folder!, 'data'));
const started = performance.now();
// The same orders again and again, each time about subjects of their own: no two chunks share one.
const texts = orderLoad(chunk, chunk, new Date().toISOString()).events.map(String);
let made = 0;
while (made < subjects) {
  const events = texts.map((text, n) =>
    Buffer.from(text.replace(/"subject":"order-\d+"/, `"subject":"order-${made + n}"`)),
  );
  await acceptAll(backbone, events);
  made += chunk;
  const residentMiB = process.memoryUsage().rss / 1024 / 1024;
  if (residentMiB > limitMiB) throw new Error(`${Math.round(residentMiB)} MiB after ${made} subjects`);
}
await backbone.close();
const peakMiB = process.resourceUsage().maxRSS / 1024;
if (peakMiB > limitMiB) throw new Error(`${Math.round(peakMiB)} MiB at the peak`);
console.log(JSON.stringify({ peakMiB, seconds: (performance.now() - started) / 1000, subjects: made }));
