import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { connectAdmin } from '@tutti/client/admin';
import { compareByBytes, signEvent, type WireVerdict } from '@tutti/contracts';
import { canonicalJson, type Json, type JsonObject } from '@tutti/kernel';
import { ManualClock, startTutti, type TestTutti } from '@tutti/testing';
import { EXCHANGES, NOW, type Step } from './http-cases.ts';
import { root } from '../docs/project.ts';
import { KEY, KID, privateKey } from './key.ts';

const PARTICIPANTS = { 'buyer-9': ['buyer'], 'seller-3': ['seller'], 'carrier-1': ['carrier'], 'signer-1': ['buyer'] };
const SHOWN_HEADERS = ['content-type', 'tutti-position', 'tutti-duplicate'];
const because = { because: 'the conformance kit' };

/** What is said over HTTP, made by asking a real backbone: name → content. */
export async function httpFiles(): Promise<Map<string, Json>> {
  const files = new Map<string, Json>();
  for (const [name, steps] of Object.entries(EXCHANGES)) {
    files.set(`http/${name}.json`, await exchanges(steps));
  }
  files.set('http/outcome.json', await outcome());
  return files;
}

async function withBackbone<T>(use: (backbone: TestTutti, clock: ManualClock) => Promise<T>): Promise<T> {
  const clock = new ManualClock(Date.parse(NOW));
  const model = join(root, 'conformance', 'http', 'shop.tutti.yaml');
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
