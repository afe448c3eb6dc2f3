import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { RouteTable } from './route-table.js';

describe('the table of routes', () => {
  it('knows which methods a path answers to', () => {
    const table = new RouteTable();
    const server = fastify();
    table.watch(server);
    server.get('/v1/subjects/:id', () => '');
    server.put('/v1/subjects/:id', () => '');
    server.get('/v1/subjects/:id/next', () => '');
    server.get('/openapi.json', () => '');
    expect(table.methodsOf('/v1/subjects/a%2Fb')).toEqual(['GET', 'HEAD', 'PUT']);
    expect(table.methodsOf('/v1/subjects/a/next')).toEqual(['GET', 'HEAD']);
    expect(table.methodsOf('/v1/subjects/a/b')).toEqual([]);
    expect(table.methodsOf('/openapixjson')).toEqual([]);
  });
});
