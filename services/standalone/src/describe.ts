import { relative } from 'node:path';
import type { Configuration } from './configuration/read-configuration.js';
import { type ModelNews, showError } from '@tutti/service';
import type { Standalone } from './standalone.js';

/** What a backbone that has started says, a few lines. */
export function describeStart(standalone: Standalone, configuration: Configuration): string[] {
  const { backbone, url, open } = standalone;
  const { model, modelRevision, trust } = backbone.status();
  const name = modelRevision === 0 ? 'no model yet' : `${model}@${modelRevision}`;
  const lines = [
    `tutti  ${name}   one process, SQLite in ${shortened(configuration.data)}   ${backbone.partitions} partitions   Node ${process.versions.node}`,
    `  http      ${url}      ${url}/docs`,
    open
      ? `  access    open: everybody who reaches this address may do everything${trust === 'network' ? ', and sources are believed' : '; sources must be proven'}`
      : '  access    by token',
  ];
  if (configuration.model !== undefined && configuration.watch !== false) {
    lines.push(
      `  change    ${shortened(configuration.model)}   (a saved change is checked, then in force at the next epoch)`,
    );
  }
  return lines;
}

/** What became of the model's file, for a terminal; empty where there is nothing to say. */
export function describeNews(news: ModelNews): string {
  switch (news.what) {
    case 'published':
      return `model ${news.revision} in force from epoch ${news.epoch}`;
    case 'unchanged':
      return '';
    case 'refused':
      return `${showError(news.error)}\nThe model in force stays.`;
    default:
      return news satisfies never;
  }
}

function shortened(path: string): string {
  if (path === ':memory:') return 'memory';
  const near = relative(process.cwd(), path);
  return near === '' || near.startsWith('..') ? path : near;
}
