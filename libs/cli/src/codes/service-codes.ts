import { type OwnCode, pages } from './own-code.js';

/** Codes of starting a backbone, of running one, and of its HTTP intake beyond those every client must know. */
export const SERVICE_CODES: Readonly<Record<string, OwnCode>> = {
  ...pages('when a backbone starts: it does not', {
    'config-invalid': [
      'The configuration is wrong',
      'A TUTTI_ variable is unknown, or has a value it cannot have.',
      'Correct the variable that is named.',
    ],
    'model-unreadable': [
      'The model cannot be read',
      'The file does not exist, or may not be read.',
      'Name a model file: tutti start MODEL.',
    ],
    'open-access': [
      'Everybody could do everything',
      'The address to listen on can be reached by others, and nothing is configured that callers must prove.',
      'Set TUTTI_OPERATOR_TOKEN or an issuer, listen on 127.0.0.1, or say TUTTI_ACCESS=open.',
    ],
    'port-in-use': [
      'The port is taken',
      'Another process listens on it.',
      'Stop that one, or choose another: --port N (0: any free one).',
    ],
    'port-refused': [
      'The port may not be used',
      'Ports below 1024 need rights this user lacks, or the address is not one of this machine.',
      'Choose a port from 1024 on, and an address of this machine.',
    ],
    'data-locked': [
      'The data folder is in use',
      'Another process has the lock of the data folder. Two writers would break the journal, so the second refuses to start.',
      'Stop the process that is named, or choose another folder (--data).',
    ],
    'data-unusable': [
      'The data folder cannot be made',
      'Something else has its name, or the place above it is none.',
      'Name a folder, or a place where one can be made.',
    ],
    'database-refused': [
      'The database does not let us in',
      'PostgreSQL refuses user, password, database or encryption, or the user may not make or use the tables.',
      "Check the URL and the user's rights.",
    ],
    'data-foreign': [
      'The files are not ours',
      'The data folder holds SQLite files of another program.',
      'Choose another data folder, or move the file away.',
    ],
    'journal-corrupt': [
      'The journal is damaged',
      'A block does not have the bytes that its id names, or revisions have a gap. Nothing after the revision named can be trusted.',
      'Restore the journal from a copy. The store beside it may be deleted: it is built again from the journal.',
    ],
    'journal-version': [
      'The journal has another format',
      'It was written by a release with another version of the format.',
      'Run the release that wrote it, or a later one.',
    ],
    corrupt: [
      'A record cannot be read',
      'Its line is no record of the kind it says.',
      'Find out what changed the journal.',
    ],
    'space-differs': [
      'The journal is of another space',
      'The name of a space is written down when it is created.',
      'Start with the name that the journal has, or with another data folder.',
    ],
    'partitions-differ': [
      'The number of partitions differs',
      'It is fixed when a space is created: a subject stays in its partition.',
      'Start with the number that the journal has, or with another data folder.',
    ],
    'trust-differs': [
      'The kind of trust differs',
      'Whether sources are believed (`network`) or must be proven (`signed`) is written down when a space is created.',
      'Start with the one that the journal has, or with another data folder.',
    ],
    'topic-differs': [
      'A topic is not as the space needs it',
      'The intake topic has another number of partitions than the space, which is fixed: each has a stream of the journal.',
      'Create the topic with the number of partitions that is named.',
    ],
  }),
  ...pages('when a store is opened: it is begun anew and built from the journal', {
    'store-corrupt': ['The store is damaged', 'The store is a cache of the journal.', 'Nothing: this mends itself.'],
    'store-version': [
      'The store has another format',
      'The store is a cache of the journal. PostgreSQL: its tables were made by a later release.',
      'On one machine nothing: it is rebuilt. On PostgreSQL run the release that made the tables, or a later one.',
    ],
  }),
  ...pages('while a backbone runs (`tutti status`): decisions wait, none is lost', {
    'disk-full': [
      'No space is left',
      'The journal cannot be appended to. What waits is written when there is space again.',
      'Free space on the disk of the data folder.',
    ],
    'data-read-only': [
      'The data folder cannot be written',
      'This user may only read the folder or one of its files, or its file system is mounted read-only. At the start: it does not start.',
      'Give this user write access to the folder and its files.',
    ],
    'journal-unavailable': [
      'The journal does not answer',
      'It is not known whether the last append was written; the same block is appended again until it is known.',
      'Look at the disk, or at the server of the journal.',
    ],
    'store-unavailable': [
      'The store does not answer',
      'Subjects cannot be read. Partitions wait and go on by themselves.',
      'Look at the disk, or at the server of the store.',
    ],
    'index-unavailable': [
      'The index has ended',
      'Edges, contract use and decisions by id cannot be looked up. Judging goes on.',
      'Ask again: it is begun anew, and built from the journal.',
    ],
    'log-unavailable': ['The intake does not answer', 'Topics cannot be read or written.', 'Look at the broker.'],
    'intake-truncated': [
      'Decisions are missing in the intake',
      'The topic no longer holds offsets that were not judged yet, or ends before those that were. The partition is not worked on: nothing may be left out without a word.',
      'Bring the records that are named back from a copy, or connect to the brokers that have them.',
    ],
    'unknown-topic': [
      'There is no such topic',
      'The topic was not created, or has another prefix.',
      'Create it first.',
    ],
    'log-refused': [
      'Kafka does not let us in',
      'The user, the password or the certificates are wrong, or the access lists do not allow what was asked. At the start: it does not start.',
      'Check TUTTI_KAFKA_SASL, its user and password, TUTTI_KAFKA_TLS, and the ACLs of the topics and the group.',
    ],
    'no-space': [
      'The journal holds no space yet',
      'The first contract process creates it. Projection and gateways wait for that.',
      'Start a contract process.',
    ],
    'relay-stopped': [
      "The relay's thread has ended",
      'Verdicts are recorded, and do not reach the topic `verdicts` until it is begun again, which it is by itself. It then goes on after the last one in the topic: none is left out.',
      'Where it lasts, look at the log: its journal or Kafka cannot be reached.',
    ],
    'topic-ahead': [
      'The topic of verdicts is of another history',
      'It holds verdicts that the journal does not: the journal was lost, or another one is named.',
      'Name the right journal, or give the space a new topic.',
    ],
    'partitions-awaited': [
      'It has joined, and has no partition yet',
      'The processes of the group are sharing the partitions out. Where there are more processes than partitions some have none: they serve HTTP, and say this for ten seconds only.',
      'Nothing: it ends by itself.',
    ],
    starting: [
      'The service has just started',
      'It opens its connections and joins the others. Where a server is away, its code says which one is waited for.',
      'Wait; where it lasts, look at the log.',
    ],
    'no-model': [
      'No model has been published',
      'There is nothing to judge by.',
      'Publish one: tutti model publish FILE.',
    ],
    'clock-jump': [
      'The clock of the machine has jumped',
      'It went forward by over an hour against its own monotonic clock. Recorded time goes on without the jump until it has lasted ten minutes.',
      'Set the clock right; if it is right now, wait.',
    ],
    'partition-lost': [
      'Another process owns the partition',
      'A process with a newer term has taken it over; this one has stopped working on it. Nothing was judged twice.',
      'Find the other process that works on this space and stop one of the two.',
    ],
    'revision-conflict': [
      'Another writer has appended',
      'The stream ended elsewhere than this process expected: a newer process owns the partition.',
      'Nothing: the older process stops by itself.',
    ],
    'record-too-large': [
      'A record does not fit a block',
      'A verdict with its decision has more bytes than a block holds.',
      'Keep decisions under 512 KiB.',
    ],
    'drain-timeout': [
      'Not everything could be closed in time',
      'The process ended all the same. What was not journaled had not been acknowledged.',
      'Start it again; senders repeat what was not answered.',
    ],
  }),
  ...pages('an answer over HTTP: nothing was recorded', {
    'method-not-allowed': [
      'This path does not answer to this method',
      'The path exists, with other methods; the header Allow names them.',
      'See /openapi.json.',
    ],
    'quota-exceeded': [
      'More decisions than your quota',
      'The participant has sent more decisions a second than TUTTI_QUOTA allows one at this process; one second of them may come at once. Of a batch, those that fit were taken, in order; each of the others says this. A dry run counts as one.',
      'Send it again, with the same id, after Retry-After.',
    ],
    'no-intake': [
      'There is no intake topic',
      'A backbone on one machine has none: decisions are answered with their verdict, not with a place in a topic.',
      'Read the verdict at GET /v1/decisions/PARTICIPANT/ID.',
    ],
    'unsupported-media-type': [
      'This path does not read this content type',
      'Decisions are application/json with ce- headers, application/cloudevents+json, or application/cloudevents-batch+json.',
      'Send one of these.',
    ],
  }),
};
