import { migrate, PostgresLeases, PostgresProjectionStore } from '@tutti/adapter-postgres';
import { type ProjectionStatus, runProjection } from '@tutti/runtime';
import { type Env, type GaugeSource, openJournal, requireSpace, type Running, type Terminal } from '@tutti/service';
import { startTask, type Task, type TaskGround } from '@tutti/service/machines';

interface ProjectionTasks extends Task {
  projection(): ProjectionStatus;
}

/**
 * Starts a projection process: it takes its share of the partitions by leases and projects their journal into the store.
 *
 * @throws TuttiError `config-invalid`, `port-in-use`, `database-refused`, `store-version`, `space-differs`
 */
export function startProjection(env: Env, stopping: AbortSignal, terminal?: Terminal): Promise<Running> {
  const gauges = (task: () => Task | undefined): readonly GaugeSource[] =>
    gaugesOf(() => (task() as ProjectionTasks | undefined)?.projection());
  return startTask(
    { service: 'projection', env, begin: beginProjection, gauges, ...(terminal && { terminal }) },
    stopping,
  );
}

async function beginProjection({ configuration, owner, waiting, undo }: TaskGround): Promise<ProjectionTasks> {
  const { space, journalUrl, storeUrl } = configuration;
  await waiting.for('the store', () => migrate(storeUrl));
  const leases = await waiting.for('the store', () => PostgresLeases.open(storeUrl));
  undo.add(() => leases.close());
  const store = await waiting.for('the store', () => PostgresProjectionStore.open(storeUrl));
  undo.add(() => store.close());
  const journal = await waiting.for('the journal', () => openJournal(journalUrl));
  undo.add(() => journal.close());
  await waiting.for('the journal', () => requireSpace(journal, space));
  const running = runProjection({ space, journal, store, leases, owner });
  undo.add(() => running.close());
  const projection = (): ProjectionStatus => running.status();
  return {
    projection,
    status: () => {
      const { problems, partitionsOfSpace, partitions } = projection();
      return {
        ready: problems.length === 0,
        problems,
        facts: {
          space,
          partitionsOfSpace,
          partitions: partitions.map(({ partition, revision, term }) => ({ partition, revision, term })),
        },
      };
    },
  };
}

function gaugesOf(projection: () => ProjectionStatus | undefined): GaugeSource[] {
  return [
    {
      name: 'tutti_projected_revision',
      help: 'Last revision of the journal whose effect is in the store',
      labels: ['partition'],
      read: (set) => {
        for (const { partition, revision } of projection()?.partitions ?? []) set(revision, { partition });
      },
    },
  ];
}
