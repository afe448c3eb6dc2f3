#!/usr/bin/env node
// Committed, unlike `dist`: npm links a command only if its file is there when it installs.
const [major] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(
    `✗ usage  tutti needs Node 24, this is ${process.versions.node}\n  mend   run it in its folder: npx tutti\n`,
  );
  process.exit(2);
}
await import('../dist/main.js').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  process.stderr.write(`✗ usage  tutti has not been built: ${error.message}\n  mend   npm run build\n`);
  process.exit(2);
});
