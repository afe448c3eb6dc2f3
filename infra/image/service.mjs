// Runs the service that the first argument names, in this process, so that signals reach it: PID 1 of the container.
const SERVICES = {
  contract: '../../services/contract/dist/main.js',
  projection: '../../services/projection/dist/main.js',
  feedback: '../../services/feedback/dist/main.js',
  standalone: '../../services/standalone/dist/main.js',
  tutti: '../../libs/cli/bin/tutti.js',
};

const [node, , name = 'contract', ...rest] = process.argv;
const path = Object.hasOwn(SERVICES, name) ? SERVICES[name] : undefined;
if (path === undefined) {
  process.stderr.write(`tutti: usage  no service ${name}; there are ${Object.keys(SERVICES).join(', ')}\n`);
  process.exit(2);
}
const main = new URL(path, import.meta.url);
process.argv = [node, main.pathname, ...rest];
await import(main.href);
