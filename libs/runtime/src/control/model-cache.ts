import { canonicalJson, sha256Hex } from '@tutti/kernel';
import { compileModel, type CompiledModel, type ModelDefinition } from '@tutti/model';

/** Compiles each definition once. */
export class ModelCache {
  private readonly byHash = new Map<string, CompiledModel>();
  private readonly hashes = new WeakMap<ModelDefinition, string>();

  /** @throws TuttiError `model-invalid` the definition cannot be judged with */
  readonly compile = (definition: ModelDefinition): CompiledModel => {
    let hash = this.hashes.get(definition);
    if (hash === undefined) {
      hash = sha256Hex(canonicalJson(definition));
      this.hashes.set(definition, hash);
    }
    let compiled = this.byHash.get(hash);
    if (compiled === undefined) {
      compiled = compileModel(definition);
      this.byHash.set(hash, compiled);
    }
    return compiled;
  };
}
