// Health check without curl: `health.mjs live` or `health.mjs ready`; exit code 0 where the service in this container says yes.
const [, , what = 'live'] = process.argv;
const port = process.env.TUTTI_PORT || '4400';
try {
  const answer = await fetch(`http://127.0.0.1:${port}/health/${what}`, { signal: AbortSignal.timeout(4_000) });
  const text = await answer.text();
  if (!answer.ok) process.stderr.write(`${answer.status} ${text.slice(0, 2_000)}\n`);
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  process.stderr.write(`no answer on port ${port}: ${error.cause?.message ?? error.message}\n`);
  process.exitCode = 1;
}
