/**
 * Checks a model file before llama.cpp sees it. Model files are untrusted, and a wrong count or an
 * offset beyond the end can end the process that maps them.
 */
import { open } from 'node:fs/promises';
import { readGgufFileInfo, type GgufFileInfo } from 'node-llama-cpp';

export type ModelFileCheck =
  | { ok: true; info: GgufFileInfo; sizeBytes: number }
  /** What is wrong with the file, for the operator to read. */
  | { ok: false; reason: string };

const HEADER_BYTES = 24;
const KNOWN_VERSIONS = [2, 3];
/** Real models have some hundreds; a larger claim would only make a reader allocate. */
const MAX_METADATA_ENTRIES = 65_536;
const MAX_TENSORS = 262_144;

/** Reads the header of the model at `path`. Never rejects: what cannot be read is a refusal. */
export async function checkModelFile(path: string): Promise<ModelFileCheck> {
  try {
    const { header, sizeBytes } = await readHeader(path);
    const fault = faultInHeader(header);
    if (fault) return { ok: false, reason: fault };
    const info = await readGgufFileInfo(path, { sourceType: 'filesystem', logWarnings: false });
    const tensorFault = faultInTensors(info, sizeBytes);
    if (tensorFault) return { ok: false, reason: tensorFault };
    return { ok: true, info, sizeBytes };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, reason: `it cannot be read: ${reason.slice(0, 300)}` };
  }
}

/** What is wrong with the fixed part of a GGUF header; null when nothing is. */
export function faultInHeader(header: Buffer): string | null {
  if (header.length < HEADER_BYTES) return `it has ${header.length} bytes, too few for a header`;
  if (header.toString('latin1', 0, 4) !== 'GGUF') return 'it is no GGUF file (wrong magic)';
  const version = header.readUInt32LE(4);
  if (!KNOWN_VERSIONS.includes(version)) return `its GGUF version ${version} is not known`;
  const tensors = header.readBigUInt64LE(8);
  if (tensors < 1n || tensors > MAX_TENSORS) return `it claims ${tensors} tensors`;
  const entries = header.readBigUInt64LE(16);
  if (entries > MAX_METADATA_ENTRIES) return `it claims ${entries} metadata entries`;
  return null;
}

function faultInTensors(info: GgufFileInfo, sizeBytes: number): string | null {
  // The parts of a split model have sizes of their own; llama.cpp checks those.
  if (info.splicedParts > 1) return null;
  for (const tensor of info.fullTensorInfo ?? []) {
    const start = Number(tensor.fileOffset);
    if (start >= sizeBytes) {
      return `tensor ${tensor.name} begins at byte ${start} of ${sizeBytes}: the file is truncated`;
    }
    if (tensor.dimensions.some((dimension) => Number(dimension) < 1)) {
      return `tensor ${tensor.name} has an empty dimension`;
    }
  }
  return null;
}

async function readHeader(path: string): Promise<{ header: Buffer; sizeBytes: number }> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return { header: buffer.subarray(0, bytesRead), sizeBytes: (await file.stat()).size };
  } finally {
    await file.close();
  }
}
