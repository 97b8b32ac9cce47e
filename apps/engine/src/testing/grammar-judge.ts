/** What a schema's grammar allows, by the library that enforces it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replicaSpecSchema } from '@corral/contracts';
import { TINY, writeGguf } from '@corral/testing';
import { NativeGrammarCompiler } from '../context/native-grammar.js';
import { grammarOfSchema } from '../dialogue/grammar/schema-grammar.js';
import type { SchemaNode } from '../dialogue/grammar/grammar-rules.pure.js';
import { loadModel, type LoadedModel } from '../load/load-model.js';

export class GrammarJudge {
  private constructor(
    private readonly folder: string,
    private readonly model: LoadedModel,
    private readonly compiler: NativeGrammarCompiler,
  ) {}

  /** With a model whose tokens are bytes. */
  static async open(): Promise<GrammarJudge> {
    const folder = await mkdtemp(join(tmpdir(), 'corral-judge-'));
    const modelPath = join(folder, 'tiny.gguf');
    await writeGguf(modelPath, { shape: TINY, weightType: 'f32', seed: 3 });
    const spec = replicaSpecSchema.parse({ slots: 1, contextTokens: 128, gpuLayers: 0 });
    const loaded = await loadModel({ modelPath, spec, maxThreads: 1 });
    if (!loaded.ok) throw new Error(loaded.failure.message);
    const { grammars } = loaded.model.context;
    if (!(grammars instanceof NativeGrammarCompiler)) throw new Error('There are no grammars.');
    return new GrammarJudge(folder, loaded.model, grammars);
  }

  /** Throws when the schema or its grammar is refused. */
  of(schema: SchemaNode): (json: string) => boolean {
    // In a list of one, so that its last bracket tells that the value may end there.
    const made = grammarOfSchema({ items: schema, minItems: 1, maxItems: 1 });
    if (!made.ok) throw new Error(made.reason);
    const grammar = this.compiler.compile(made.grammar);
    if (grammar === null) throw new Error(`llama.cpp refuses the grammar:\n${made.grammar}`);
    return (json) => this.compiler.read(grammar).replay([...Buffer.from(`[${json}]`)]);
  }

  async close(): Promise<void> {
    await this.model.context.dispose();
    await rm(this.folder, { recursive: true, force: true });
  }
}
