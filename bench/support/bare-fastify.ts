import Fastify from 'fastify';

// The raw thing underneath the HTTP intake: one route that parses the event and answers 201.
const app = Fastify();
app.addContentTypeParser('application/cloudevents+json', { parseAs: 'string' }, (_request, body, done) => {
  done(null, JSON.parse(body as string));
});
app.post('/v1/decisions', async (request, reply) => {
  const { id } = request.body as { id: string };
  return reply.code(201).send({ accepted: true, id });
});
await app.listen({ port: Number(process.argv[2]), host: '127.0.0.1' });
console.log('ready');
