/** Where the benches' recorded clock starts; decisions carry this time, the backbone runs on its own clock. */
export interface OrderLoad {
  /** Raw events in structured form, in the order of arrival. */
  events: Buffer[];
  /** Mean size in bytes. */
  meanBytes: number;
  participants: { id: string; roles: string[] }[];
}

const pad =
  'The quick brown parcel waits at the counter until somebody who knows the way comes by and takes it along. ';

/** Text of exactly `length` characters that does not compress to nothing: a number drawn from the index is mixed in. */
function note(index: number, length: number): string {
  let text = '';
  let seed = index * 2654435761;
  while (text.length < length) {
    seed = (seed * 1103515245 + 12345) >>> 0;
    text += `${seed.toString(36)} ${pad.slice(seed % 60, (seed % 60) + 24)}`;
  }
  return text.slice(0, length);
}

/**
 * Orders of the marketplace model: each subject is placed, shipped and delivered or cancelled; the decisions of all
 * subjects are interleaved, so that nearly every decision meets another subject than the one before.
 *
 * @param decisions how many in total
 * @param subjects over how many orders
 * @param time RFC 3339, put into every event
 * @param first number of the first subject and the first id: loads that do not overlap are about other subjects
 */
export function orderLoad(decisions: number, subjects: number, time: string, first = 0): OrderLoad {
  const events: Buffer[] = [];
  const promised = new Date(Date.parse(time) + 10 * 86_400_000).toISOString();
  const participants: { id: string; roles: string[] }[] = [];
  for (let i = 0; i < 200; i++) participants.push({ id: `buyer-${i}`, roles: ['buyer'] });
  for (let i = 0; i < 24; i++) participants.push({ id: `seller-${i}`, roles: ['seller'] });
  for (let i = 0; i < 4; i++) participants.push({ id: `carrier-${i}`, roles: ['carrier'] });

  for (let n = 0; n < decisions; n++) {
    const order = first + (n % subjects);
    const step = Math.floor(n / subjects);
    const seller = `seller-${order % 24}`;
    const carrier = `carrier-${order % 4}`;
    const buyer = `buyer-${order % 200}`;
    const [who, type, data] = ((): [string, string, Record<string, unknown>] => {
      switch (step % 3) {
        case 0:
          return [
            buyer,
            'order.place',
            {
              seller,
              total: 1000 + (n % 90_000),
              category: ['electronics', 'books', 'home'][order % 3],
              promised,
              note: note(n, 250),
            },
          ];
        case 1:
          return [seller, 'order.ship', { carrier, tracking: note(n, 256) }];
        default:
          return [carrier, 'order.deliver', {}];
      }
    })();
    events.push(
      Buffer.from(
        JSON.stringify({
          specversion: '1.0',
          id: `0199a1b2-7c3d-7e4f-8a5b-${(first + n).toString(16).padStart(12, '0')}`,
          source: `/participants/${who}`,
          type,
          subject: `order-${order}`,
          time,
          datacontenttype: 'application/json',
          traceparent: `00-4bf92f3577b34da6a3ce929d0e0e${(n % 65_536).toString(16).padStart(4, '0')}-00f067aa0ba902b7-01`,
          causationid: `0199a1b2-7c3d-7e4f-8a5b-${order.toString(16).padStart(12, '0')}`,
          // A decision without data carries a long trace state, so that all three are of one size.
          ...(step % 3 === 2 ? { tracestate: note(n, 300) } : {}),
          data,
        }),
      ),
    );
  }
  const bytes = events.reduce((sum, event) => sum + event.length, 0);
  return { events, meanBytes: Math.round(bytes / events.length), participants };
}
