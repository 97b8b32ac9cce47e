/**
 * The fake engine as a program, with the real one's modes:
 * no argument serves over IPC; `probe`, `estimate FILE SPEC` and `estimate-model FILE SPEC` print
 * one JSON line.
 */
import { statSync } from 'node:fs';
import {
  engineCommandSchema,
  replicaSpecSchema,
  type EngineEstimate,
  type EngineProbe,
  type ModelEstimate,
} from '@corral/contracts';
import { FakeEngine } from './fake-engine.js';
import { fakeOptionsOf } from './fake-options.js';

function printJson(value: EngineProbe | EngineEstimate | ModelEstimate): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

function probe(): void {
  const vram = { totalBytes: 0, usedBytes: 0, freeBytes: 0 };
  printJson({ engineVersion: 'fake', gpu: null, gpuDevices: [], vram });
}

function estimate(file: string, specJson: string): void {
  const spec = replicaSpecSchema.parse(JSON.parse(specJson));
  const weightsBytes = fakeOptionsOf(spec.chatTemplate).memoryBytes ?? statSync(file).size;
  printJson({
    weightsBytes,
    kvCacheBytes: 0,
    computeBytes: 0,
    vramBytes: 0,
    ramBytes: weightsBytes,
    slots: spec.slots,
    contextTokens: spec.contextTokens ?? 8192,
    gpuLayers: 0,
  });
}

function estimateModel(file: string, specJson: string): void {
  const spec = replicaSpecSchema.parse(JSON.parse(specJson));
  const weightsBytes = fakeOptionsOf(spec.chatTemplate).memoryBytes ?? statSync(file).size;
  printJson({
    slots: spec.slots,
    contextTokens: spec.contextTokens ?? 8192,
    trainContextTokens: null,
    layers: 1,
    kvCacheBytes: 0,
    cpu: { weightsBytes, computeBytes: 0 },
    gpu: { weightsBytes, outputBytes: 0, hostBytes: 0, computeBytes: 0 },
  });
}

function serve(): void {
  const engine = new FakeEngine((event) => {
    if (process.connected) process.send?.(event);
  });
  process.on('disconnect', () => process.exit(0));
  process.on('message', (message) => engine.handle(engineCommandSchema.parse(message)));
  process.stdout.write('fake engine is up\n');
}

const [mode = 'serve', file = '', specJson = ''] = process.argv.slice(2);
if (mode === 'probe') probe();
else if (mode === 'estimate') estimate(file, specJson);
else if (mode === 'estimate-model') estimateModel(file, specJson);
else serve();
