import { benchHttp } from './http.ts';
import { benchJudging } from './judging.ts';
import { benchMemory } from './memory.ts';

// `npm run bench [judging | http | memory]…`: without a name, all of them. Nothing else should run on the machine.
const wanted = process.argv.slice(2);
const wants = (name: string): boolean => wanted.length === 0 || wanted.includes(name);
const runs = Number(process.env['TUTTI_BENCH_RUNS'] ?? 5);

let pathPerSecond: number | undefined;
if (wants('judging') || wants('http')) pathPerSecond = await benchJudging(runs);
if (wants('http')) await benchHttp(pathPerSecond!, Math.min(runs, 3));
if (wants('memory')) await benchMemory();
