import { describeJournal } from '@tutti/runtime/conformance';
import { groundsOf } from './journal-grounds.ts';

const { name, ground } = groundsOf(process.env['TUTTI_JOURNAL_URL']);
describeJournal(name, ground);
