import { type OwnCode, pages } from './own-code.js';

/** Codes of the client, of the command line and of imports. */
export const TOOL_CODES: Readonly<Record<string, OwnCode>> = {
  ...pages('in the client', {
    'outcome-unknown': [
      'It is not known whether it was done',
      "An operator's act was sent and not answered. It is never sent twice by itself.",
      'Look whether it was done, then do it again if not.',
    ],
    'key-unreadable': [
      'There is no private key in the file',
      'The file does not exist, or holds no Ed25519 private key (PKCS #8 PEM, or a JWK).',
      'Make one: tutti keys new.',
    ],
    'cursor-unreadable': [
      'There is no cursor in the file',
      'The file that keeps the place in the stream holds something else.',
      'Name another file, or delete it to begin anew.',
    ],
    'kafkajs-missing': [
      'kafkajs is not installed',
      'A client with `kafka` publishes with the package kafkajs, which is not installed beside it.',
      'npm install kafkajs; or leave `kafka` out and give `url`.',
    ],
    'topic-unreadable': [
      'Records of a topic cannot be read',
      'They are compressed with a codec that kafkajs does not bring along.',
      'Register the codec (kafkajs: CompressionCodecs), or read over HTTP.',
    ],
    closed: ['The client was closed', '`close()` was called before this call.', 'Connect again.'],
    'handler-invalid': [
      'A handler of verdicts cannot be used',
      '@OnVerdict needs a provider of which there is one, and a name of its own.',
      'Move the method, or name it.',
    ],
  }),
  ...pages('in tests and in `npm run cluster`', {
    'service-not-ready': [
      'A process of the cluster is not ready',
      'It has ended, or was not ready in time. What it said last stands in the error.',
      'See what it says; its code has a page.',
    ],
  }),
  ...pages('on the command line', {
    usage: [
      'The command cannot be understood',
      'An argument or option is missing, unknown or has a value it cannot have.',
      'See `tutti COMMAND --help`.',
    ],
    interrupted: ['You stopped it', 'Ctrl-C, or a signal.', 'Start it again.'],
    'file-unreadable': [
      'A file cannot be read',
      'It does not exist, or this user may not read it.',
      'Check its name and who may read it.',
    ],
    'model-file-missing': [
      'Which model?',
      'No model was named, and the folder holds none or several `*.tutti.yaml`.',
      'Name the file.',
    ],
    'tests-file-missing': [
      'There are no tests',
      "A model's tests lie beside it: `marketplace.tutti.yaml` has `marketplace.tests.yaml`.",
      'Write some, or name the file: --tests FILE.',
    ],
    'journal-differs': [
      'The journal there is another one',
      'A journal is copied to an empty one, or to an earlier copy of itself.',
      'Copy to an empty database, while no service runs on it.',
    ],
    'stream-unknown': [
      'There is no such stream',
      'The journal holds `control`, `epochs` and one `verdicts-N` a partition.',
      'See `tutti journal ls`.',
    ],
  }),
  ...pages('in the map of `tutti import`: nothing was sent', {
    'import-map-invalid': [
      'The map has errors',
      'Each is named with line and column.',
      'See docs/reference/import.md.',
    ],
    'map-syntax': [
      'The map is no YAML',
      'The text cannot be parsed at the place named.',
      'Correct it there; quote texts that hold `: ` or `#`, or begin with `?` or `-`.',
    ],
    'map-unknown-key': [
      'The map has a key that means nothing',
      'The keys are in docs/reference/import.md.',
      'Correct its spelling.',
    ],
    'map-missing-key': ['The map lacks a key', 'Without it, it cannot be told what a row means.', 'Add it.'],
    'map-wrong-value': ['The map has a value of the wrong kind', 'The message says what belongs there.', 'Correct it.'],
    'import-column-missing': [
      'The log lacks a column',
      "The map names a column that the log's first line has not.",
      'Correct the map, or the separator in `file`.',
    ],
    'format-unknown': [
      'The format of times means nothing',
      'The map gives a format with letters that stand for nothing.',
      'Write it in YYYY MM DD HH mm ss SSS Z, or iso, unix-s, unix-ms.',
    ],
    'zone-unknown': [
      'There is no such time zone',
      'The map names a zone that is no offset and not in the IANA database.',
      'Write UTC, +01:00, or a name such as Europe/Amsterdam.',
    ],
  }),
  ...pages('in `tutti import`: the rows before the one named have their verdicts', {
    'import-row-invalid': [
      'A row cannot be a decision',
      'The row has no subject, type, participant or readable time, or is no CSV. Nothing after it was sent.',
      'Correct the map or the log, then go on with --from-row.',
    ],
    'import-stopped': [
      'The import was stopped',
      'By Ctrl-C, or its caller.',
      'Start it again, from the beginning or with --from-row.',
    ],
  }),
  ...pages('where a server for tests or for trying out is started', {
    'postgres-start': [
      'PostgreSQL did not start',
      'Its programs are not installed, no user may run them (it refuses root), its port is taken, or it said the words in the message.',
      'Do what the message says; `npm ci` installs the programs.',
    ],
  }),
  ...pages('when Kafka is started without Docker (`npm run cluster`, tests)', {
    'java-missing': [
      'Java or Maven is not there',
      'Kafka runs on Java 17 or later; Maven fetches its jars the first time.',
      'Install Java 17 or later, and Maven 3.6 or later.',
    ],
    'kafka-jars': [
      'The jars of Kafka cannot be fetched',
      'Maven could not fetch what infra/kafka/broker/pom.xml names into node_modules/.cache/tutti.',
      'See to it that Maven reaches its repository, then run it again.',
    ],
    'kafka-start': [
      'Kafka did not start',
      'The broker ended before it answered; what it said is in the message.',
      'See what the broker says.',
    ],
  }),
};
