import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { TuttiError } from '@tutti/kernel';

const run = promisify(execFile);
const pomPath = join('infra', 'kafka', 'broker', 'pom.xml');
/** What a fetch may take: about 60 MB of jars, on a slow line. */
const fetchTimeoutMs = 600_000;

let pending: Promise<string> | undefined;

/**
 * Folder with the jars of the pinned Apache Kafka (`infra/kafka/broker/pom.xml`), fetched by Maven on first use into
 * `node_modules/.cache/tutti`.
 *
 * @throws TuttiError `java-missing` no Java 17 or later; or, with jars to fetch, no Maven
 * @throws TuttiError `kafka-jars` Maven could not fetch them
 */
export function kafkaJars(): Promise<string> {
  pending ??= findOrFetch().catch((error: unknown) => {
    pending = undefined;
    throw error;
  });
  return pending;
}

async function findOrFetch(): Promise<string> {
  await assertJava();
  const root = projectRoot();
  const pom = join(root, pomPath);
  const text = await readFile(pom, 'utf8');
  const version = /<kafka\.version>([^<]+)</.exec(text)?.[1] ?? 'unknown';
  const mark = createHash('sha256').update(text).digest('hex');
  const folder = join(root, 'node_modules', '.cache', 'tutti', `kafka-${version}`);
  if (await isComplete(folder, mark)) return folder;
  await fetchInto(folder, pom, mark);
  return folder;
}

/** Fetches beside the folder and renames at the end, so that two processes at it at once do no harm. */
async function fetchInto(folder: string, pom: string, mark: string): Promise<void> {
  const fresh = `${folder}.${process.pid}`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  try {
    const words = ['-q', '-B', '-f', pom, 'dependency:copy-dependencies'];
    await run('mvn', [...words, '-DincludeScope=runtime', `-DoutputDirectory=${fresh}`], { timeout: fetchTimeoutMs });
    await writeFile(join(fresh, '.pom'), mark);
    if (!(await isComplete(folder, mark))) {
      await rm(folder, { recursive: true, force: true });
      await rename(fresh, folder);
    }
  } catch (cause) {
    if (await isComplete(folder, mark)) return;
    if (isMissing(cause)) {
      throw new TuttiError('java-missing', 'Maven (mvn), which fetches the jars of Kafka, is not there', {
        mend: 'Install Maven 3.6 or later.',
        cause,
      });
    }
    const said = (cause as { stdout?: string }).stdout?.trim() ?? '';
    throw new TuttiError('kafka-jars', `Maven could not fetch the jars of Kafka${said === '' ? '' : `: ${said}`}`, {
      where: pom,
      mend: 'See to it that Maven reaches its repository, then run it again.',
      retryable: true,
      cause,
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function isComplete(folder: string, mark: string): Promise<boolean> {
  return (await readFile(join(folder, '.pom'), 'utf8').catch(() => '')) === mark;
}

async function assertJava(): Promise<void> {
  const mend = 'Install Java 17 or later.';
  const { stderr } = await run('java', ['-version']).catch((cause: unknown) => {
    throw new TuttiError('java-missing', 'Java, on which Kafka runs, is not there', { mend, cause });
  });
  const major = Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
  if (major >= 17) return;
  throw new TuttiError('java-missing', `Kafka needs Java 17 or later; this is ${stderr.split('\n')[0]}`, { mend });
}

function isMissing(cause: unknown): boolean {
  return (cause as NodeJS.ErrnoException).code === 'ENOENT';
}

function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, pomPath))) {
    const above = dirname(folder);
    if (above === folder) {
      throw new TuttiError('kafka-jars', `there is no ${pomPath} above this package`, {
        mend: 'Start Kafka from a clone of the project.',
      });
    }
    folder = above;
  }
  return folder;
}
