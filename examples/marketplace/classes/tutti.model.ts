import { readFileSync } from 'node:fs';
import { defineModel, fromYaml } from '@tutti/model';
import { PlaceOrder } from './place-order.js';

const file = new URL('../marketplace.tutti.yaml', import.meta.url);

/** The marketplace from both: operators own the YAML, a TypeScript participant the class. */
export default defineModel(fromYaml(readFileSync(file, 'utf8'), 'marketplace.tutti.yaml'), { decisions: [PlaceOrder] });
