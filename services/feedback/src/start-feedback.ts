import { KafkaLog } from '@tutti/adapter-kafka';
import { migrate, PostgresLeases } from '@tutti/adapter-postgres';
import { type FeedbackStatus, runFeedback } from '@tutti/runtime';
import { type Env, type GaugeSource, openJournal, requireSpace, type Running, type Terminal } from '@tutti/service';
import { startTask, type Task, type TaskGround } from '@tutti/service/machines';

/** How long one attempt to reach Kafka may take, so that what is waited for is soon said. */
const CONNECT_TIMEOUT_MS = 5_000;

interface FeedbackTask extends Task {
  feedback(): FeedbackStatus;
}

/**
 * Starts a feedback process: of all that run, the one that holds the lease opens epochs and relays what is in force.
 *
 * @throws TuttiError `config-invalid`, `port-in-use`, `database-refused`, `store-version`, `log-refused`, `space-differs`
 */
export function startFeedback(env: Env, stopping: AbortSignal, terminal?: Terminal): Promise<Running> {
  const gauges = (task: () => Task | undefined): readonly GaugeSource[] =>
    gaugesOf(() => (task() as FeedbackTask | undefined)?.feedback());
  return startTask({ service: 'feedback', env, begin: beginFeedback, gauges, ...(terminal && { terminal }) }, stopping);
}

async function beginFeedback({ configuration, owner, waiting, undo, logger }: TaskGround): Promise<FeedbackTask> {
  const { space, journalUrl, storeUrl, kafka } = configuration;
  await waiting.for('the store', () => migrate(storeUrl));
  const leases = await waiting.for('the store', () => PostgresLeases.open(storeUrl));
  undo.add(() => leases.close());
  const journal = await waiting.for('the journal', () => openJournal(journalUrl));
  undo.add(() => journal.close());
  await waiting.for('the journal', () => requireSpace(journal, space));
  const log = await waiting.for('Kafka', () =>
    KafkaLog.connect({
      ...kafka!,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      logger: (level, message, facts) => logger[level](facts, message),
    }),
  );
  undo.add(() => log.close());
  const running = runFeedback({ space, journal, leases, owner, log });
  undo.add(() => running.close());
  const feedback = (): FeedbackStatus => running.status();
  return {
    feedback,
    status: () => {
      const { leading, epoch, relayed, problems } = feedback();
      return { ready: problems.length === 0, problems, facts: { space, leading, epoch, relayed } };
    },
  };
}

function gaugesOf(feedback: () => FeedbackStatus | undefined): GaugeSource[] {
  const gauge = (name: string, help: string, value: (status: FeedbackStatus) => number): GaugeSource => ({
    name,
    help,
    read: (set) => {
      const status = feedback();
      if (status !== undefined) set(value(status));
    },
  });
  return [
    gauge('tutti_leading', '1 in the process that opens epochs', ({ leading }) => (leading ? 1 : 0)),
    gauge('tutti_epoch', 'Last epoch opened, as far as seen', ({ epoch }) => epoch),
    gauge(
      'tutti_relay_control_revision',
      'Revision of control up to which topic policies is complete',
      ({ relayed }) => relayed,
    ),
  ];
}
