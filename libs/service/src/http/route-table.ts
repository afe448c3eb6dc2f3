import type { FastifyInstance } from 'fastify';

/** One route the server answers to. */
export interface Route {
  method: string;
  /** `/v1/subjects/:id` */
  url: string;
}

/** Every route registered on the server: tells a wrong method from a wrong path, and the documents from the truth. */
export class RouteTable {
  readonly #routes: (Route & { pattern: RegExp })[] = [];

  /** Watches a server on which nothing has been registered yet. */
  watch(server: FastifyInstance): void {
    server.addHook('onRoute', ({ method, url }) => {
      for (const one of Array.isArray(method) ? method : [method]) {
        this.#routes.push({ method: one, url, pattern: patternOf(url) });
      }
    });
  }

  routes(): Route[] {
    return this.#routes.map(({ method, url }) => ({ method, url }));
  }

  /** Methods that some route answers to on this path, sorted. */
  methodsOf(path: string): string[] {
    const methods = this.#routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    return [...new Set(methods)].toSorted();
  }
}

function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => {
    if (part.startsWith(':')) return '[^/]+';
    if (part === '*') return '.*';
    return part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  });
  return new RegExp(`^${parts.join('/')}$`);
}
