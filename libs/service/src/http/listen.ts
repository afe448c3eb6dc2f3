import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { TuttiError } from '@tutti/kernel';

const NEXT_FREE_MOST = 20;

/**
 * Listens on a port, or on one of those after it where that is allowed.
 *
 * @throws TuttiError `port-in-use`, `port-refused`
 */
export async function listen(
  app: NestFastifyApplication,
  host: string,
  port: number,
  orNextFree: boolean,
): Promise<{ url: string; port: number }> {
  const last = orNextFree ? port + NEXT_FREE_MOST : port;
  for (let at = port; ; at++) {
    try {
      await app.listen({ host, port: at });
      const { port: bound } = app.getHttpServer().address() as AddressInfo;
      return { url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`, port: bound };
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
      if (code === 'EADDRINUSE' && at < last) continue;
      if (code === 'EADDRINUSE') throw inUse(host, port, cause);
      throw new TuttiError('port-refused', `cannot listen on ${host}:${at}: ${(cause as Error).message}`, {
        where: `${host}:${at}`,
        mend: 'choose another TUTTI_HOST or TUTTI_PORT',
        cause,
      });
    }
  }
}

function inUse(host: string, port: number, cause: unknown): TuttiError {
  return new TuttiError('port-in-use', `port ${port} is taken by another process`, {
    where: `${host}:${port}`,
    mend: 'stop what listens there, or set TUTTI_PORT to another port',
    facts: { host, port },
    cause,
  });
}

/** Whether only this machine can reach an address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
