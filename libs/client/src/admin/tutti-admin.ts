import { type Json, TuttiError } from '@tutti/kernel';
import type { Caller } from '../caller.js';
import { UnavailableError } from '../errors.js';
import { type HttpRequest, NoAnswer, type Reply } from '../http.js';
import { notRecorded } from '../problem.js';
import { pathWith } from '../wire.js';
import type {
  Contract,
  Done,
  Edge,
  GivenModel,
  IssuedToken,
  ModelDifference,
  Participant,
  Published,
  PublishedModel,
  Scope,
  Status,
  Why,
} from './answers.js';

/**
 * What operators do, and what they read. An act is never sent again unless the first sending surely was not taken:
 * where that is not known, the error is `outcome-unknown`. Every call may throw NotRecordedError (what the backbone
 * refuses), UnavailableError and ClosedError.
 */
export class TuttiAdmin {
  readonly #caller: Caller;
  readonly #timeoutMs: number;

  /** Use {@link connectAdmin}. */
  constructor(caller: Caller, timeoutMs: number) {
    this.#caller = caller;
    this.#timeoutMs = timeoutMs;
  }

  /** Everybody registered, by id. */
  async participants(): Promise<Participant[]> {
    return (await this.#get<{ participants: Participant[] }>('/v1/participants')).participants;
  }

  /** `undefined` where nobody is registered under this id. */
  participant(id: string): Promise<Participant | undefined> {
    return this.#find<Participant>(participantPath(id));
  }

  /** @throws NotRecordedError `incompatible` where it is registered already */
  addParticipant(
    participant: { id: string; roles: readonly string[]; publicKey?: string },
    why: Why,
  ): Promise<Done & { participant: Participant }> {
    return this.#act('POST', '/v1/participants', { ...participant, roles: [...participant.roles], ...why });
  }

  /** Exactly these roles from now on. @throws NotRecordedError `not-found` */
  setRoles(id: string, roles: readonly string[], why: Why): Promise<Done & { participant: Participant }> {
    return this.#act('PUT', `${participantPath(id)}/roles`, { roles: [...roles], ...why });
  }

  /** @throws NotRecordedError `not-found` */
  suspend(id: string, suspended: boolean, why: Why): Promise<Done & { participant: Participant }> {
    return this.#act('PUT', `${participantPath(id)}/suspension`, { suspended, ...why });
  }

  /**
   * Registers a key; from then on this participant must sign.
   *
   * @param publicKey raw Ed25519, base64url
   * @throws NotRecordedError `not-found`
   */
  addKey(id: string, publicKey: string, why: Why): Promise<Done & { participant: Participant }> {
    return this.#act('POST', `${participantPath(id)}/keys`, { publicKey, ...why });
  }

  /** @throws NotRecordedError `not-found` */
  retireKey(id: string, kid: string, why: Why): Promise<Done & { participant: Participant }> {
    return this.#act('DELETE', pathWith(`${participantPath(id)}/keys/${encodeURIComponent(kid)}`, { ...why }));
  }

  /** Tokens in force, by their hashes. */
  async tokens(): Promise<IssuedToken[]> {
    return (await this.#get<{ tokens: IssuedToken[] }>('/v1/tokens')).tokens;
  }

  /** The token is shown this once. */
  issueToken(
    token: { participant: string; scopes: readonly Scope[] },
    why: Why,
  ): Promise<IssuedToken & Done & { token: string }> {
    return this.#act('POST', '/v1/tokens', { ...token, scopes: [...token.scopes], ...why });
  }

  /** @param hash SHA-256 of the token, hexadecimal */
  revokeToken(hash: string, why: Why): Promise<Done> {
    return this.#act('DELETE', pathWith(`/v1/tokens/${encodeURIComponent(hash)}`, { ...why }));
  }

  /** A model revision, the latest unless one is named; `undefined` where there is none. */
  model(revision?: number): Promise<PublishedModel | undefined> {
    return this.#find<PublishedModel>(pathWith('/v1/model', { revision }));
  }

  /**
   * Publishes a model: whole, in force from the next barrier, subjects under way pinned.
   *
   * @param options `ifRevision`: refuse unless that is the latest; `breaking`: although it breaks somebody
   * @throws NotRecordedError `model-invalid` (its `problem.errors` have line and column), `incompatible`,
   * `revision-mismatch`
   */
  publishModel(
    model: GivenModel,
    why: Why,
    options: { breaking?: boolean; ifRevision?: number } = {},
  ): Promise<Published> {
    const { breaking, ifRevision } = options;
    const body = { ...model, ...why, ...(breaking === undefined ? {} : { breaking }) };
    return this.#act('PUT', '/v1/model', body, ifRevision === undefined ? {} : { 'if-match': `"${ifRevision}"` });
  }

  /** How a model differs from the latest published. Nothing is recorded. */
  async diffModel(model: GivenModel): Promise<ModelDifference> {
    const reply = await this.#caller.call(jsonRequest('POST', '/v1/model/diff', model), { timeoutMs: this.#timeoutMs });
    return bodyOf(reply, '/v1/model/diff');
  }

  /** Contracts in force. */
  async contracts(): Promise<Contract[]> {
    return (await this.#get<{ contracts: Contract[] }>('/v1/contracts')).contracts;
  }

  /** One contract, the version in force unless one is named. */
  contract(type: string, version?: number): Promise<Contract | undefined> {
    const path = `/v1/contracts/${encodeURIComponent(type)}`;
    return this.#find<Contract>(version === undefined ? path : `${path}/${version}`);
  }

  /** What the model has no answer for, most frequent first. */
  async edges(): Promise<Edge[]> {
    return (await this.#get<{ edges: Edge[] }>('/v1/edges')).edges;
  }

  /**
   * How the backbone is, also where it is not ready. Asked once.
   *
   * @throws UnavailableError
   */
  async status(): Promise<Status> {
    const path = '/health/ready';
    const reply = await this.#once({ method: 'GET', path });
    const status = statusIn(reply.body);
    if (status === undefined) throw notRecorded(reply, path);
    return status;
  }

  /** Takes no more calls. */
  close(): void {
    this.#caller.lifetime.close();
  }

  async #get<T>(path: string): Promise<T> {
    return bodyOf(await this.#caller.call({ method: 'GET', path }, { timeoutMs: this.#timeoutMs }), path);
  }

  async #find<T>(path: string): Promise<T | undefined> {
    const reply = await this.#caller.call({ method: 'GET', path }, { timeoutMs: this.#timeoutMs });
    return reply.status === 404 ? undefined : bodyOf(reply, path);
  }

  async #act<T>(
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<T> {
    const reply = await this.#caller.call(jsonRequest(method, path, body, headers), {
      timeoutMs: this.#timeoutMs,
      once: (cause) =>
        new TuttiError('outcome-unknown', `it is not known whether this was done: ${cause.message}`, {
          where: `${method} ${path.split('?', 1)[0]}`,
          mend: 'look whether it was, then do it again if not',
          cause,
        }),
    });
    return bodyOf(reply, path);
  }

  async #once(request: HttpRequest): Promise<Reply> {
    const { http } = this.#caller;
    try {
      return await http.request(request, this.#timeoutMs);
    } catch (cause) {
      if (!(cause instanceof NoAnswer)) throw cause;
      throw new UnavailableError(`${http.url} was not reached: ${cause.message}`, {
        where: http.url,
        mend: 'start the backbone (tutti start), or give its url',
        cause,
      });
    }
  }
}

function participantPath(id: string): string {
  return `/v1/participants/${encodeURIComponent(id)}`;
}

function jsonRequest(
  method: HttpRequest['method'],
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): HttpRequest {
  if (body === undefined) return { method, path, headers };
  return { method, path, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

function bodyOf<T>(reply: Reply, where: string): T {
  if (reply.status >= 200 && reply.status < 300) return reply.body as T;
  throw notRecorded(reply, where);
}

/** The backbone's part of a health check's answer, wherever it stands (terminus: `details`, or `error`). */
function statusIn(body: Json | undefined): Status | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const details = body['details'];
  if (typeof details !== 'object' || details === null || Array.isArray(details)) return undefined;
  const backbone = details['backbone'];
  if (typeof backbone !== 'object' || backbone === null || Array.isArray(backbone)) return undefined;
  const { status, ...facts } = backbone;
  return { ready: status === 'up', ...facts } as unknown as Status;
}
