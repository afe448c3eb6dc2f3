import { createHash, createPrivateKey } from 'node:crypto';
import { join } from 'node:path';
import { connectAdmin } from '@tutti/client/admin';
import { canonicalEvent, compareByBytes, signEvent, type WireVerdict } from '@tutti/contracts';
import { canonicalJson, type Json, type JsonObject } from '@tutti/kernel';
import { ManualClock, startTutti, type TestTutti } from '@tutti/testing';
import { format, resolveConfig } from 'prettier';
import { event, EXCHANGES, NOW, type Step } from './conformance-cases.ts';
import { root } from './project.ts';

/** Key pair of RFC 8032 §7.1, test 1: known to everybody, for examples only. */
const KEY = {
  kty: 'OKP',
  crv: 'Ed25519',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
};
const KID = 'signer-1#1';
const PARTICIPANTS = { 'buyer-9': ['buyer'], 'seller-3': ['seller'], 'carrier-1': ['carrier'], 'signer-1': ['buyer'] };
const SHOWN_HEADERS = ['content-type', 'tutti-position', 'tutti-duplicate'];
const because = { because: 'the conformance kit' };

/** The files of `docs/reference/conformance`, made by asking a real backbone. */
export async function conformanceFiles(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const [name, steps] of Object.entries(EXCHANGES)) {
    files.set(`conformance/${name}.json`, await asFile(await exchanges(steps)));
  }
  files.set('conformance/signatures.json', await asFile(signatures()));
  files.set('conformance/outcome.json', await asFile(await outcome()));
  return files;
}

async function withBackbone<T>(use: (backbone: TestTutti, clock: ManualClock) => Promise<T>): Promise<T> {
  const clock = new ManualClock(Date.parse(NOW));
  const model = join(root, 'docs', 'reference', 'conformance', 'shop.tutti.yaml');
  const backbone = await startTutti({ model, clock });
  const admin = await connectAdmin({ url: backbone.url });
  try {
    for (const [id, roles] of Object.entries(PARTICIPANTS)) await admin.addParticipant({ id, roles }, because);
    await admin.addKey('signer-1', KEY.x, because);
    return await use(backbone, clock);
  } finally {
    admin.close();
    await backbone.close();
  }
}

async function exchanges(steps: readonly Step[]): Promise<Json> {
  return withBackbone(async (backbone, clock) => {
    const done: Json[] = [];
    for (const step of steps) {
      const { it, headers } = step;
      const body = step.sign === true ? signed(step.body!) : step.body!;
      const at = new Date(clock.nowMs()).toISOString();
      const response = await post(backbone.url, headers, body);
      done.push({
        it,
        request: { at, path: '/v1/decisions', headers, body },
        response: {
          status: response.status,
          headers: Object.fromEntries(
            SHOWN_HEADERS.filter((name) => response.headers.has(name)).map((name) => [
              name,
              response.headers.get(name)!,
            ]),
          ),
          body: (await response.json()) as Json,
        },
      });
      clock.advance(1_000);
    }
    return { model: 'shop.tutti.yaml', participants: PARTICIPANTS, steps: done };
  });
}

function post(url: string, headers: Record<string, string>, body: string): Promise<Response> {
  return fetch(`${url}/v1/decisions`, { method: 'POST', headers, body, signal: AbortSignal.timeout(10_000) });
}

function signed(text: string): string {
  const given = JSON.parse(text) as JsonObject;
  return JSON.stringify({ ...given, signature: signEvent(given, privateKey(), KID) });
}

function privateKey(): ReturnType<typeof createPrivateKey> {
  return createPrivateKey({ key: KEY, format: 'jwk' });
}

/** What is signed and how it looks, for events that are spelled in different ways. */
function signatures(): Json {
  const data = { seller: 'seller-3', total: 4200, note: 'bücher' };
  const plain = event('order.place', 'order-1', 'signer-1', 'p-1', { data });
  const events: [string, object][] = [
    ['a structured event', plain],
    [
      'datacontenttype and traceparent are not signed',
      {
        ...plain,
        datacontenttype: 'application/json',
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      },
    ],
    [
      'basedon is signed as an integer, exact as a boolean, also where binary mode sent text',
      { ...plain, basedon: '3', exact: 'true' },
    ],
    ['an attribute that is null is absent', { ...plain, causationid: null }],
    ['an event without data', event('order.cancel', 'order-1', 'signer-1', 'c-1')],
  ];
  return {
    key: KEY,
    kid: KID,
    cases: events.map(([it, given]) => ({
      it,
      event: given as JsonObject,
      payload: canonicalEvent(given as JsonObject),
      signature: signEvent(given as JsonObject, privateKey(), KID),
    })),
  };
}

/** The outcome hash of some exchanges, computed here from what any reader can see, and as the backbone says it. */
async function outcome(): Promise<Json> {
  return withBackbone(async ({ url }) => {
    for (const name of ['structured', 'retrying', 'refusals']) {
      for (const { headers, body } of EXCHANGES[name]!) {
        const renamed = body!.replace(/order-(\d)/, `${name}-$1`).replace(/"id":\s*"/, `$&${name}-`);
        await (await post(url, headers, renamed)).arrayBuffer();
      }
    }
    const get = async (path: string): Promise<unknown> =>
      (await fetch(`${url}${path}`, { signal: AbortSignal.timeout(10_000) })).json();
    const { verdicts } = (await get('/v1/verdicts?limit=1000')) as { verdicts: WireVerdict[] };
    const subjects = outcomeLines(verdicts);
    const hash = createHash('sha256');
    for (const { id, lines } of subjects) for (const line of [JSON.stringify(id), ...lines]) hash.update(`${line}\n`);
    const computed = hash.digest('hex');
    const served = (await get('/v1/audit/outcome')) as { outcome: string };
    if (served.outcome !== computed) throw new Error(`outcome: ${computed} computed, ${JSON.stringify(served)} served`);
    return { subjects, outcome: computed };
  });
}

function outcomeLines(verdicts: readonly WireVerdict[]): { id: string; lines: string[] }[] {
  const bySubject = new Map<string, string[]>();
  for (const verdict of verdicts) {
    const id = verdict.subject?.id ?? '';
    bySubject.set(id, [...(bySubject.get(id) ?? []), outcomeLine(verdict)]);
  }
  return [...bySubject.keys()].toSorted(compareByBytes).map((id) => ({ id, lines: bySubject.get(id)! }));
}

function outcomeLine({ accepted, reasons, irregular, decision, contract, subject }: WireVerdict): string {
  const { type, source, id } = decision as { type?: string; source?: string; id?: string };
  return canonicalJson([
    type ?? null,
    source ?? null,
    id ?? null,
    accepted,
    irregular !== undefined,
    (reasons ?? irregular ?? []).map(({ code, pointer }) => [code, pointer ?? null]),
    contract ?? null,
    subject?.sequence ?? null,
    subject?.state ?? null,
    (subject?.parties ?? null) as Json,
    (subject?.keeps ?? null) as Json,
  ]);
}

async function asFile(value: Json): Promise<string> {
  const options = await resolveConfig(join(root, 'package.json'));
  return format(JSON.stringify(value), { ...options, parser: 'json' });
}
