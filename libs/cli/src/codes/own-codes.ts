/** What there is to know about a code that no verdict and no answer of the backbone has. */
export interface OwnCode {
  title: string;
  /** Where it occurs. */
  occurs: string;
  meaning: string;
  mend: string;
}

function start(title: string, meaning: string, mend: string): OwnCode {
  return { title, occurs: 'when a backbone starts', meaning, mend };
}

function command(title: string, meaning: string, mend: string): OwnCode {
  return { title, occurs: 'on the command line', meaning, mend };
}

function importing(title: string, meaning: string, mend: string): OwnCode {
  return { title, occurs: 'in `tutti import`', meaning, mend };
}

function client(title: string, meaning: string, mend: string): OwnCode {
  return { title, occurs: 'in the client', meaning, mend };
}

function running(title: string, meaning: string, mend: string): OwnCode {
  return { title, occurs: 'in readiness (`tutti status`); decisions wait, none is lost', meaning, mend };
}

/** Codes of starting and running a backbone, of the client, and of the command line itself. */
export const OWN_CODES: Readonly<Record<string, OwnCode>> = {
  'data-locked': start(
    'The data folder is in use',
    'Another process has the lock of the data folder. Two writers would break the journal, so the second refuses to start.',
    'Stop the process that is named, or choose another folder (--data).',
  ),
  'data-read-only': start(
    'The data folder cannot be written',
    'The folder or one of its files may only be read by this user, or its file system is mounted read-only.',
    'Give this user write access to the folder and its files.',
  ),
  'data-unusable': start(
    'The data folder cannot be made',
    'Something else has its name, or a folder above it is missing.',
    'Name a folder, or a place where one can be made.',
  ),
  'data-foreign': start(
    'The files are not ours',
    'The data folder holds SQLite files of another program.',
    'Choose another data folder, or move the file away.',
  ),
  'disk-full': running(
    'No space is left',
    'The journal cannot be appended to. What waits is written when there is space again.',
    'Free space on the disk of the data folder.',
  ),
  'journal-corrupt': start(
    'The journal is damaged',
    'A block does not have the bytes that its id names, or revisions have a gap. Nothing after the revision named can be trusted.',
    'Restore the journal from a copy. The store beside it may be deleted; it is built again from the journal.',
  ),
  'journal-version': start(
    'The journal has another format',
    'It was written by a release with another version of the format.',
    'Run the release that wrote it, or a later one.',
  ),
  'partitions-mismatch': start(
    'The number of partitions differs',
    'It is fixed when a space is created: a subject must stay in its partition.',
    'Start with the number that the journal names, or with another data folder.',
  ),
  'store-corrupt': start(
    'The store is damaged',
    'The store is a cache of the journal. It is begun anew and built from the journal.',
    'Nothing: this mends itself.',
  ),
  'store-version': start(
    'The store has another format',
    'The store is a cache of the journal. It is begun anew and built from the journal.',
    'Nothing: this mends itself.',
  ),
  'port-in-use': start(
    'The port is taken',
    'Another process listens on it.',
    'Stop that one, or choose another: --port N (0: any free one).',
  ),
  'port-refused': start(
    'The port may not be used',
    'Ports below 1024 need rights this user lacks, or the address is not one of this machine.',
    'Choose a port from 1024 on, and an address of this machine.',
  ),
  'configuration-invalid': start(
    'The configuration is wrong',
    'A TUTTI_ variable has a value it cannot have.',
    'Correct the variable that is named.',
  ),
  'journal-unavailable': running(
    'The journal does not answer',
    'It is not known whether the last append was written; the same block is appended again until it is known.',
    'Look at the disk, or at the server of the journal.',
  ),
  'store-unavailable': running(
    'The store does not answer',
    'Subjects cannot be read. Partitions wait and go on by themselves.',
    'Look at the disk, or at the server of the store.',
  ),
  'clock-jump': running(
    'The clock of the machine has jumped',
    'It went forward by over an hour against its own monotonic clock. Recorded time goes on without the jump until it has lasted ten minutes.',
    'Set the clock right; if it is right now, wait.',
  ),
  'revision-conflict': running(
    'Another writer has appended',
    'The stream ended elsewhere than this process expected: a newer process owns the partition.',
    'Nothing: the older process stops by itself.',
  ),
  'record-too-large': running(
    'A record does not fit a block',
    'A verdict with its decision has more bytes than a block holds.',
    'Keep decisions under 512 KiB.',
  ),
  'outcome-unknown': client(
    'It is not known whether it was done',
    "An operator's act was sent and not answered. It is never sent twice by itself.",
    'Look whether it was done, then do it again if not.',
  ),
  'key-unreadable': client(
    'There is no private key in the file',
    'The file does not exist, or holds no Ed25519 private key (PKCS #8 PEM, or a JWK).',
    'Make one with `tutti keys new`.',
  ),
  'cursor-unreadable': client(
    'There is no cursor in the file',
    'The file given with --resume holds something else.',
    'Name another file, or delete it to begin anew.',
  ),
  closed: client(
    'The client was closed',
    '`close()` was called before this call.',
    'Connect again. In the command line: a fault of tutti.',
  ),
  usage: command(
    'The command cannot be understood',
    'An argument or option is missing, unknown or has a value it cannot have.',
    'See `tutti COMMAND --help`.',
  ),
  interrupted: command('You stopped it', 'Ctrl-C, or a signal.', 'Start it again.'),
  'file-unreadable': command(
    'A file cannot be read',
    'It does not exist, or may not be read by this user.',
    'Check its name and who may read it.',
  ),
  'model-file-missing': command(
    'Which model?',
    'No model was named, and the folder holds none or several `*.tutti.yaml`.',
    'Name the file.',
  ),
  'tests-file-missing': command(
    'There are no tests',
    "A model's tests lie beside it: `marketplace.tutti.yaml` has `marketplace.tests.yaml`.",
    'Write some, or name the file: --tests FILE.',
  ),
  'stream-unknown': command(
    'There is no such stream',
    'The journal holds `control`, `epochs` and one `verdicts-N` a partition.',
    'See `tutti journal ls`.',
  ),
  'import-map-invalid': importing(
    'The map has errors',
    'Each is named with line and column. Nothing was sent.',
    'See docs/reference/import.md.',
  ),
  'map-syntax': importing(
    'The map is no YAML',
    'The text cannot be parsed at the place named.',
    'Correct it there; quote texts that hold `: `, `#` or begin with `?` or `-`.',
  ),
  'map-unknown-key': importing(
    'The map has a key that means nothing',
    'See docs/reference/import.md for the keys there are.',
    'Correct its spelling.',
  ),
  'map-missing-key': importing('The map lacks a key', 'Without it, it cannot be told what a row means.', 'Add it.'),
  'map-wrong-value': importing(
    'The map has a value of the wrong kind',
    'The message says what belongs there.',
    'Correct it.',
  ),
  'import-column-missing': importing(
    'The log lacks a column',
    "The map names a column that the log's first line has not.",
    'Correct the map, or the separator in `file`.',
  ),
  'import-row-invalid': importing(
    'A row cannot be a decision',
    'The row named has no subject, type, participant or readable time, or is no CSV. The rows before it have their verdicts; nothing after it was sent.',
    'Correct the map or the log, then go on with --from-row.',
  ),
  'import-stopped': importing(
    'The import was stopped',
    'The rows before the one named have their verdicts.',
    'Start it again, from the beginning or with --from-row.',
  ),
  'format-unknown': importing(
    'The format of times means nothing',
    'The map gives a format of times with letters that stand for nothing.',
    'Write it in YYYY MM DD HH mm ss SSS Z, or iso, unix-s, unix-ms.',
  ),
  'zone-unknown': importing(
    'There is no such time zone',
    'The map names a zone that is no offset and not in the IANA database.',
    'Write UTC, +01:00, or a name such as Europe/Amsterdam.',
  ),
};
